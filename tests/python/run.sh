#!/bin/sh
# Sends logs, metrics and traces to a running Barograph with the official Python exporters, from a fresh virtual
# environment. Fails when an exporter warns or fails.
#
#   tests/python/run.sh GRPC_ENDPOINT HTTP_ENDPOINT     for instance http://127.0.0.1:4317 http://127.0.0.1:4318
#   tests/python/run.sh --install-only                  only checks that the exporters can be installed
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT INT TERM

python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
"$venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -i opentelemetry

if [ "${1:-}" = --install-only ]; then
    "$venv/bin/python" "$here/exporters.py" --help >/dev/null
    exit 0
fi
"$venv/bin/python" "$here/exporters.py" "$1" "$2"
