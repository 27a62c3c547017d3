#!/usr/bin/env bash
# Installs the Debian packages that a build needs: tools/install_dependencies.sh run|test
# Says nothing and takes no time when none is missing.
set -euo pipefail

to_run=(g++ cmake ninja-build libyaml-cpp-dev nlohmann-json3-dev libcli11-dev
  libprotobuf-dev protobuf-compiler libonnx-dev zlib1g-dev libpng-dev libjpeg-dev
  libopenblas-dev libfftw3-dev libdnnl-dev)
to_test=("${to_run[@]}" doctest-dev libbenchmark-dev python3)
# Made use of where the distribution has them: a build without them works, but its checks are fewer.
welcome_to_run=(ccache libopenmpi-dev openmpi-bin)
welcome_to_test=(ccache libopenmpi-dev openmpi-bin clang-format-16 clang-tidy-16 shellcheck chromium)
# Node.js comes from elsewhere, too, with an npm of its own, beside which Debian's would not install.
if ! command -v npm >/dev/null; then
  welcome_to_run+=(nodejs npm)
  welcome_to_test+=(nodejs npm)
fi

# Of the packages named, those that are not installed. (dpkg-query fails where one of them is unknown to it.)
missing() {
  local installed package
  installed=$({ dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null || true; } | sed -n 's/^ii *//p' | tr '\n' ' ')
  installed=" $installed"
  for package in "$@"; do
    [[ $installed == *" $package "* ]] || echo "$package"
  done
}

# Of the packages named, those that the distribution offers.
offered() {
  local package
  for package in "$@"; do
    if apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]'; then
      echo "$package"
    fi
  done
}

as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

can_be_root() { [[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null; }

install() {
  echo "Installing $* …" >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

main() {
  local -a needed welcome
  case ${1:-} in
    run) needed=("${to_run[@]}") welcome=("${welcome_to_run[@]}") ;;
    test) needed=("${to_test[@]}") welcome=("${welcome_to_test[@]}") ;;
    *) echo "usage: $0 run|test" >&2 && exit 1 ;;
  esac
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is neither Debian nor Ubuntu: make sure that you have what these packages hold: ${needed[*]}" >&2
    return
  fi
  mapfile -t needed < <(missing "${needed[@]}")
  mapfile -t welcome < <(missing "${welcome[@]}")
  if [[ ${#needed[@]} -gt 0 ]]; then
    if ! can_be_root; then
      echo "Missing packages: ${needed[*]}. Install them, or run this as root or with sudo installed." >&2
      exit 1
    fi
    echo "Missing packages: ${needed[*]}. Updating the package lists …" >&2
    as_root apt-get update -q >&2 || echo "The package lists could not be updated; going on with those at hand." >&2
  fi
  if [[ ${#welcome[@]} -gt 0 ]]; then
    mapfile -t welcome < <(offered "${welcome[@]}")
  fi
  if [[ $((${#needed[@]} + ${#welcome[@]})) -gt 0 ]] && can_be_root; then
    install "${needed[@]}" "${welcome[@]}"
  fi
}

main "$@"
