#!/usr/bin/env bash
# Compile both lists to exact versions with hashes, good for every platform and Python from 3.11 on.
# Versions already locked stay unless they must change; `make lock UPGRADE=--upgrade` takes the
# newest. No address of a package index gets into the files.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet ${UPGRADE:-} --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --custom-compile-command "make lock" --output-file "$1.txt" "$1.in"
}

compile requirements
compile requirements-dev
