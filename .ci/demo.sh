#!/usr/bin/env bash
# The journey, once: what `make demo` shows. Expects opsc and opsrun on PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

opsc --version
