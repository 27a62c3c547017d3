#!/usr/bin/env bash
# Configures and builds one preset, quietly: tools/build.sh PRESET ON|OFF [TARGET…]  (ON: with the tests)
# Says how far it is on standard error; the compiler's words are shown only when something fails.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
preset=$1
tests=$2
shift 2
folder=$root/build/$preset
log=$folder/build.log
mkdir -p "$folder"
exec 9>"$folder/lock" # two builds of one folder wait for each other
flock 9

# Shows ninja's "[3/40] Building …" lines one over the other on a terminal; elsewhere says once that there is work.
progress() {
  local line said=
  while IFS= read -r line; do
    if [[ -t 2 && $line == \[* ]]; then
      printf '\r\033[K%.78s' "$line" >&2
    elif [[ -z $said && $line == *Building* ]]; then
      said=yes
      echo "Building $preset …" >&2
    fi
  done
  if [[ -t 2 ]]; then
    printf '\r\033[K' >&2
  fi
}

failed() {
  cat "$log" >&2
  echo "The $preset build failed; its log is $log" >&2
  exit 1
}

# A folder that was configured with the tests keeps them; ninja configures again when a build file changes.
if [[ ! -f $folder/build.ninja || ($tests == ON && ! $(<"$folder/CMakeCache.txt") =~ PJ_TESTS:[A-Z]+=ON) ]]; then
  echo "Configuring the $preset build …" >&2
  # Sources of a module compiled as one: less than half of the work, where all of it is to be done anyway.
  cmake -S "$root" --preset "$preset" -DPJ_TESTS="$tests" -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=16 \
    >"$log" 2>&1 || failed
fi
arguments=()
if [[ $# -gt 0 ]]; then
  arguments=(--target "$@")
fi
cmake --build "$folder" "${arguments[@]}" 2>&1 | tee "$log" | progress || failed
