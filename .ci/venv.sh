#!/usr/bin/env bash
# venv.sh PYTHON REQUIREMENTS: brings .venv to the hashed requirements and puts the project into it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=$1
requirements=$2
[ -n "$python" ] || exit 1

if ! [ -x .venv/bin/python ]; then
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        bash .ci/apt.sh python3-venv
    fi
    "$python" -m venv .venv
fi
pip=(.venv/bin/python -m pip --disable-pip-version-check)
"${pip[@]}" install --quiet --require-hashes -r "$requirements" -r requirements/build.txt
"${pip[@]}" install --quiet --no-deps --no-build-isolation --editable .
