#!/usr/bin/env bash
# Installs the Debian packages that are named; without the right to, says the one command that does.
set -euo pipefail

command="apt-get update && apt-get install -y --no-install-recommends $*"
if ! command -v apt-get >/dev/null; then
    echo "opsc's set-up knows apt only; install by other means what Debian calls: $*" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=(env)
elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n env)
else
    echo "this needs system packages, and root to install them; run once:" >&2
    echo "    sudo sh -c '$command'" >&2
    exit 1
fi

# In CI and where systemd is not running (containers), a package must not start its server.
policy=/usr/sbin/policy-rc.d
if { [ -n "${CI:-}" ] || ! [ -d /run/systemd/system ]; } && ! [ -e "$policy" ]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
    install -y --no-install-recommends "$@"
