#!/usr/bin/env bash
# The journey, once: what `make demo` shows. Expects opsc and opsrun on PATH.
# Writes below build/demo and /var/tmp/tabular-local, the folder that `local` declares its data in.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 077

demo=build/demo
data=/var/tmp/tabular-local
plan=$demo/generated/local/jobs/plan.json
state=$demo/state
rm -rf "$demo"
mkdir -p "$demo"

say() { printf '\n── %s\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@"; }

if ! mkdir "$data" 2>/dev/null && ! { [ -d "$data" ] && [ -O "$data" ] && [ ! -L "$data" ]; }; then
    echo "demo: $data exists and belongs to someone else: move it away" >&2
    exit 1
fi
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$data"
}
trap finish EXIT

say "One spec: what the platform measures, alerts on, keeps and runs"
show opsc check specs/tabular.yaml

say "A fault is shown where it stands (a copy of the spec, one letter swapped)"
sed 's/avg by (instance) (rate(/avg by (instance) (raet(/' specs/tabular.yaml >"$demo/faulty.yaml"
show opsc check "$demo/faulty.yaml" --env local || true

say "Every rule has a page"
show opsc explain query/syntax

say "Compiled for the environment \`local\`: rules, routing, units, runbooks, a job plan"
show opsc compile specs/tabular.yaml --env local --output "$demo/generated"
(cd "$demo/generated/local" && find . -type f | sort)

say "Any line of it leads back to the spec"
show opsc explain "$demo/generated/local/prometheus/rules/tabular.yml:6"

say "The retention job: what would go, then what went"
mkdir -p "$data/data/old-set" "$data/tmp" "$data/log"
touch -d '100 days ago' "$data/data/old-set/rows.csv"
touch -d '8 days ago' "$data/tmp/half-written"
touch "$data/tmp/in-use"
touch -d '15 days ago' "$data/log/api.log.1"
show opsrun run cleanup-old-data --plan "$plan" --state "$state" --dry-run
show opsrun run cleanup-old-data --plan "$plan" --state "$state"
echo "left: $(cd "$data" && find . -type f | sort | tr '\n' ' ')"

say "The health job, against an endpoint on loopback"
mkdir "$demo/endpoint"
echo '{"status": "healthy"}' >"$demo/endpoint/health"
python -m http.server 18000 --bind 127.0.0.1 --directory "$demo/endpoint" >"$demo/endpoint.log" 2>&1 &
server=$!
for _ in $(seq 100); do
    (exec 3<>/dev/tcp/127.0.0.1/18000) 2>/dev/null && break
    kill -0 "$server" 2>/dev/null || { cat "$demo/endpoint.log" >&2; exit 1; }
    sleep 0.1
done
show opsrun run health-check --plan "$plan" --state "$state"

say "What happened, as the journal tells it"
show opsrun status --plan "$plan" --state "$state"
show opsrun history --plan "$plan" --state "$state"
say "Next: README.md, specs/README.md (the language), opsc --help, opsrun --help"
