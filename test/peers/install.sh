#!/usr/bin/env bash
# The real programs that the tests run. Installs the missing ones from Debian's packages, or lists them.
set -euo pipefail

declare -A package=(
  [nginx]=nginx [caddy]=caddy [haproxy]=haproxy [luajit]=luajit [chromium]=chromium [openssl]=openssl
  [certutil]=libnss3-tools [script]=bsdutils
  [redis-server]=redis-server [redis-cli]=redis-tools
)
PATH=$PATH:/usr/sbin
missing=()
for program in "${!package[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "installing for the tests: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "missing programs for the tests: ${missing[*]}" >&2
  echo "install them, for example with: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
