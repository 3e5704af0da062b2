#!/usr/bin/env bash
# Makes sure that every program the tests ask is there, by apt where one is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# program → Debian package
declare -A package_of=(
    [promtool]=prometheus
    [prometheus]=prometheus
    [amtool]=prometheus-alertmanager
    [prometheus-alertmanager]=prometheus-alertmanager
    [prometheus-pushgateway]=prometheus-pushgateway
    [systemd-analyze]=systemd
    [/usr/lib/postgresql/15/bin/postgres]=postgresql-15
    [redis-server]=redis-server
)

missing_packages() {
    local program
    for program in "${!package_of[@]}"; do
        command -v "$program" >/dev/null || echo "${package_of[$program]}"
    done | sort -u
}

missing=$(missing_packages)
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 -- one word a package
    bash .ci/apt.sh $missing
fi
missing=$(missing_packages)
if [ -n "$missing" ]; then
    echo "still missing after the installation: what Debian calls" $missing >&2
    exit 1
fi
