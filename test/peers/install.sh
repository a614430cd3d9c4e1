#!/usr/bin/env bash
# The real programs that the tests run: from Debian's packages, the oldest versions that doorward supports, and those of
# today. Installs the missing ones, or lists them.
set -euo pipefail
cd "$(dirname "$0")"

declare -A package=(
  [nginx]=nginx [caddy]=caddy [haproxy]=haproxy [luajit]=luajit [chromium]=chromium [openssl]=openssl
  [tinyproxy]=tinyproxy-bin [certutil]=libnss3-tools [script]=bsdutils
  [systemd-analyze]=systemd [fail2ban-regex]=fail2ban [htpasswd]=apache2-utils
  [redis-server]=redis-server [redis-cli]=redis-tools
)
PATH=$PATH:/usr/sbin
missing=()
# Debian's own Python, because another one may come first in PATH.
/usr/bin/python3 -c 'import jwt, cryptography' 2>/dev/null || missing+=(python3-jwt python3-cryptography)
for program in "${!package[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing programs for the tests: ${missing[*]}" >&2
    echo "install them, for example with: sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "installing for the tests: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

../../node_modules/.bin/node install-programs.ts
