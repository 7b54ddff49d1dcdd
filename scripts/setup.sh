#!/usr/bin/env bash
# Make .venv with the first Python that is new enough, and install one hash-locked list into it.
# Usage: scripts/setup.sh REQUIREMENTS.txt   (PYTHON=... chooses the interpreter)
set -euo pipefail
cd "$(dirname "$0")/.."
list=$1

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer is needed${PYTHON:+, and $PYTHON is not}: install it, or name it with PYTHON=/path/to/python3." >&2
    exit 1
}

# A half-made environment, or one whose interpreter has gone, is made anew.
if ! { [ -x .venv/bin/python ] && new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version)." >&2
    if ! said=$("$python" -m venv --clear .venv 2>&1); then
        rm -rf .venv
        echo "Python's venv module does not work here: install it (on Debian and Ubuntu: apt install python3-venv)." >&2
        echo "$said" | tail -n 1 >&2
        exit 1
    fi
fi

echo "Installing $list; the first time takes a few minutes." >&2
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps \
    --require-hashes --requirement "$list"
