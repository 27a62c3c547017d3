#!/usr/bin/env bash
# Writes the page of report/ as one file, with the libraries from npm in it: tools/build_page.sh OUTPUT
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
output=$(realpath -m -- "$1")
cd "$root/report"
exec 9<package-lock.json # two builds of one tree wait for each other
flock 9
# npm keeps a copy of the lock file with what it has installed.
if [[ ! -f node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
  if ! npm ci --omit=dev --ignore-scripts; then
    echo "npm could not install what the page needs; -DPJ_PAGES=OFF builds without pages" >&2
    exit 1
  fi
fi
node build.js "$output"
