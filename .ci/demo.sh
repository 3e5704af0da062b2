#!/usr/bin/env bash
# The journey, once: what `make demo` shows. Expects opsc, opsrun and python3 on PATH.
# What it compiles stays in build/demo; data and state lie in a fresh folder, removed at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 077
# As on a terminal: elsewhere opsrun logs JSON lines.
export OPSRUN_LOG=text

demo=build/demo
mkdir -p build
exec 9>build/demo.lock
flock -n 9 || { echo "demo: another one runs here, waiting for its end" >&2; flock 9; }
rm -rf "$demo"
mkdir "$demo"

scratch=$(mktemp -d -t opsc-demo.XXXXXXXX)
server=
finish() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap finish EXIT

# The path goes into the copy of a spec, by sed.
case $scratch in
    *[!A-Za-z0-9/._-]*) echo "demo: TMPDIR has odd characters: $scratch" >&2; exit 1 ;;
esac

data=$scratch/data
state=$scratch/state
plan=$demo/generated/local/jobs/plan.json

say() { printf '\n── %s\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@"; }

lives() { kill -0 "$server" 2>/dev/null || { echo "demo: the endpoint has ended" >&2; exit 1; }; }

# Answers like a healthy API, on a port that the kernel picks and that is written beside the data.
endpoint() {
    exec python3 - "$scratch/port" 9>&- <<'PY'
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"status": "healthy", "version": "1.4.0"}'
        self.send_response(200 if self.path == "/health" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Api)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_port))
os.replace(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
PY
}
endpoint &
server=$!
until [ -e "$scratch/port" ]; do
    lives
    sleep 0.1
done
port=$(<"$scratch/port")

say "One spec: what the platform measures, alerts on, keeps and runs"
show opsc check specs/tabular.yaml

say "A fault is shown where it stands (a copy of the spec, one letter swapped)"
sed 's/avg by (instance) (rate(/avg by (instance) (raet(/' specs/tabular.yaml >"$demo/faulty.yaml"
show opsc check "$demo/faulty.yaml" --env local || true

say "Every rule has a page"
show opsc explain query/syntax

say "Compiled for the environment \`local\`: rules, routing, units, runbooks, a job plan"
echo "(a copy of the spec, with a fresh folder for the data and a free port for the API)"
sed -e "s|/var/tmp/tabular-local|$data|g" -e "s|127\.0\.0\.1:18000|127.0.0.1:$port|g" \
    specs/tabular.yaml >"$demo/tabular.yaml"
show opsc compile "$demo/tabular.yaml" --env local --output "$demo/generated"
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
lives
show opsrun run health-check --plan "$plan" --state "$state"

say "What happened, as the journal tells it"
show opsrun status --plan "$plan" --state "$state"
show opsrun history --plan "$plan" --state "$state"
say "What was compiled stays in $demo; the data are gone"
say "Next: README.md, specs/README.md (the language), opsc --help, opsrun --help"
