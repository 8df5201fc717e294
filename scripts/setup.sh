# Sourced by ./run and ./check. Makes the virtual environment in .venv and installs the system packages
# that Python and Qt need, where that is allowed; otherwise says which, and stops.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=$ROOT/.venv
LOG=$VENV/setup.log

# The library that is looked for, and the Debian or Ubuntu package that has it. The packages bring along
# the other libraries that Qt asks for.
QT_LIBRARIES="
libGL.so.1 libgl1
libEGL.so.1 libegl1
libglib-2.0.so.0 libglib2.0-0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libxkbcommon.so.0 libxkbcommon0
"
WINDOW_LIBRARIES="
libxcb-cursor.so.0 libxcb-cursor0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-shape.so.0 libxcb-shape0
libwayland-cursor.so.0 libwayland-cursor0
"

say() { printf '%s\n' "$*" >&2; }

stop() {
  say "$@"
  exit 1
}

# set_up EXTRA: everything that is needed before Python can run the planner; EXTRA is "run" or "test".
set_up() {
  if environment_is_ready "$1"; then
    install_packages "$(missing_libraries)"
    return
  fi
  local python venv_package=""
  python=$(find_python)
  [ -n "$python" ] || stop "Python 3.11 or newer is needed, and python3.13, python3.12, python3.11 and" \
    "python3 are missing or older: install one of them first."
  makes_environments "$python" ||
    venv_package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  install_packages "$venv_package $(missing_libraries)"
  makes_environments "$python" ||
    stop "$python cannot make a virtual environment: its modules venv and ensurepip are missing."
  make_environment "$python" "$1"
}

has_display() {
  [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]
}

# Prints the Python to use: the first that is new enough and can make an environment without help,
# else the first that is new enough.
find_python() {
  local candidate first=""
  for candidate in python3.13 python3.12 python3.11 python3; do
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if makes_environments "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
    first=${first:-$candidate}
  done
  printf '%s\n' "$first"
}

makes_environments() { # Debian leaves ensurepip out of its python3 package
  "$1" -c 'import ensurepip, venv' 2>/dev/null
}

# Prints the packages whose library or font is not there.
missing_libraries() {
  local PATH=$PATH:/sbin:/usr/sbin known wanted=$QT_LIBRARIES library package
  command -v ldconfig >/dev/null && [ "$(uname -s)" = Linux ] || return 0
  known=$(ldconfig -p)
  if has_display; then wanted+=$WINDOW_LIBRARIES; fi
  while read -r library package; do
    case $known in
      *[[:space:]]"$library "*) ;;
      *) [ -z "$package" ] || printf '%s ' "$package" ;;
    esac
  done <<<"$wanted"
  has_font || printf 'fonts-dejavu-core '
}

has_font() { # any will do; without one Qt draws boxes
  compgen -G '/usr/share/fonts/*/*.[to]tf' >/dev/null || compgen -G '/usr/share/fonts/*/*/*.[to]tf' >/dev/null
}

# install_packages "NAME NAME ...": installs them where this user may, otherwise names the command and stops.
install_packages() {
  local -a names=() as_root=()
  read -ra names <<<"$1"
  [ ${#names[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    stop "These packages of Debian and Ubuntu, or what they are called here, have to be installed first: ${names[*]}"
  local install=(apt-get install -y --no-install-recommends "${names[@]}")
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      stop "Some system packages are missing. As root, run this and start again:
  apt-get update && ${install[*]}"
    elif ! sudo -n true 2>/dev/null; then
      stop "Some system packages are missing. Run this and start again:
  sudo apt-get update && sudo ${install[*]}"
    fi
    as_root=(sudo -n)
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  say "Installing the system packages ${names[*]} ..."
  mkdir -p "$VENV"
  # A fresh machine has no package lists yet, or is still busy with its first upgrades. One source out of
  # reach among others is no reason to stop: the installation tells.
  logged "${as_root[@]}" sh -c "apt-get update; ${install[*]} -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
}

# logged COMMAND...: quiet while all is well; the end of what it said otherwise.
logged() {
  "$@" >"$LOG" 2>&1 </dev/null && return
  tail -n 20 "$LOG" >&2
  stop "This failed: $*"
}

# Whether .venv was finished for this checkout, this pyproject.toml and the Python in it.
environment_is_ready() {
  local made_from="" extra=""
  [ -f "$VENV/.ready" ] && read -r made_from extra <"$VENV/.ready" || return 1
  [ "$extra" = "$1" ] || [ "$extra" = test ] || return 1
  [ "$made_from" = "$(environment_key)" ]
}

environment_key() {
  "$VENV/bin/python" -I -S -c '
import hashlib, pathlib, sys
made_from = [sys.argv[1], sys.version, pathlib.Path(sys.argv[1], "pyproject.toml").read_text("utf-8")]
print(hashlib.sha256(repr(made_from).encode()).hexdigest())
' "$ROOT" 2>/dev/null
}

# make_environment PYTHON EXTRA: the mark .ready is removed first and written last, so an environment that
# was interrupted or is being made by another start is never taken for a finished one.
make_environment() {
  local python=$1 extra=$2
  mkdir -p "$VENV"
  exec 9>"$VENV/.lock"
  if command -v flock >/dev/null && ! flock -n 9; then
    say "Waiting for another start that is making the environment ..."
    flock 9
  fi
  if ! environment_is_ready "$extra"; then
    if ! environment_is_ready run; then
      find "$VENV" -mindepth 1 -maxdepth 1 ! -name .lock -exec rm -rf {} +
      say "Making a virtual environment in .venv ..."
      logged "$python" -m venv "$VENV"
    fi
    rm -f "$VENV/.ready"
    install_python_packages "$extra"
    printf '%s %s\n' "$(environment_key)" "$extra" >"$VENV/.ready.new"
    mv "$VENV/.ready.new" "$VENV/.ready"
  fi
  exec 9>&-
}

install_python_packages() {
  local what=$ROOT
  [ "$1" = run ] || what="$ROOT[$1]"
  say "Installing the Python packages, about 400 MB; this takes a few minutes ..."
  PIP_DISABLE_PIP_VERSION_CHECK=1 logged "$VENV/bin/python" -m pip install --progress-bar off -e "$what"
  QT_QPA_PLATFORM=offscreen logged "$VENV/bin/python" -c 'import PySide6.QtWidgets, PySide6.QtSvg, numba, onnx'
}
