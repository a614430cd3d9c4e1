#!/usr/bin/env bash
# The real programs of `npm run test:issuers`, in test/peers/.programs/: Keycloak and oauth2-proxy. Kept between runs.
set -euo pipefail

keycloak=26.7.3
keycloak_sha256=27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f
oauth2_proxy=7.15.6
programs=$(cd "$(dirname "$0")" && pwd)/.programs
failures=0

# Whether the run does without a program: DOORWARD_TEST_WITHOUT is a list such as keycloak,oauth2-proxy.
is_left_out() {
  [[ ",${DOORWARD_TEST_WITHOUT:-}," == *",$1,"* ]]
}

# Fails if a command that a program needs is missing.
have() {
  local program=$1 needed missing=()
  shift
  for needed in "$@"; do
    command -v "$needed" >/dev/null || missing+=("$needed")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "missing real part: $program, which needs ${missing[*]}" >&2
  echo "install ${missing[*]}, or run without it: DOORWARD_TEST_WITHOUT=$program" >&2
  failures=1
  return 1
}

install_keycloak() {
  local folder=$programs/keycloak-$keycloak new=$programs/keycloak.new
  have keycloak java || return 0
  if [ ! -d "$folder" ]; then
    have keycloak mvn unzip || return 0
    echo "installing for the tests: Keycloak $keycloak"
    rm -rf "$new"
    mkdir -p "$new"
    mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
      "-Dartifact=org.keycloak:keycloak-quarkus-dist:$keycloak:zip" "-DoutputDirectory=$new"
    echo "$keycloak_sha256  $new/keycloak-quarkus-dist-$keycloak.zip" | sha256sum --check --quiet
    unzip -q "$new/keycloak-quarkus-dist-$keycloak.zip" -d "$new"
    # Built once, so that each start is a third faster. The database is in memory: runs share nothing.
    "$new/keycloak-$keycloak/bin/kc.sh" build --db=dev-mem >"$new/build.log" 2>&1 ||
      { cat "$new/build.log" >&2; exit 1; }
    mv "$new/keycloak-$keycloak" "$folder"
    rm -rf "$new"
  fi
  ln -sfn "keycloak-$keycloak" "$programs/keycloak"
}

install_oauth2_proxy() {
  local folder=$programs/oauth2-proxy-$oauth2_proxy
  if [ ! -x "$folder/oauth2-proxy" ]; then
    have oauth2-proxy go || return 0
    echo "installing for the tests: oauth2-proxy $oauth2_proxy"
    GOBIN=$folder go install "github.com/oauth2-proxy/oauth2-proxy/v7@v$oauth2_proxy"
  fi
  ln -sfn "oauth2-proxy-$oauth2_proxy/oauth2-proxy" "$programs/oauth2-proxy"
}

mkdir -p "$programs"
is_left_out keycloak || install_keycloak
is_left_out oauth2-proxy || install_oauth2_proxy
exit $failures
