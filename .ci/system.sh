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
    [crontab]=cron
    [systemd-analyze]=systemd
    [/usr/lib/postgresql/15/bin/postgres]=postgresql-15
    [redis-server]=redis-server
)

# What a test does without where it is not to be had: it is skipped, and says so in the summary.
declare -A optional_package_of=(
    [/usr/bin/chromium]=chromium
    [/usr/sbin/dockerd]=docker.io
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

for program in "${!optional_package_of[@]}"; do
    command -v "$program" >/dev/null || bash .ci/apt.sh "${optional_package_of[$program]}" ||
        echo "OPTIONAL PROGRAM IS MISSING: $program; the tests that need it are skipped" >&2
done
