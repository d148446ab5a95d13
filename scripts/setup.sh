#!/bin/sh
# Makes .venv with the locked dependencies, and sees to the system libraries that Qt needs and to the
# PostgreSQL, Redis and Caddy that the tests of a grown server start.
# `setup.sh desktop` sees to the virtual display of make day.
# `setup.sh services` sees to PostgreSQL, Redis and Caddy, which some tests use.
# Safe to run again: it does nothing when nothing has changed. Needs a Python >= 3.11, make and git.
set -eu
cd "$(dirname "$0")/.."
venv=.venv
stamp=$venv/.evertill-installed

say() { printf '%s\n' "$*" >&2; }

# An interpreter counts only if it runs (a version manager's shim may be on PATH and not run)
# and brings what a virtual environment needs (Debian splits ensurepip into a package of its own).
works() {
  "$1" -c 'import sys, sqlite3, ssl, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2])' >/dev/null 2>&1
}

find_python() {
  # The default interpreter first: it is the one whose wheels and headers a machine is likeliest to have.
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python /usr/bin/python3; do
    if command -v "$candidate" >/dev/null 2>&1 && works "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

fingerprint() { cat requirements.lock pyproject.toml scripts/setup.sh | cksum; }

install_python_packages() {
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ] && works "$venv/bin/python"; then
    return 0
  fi
  if ! works "$venv/bin/python"; then
    if ! python=$(find_python); then
      say "evertill needs a Python 3.11 or newer that runs, with its venv module. On Debian: apt-get install python3 python3-venv"
      exit 1
    fi
    say "Making $venv with $python ($("$python" -V 2>&1))"
    rm -rf "$venv"
    "$python" -m venv "$venv"
  fi
  say "Installing the locked dependencies (a few minutes the first time)"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  fingerprint >"$stamp"
}

# PySide6 links against these; a desktop has most of them, a bare server has none.
debian_libraries="libegl1 libgl1 libglib2.0-0 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libfreetype6 \
libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 \
libxcb-xinerama0 libxcb-xkb1 fonts-dejavu-core"

qt_starts() {
  QT_QPA_PLATFORM=offscreen "$venv/bin/python" -c \
    'from PySide6.QtWidgets import QApplication; QApplication([]); from PySide6.QtGui import QFontDatabase; raise SystemExit(not QFontDatabase.families())' \
    >/dev/null 2>&1
}

install_system_libraries() {
  if qt_starts; then
    return 0
  fi
  if ! command -v apt-get >/dev/null 2>&1; then
    say "Qt does not start here. Install the libraries that PySide6 needs (libEGL, libGL, libxkbcommon, fontconfig, a font)."
    exit 1
  fi
  if [ "$(id -u)" = 0 ]; then
    say "Installing the system libraries that Qt needs"
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $debian_libraries >/dev/null
  else
    say "Qt needs some system libraries. Paste this line, then run make again:"
    say "  sudo apt-get update && sudo apt-get install -y $debian_libraries"
    exit 1
  fi
  if ! qt_starts; then
    say "Qt still does not start. This is what it says:"
    QT_QPA_PLATFORM=offscreen "$venv/bin/python" -c 'from PySide6.QtWidgets import QApplication; QApplication([])' >&2 || true
    exit 1
  fi
}

# The tests of tests/scale start their own, on private ports; a till and a small server need neither, so that
# it is `make test` alone that asks for them, and does without where they cannot be had.
debian_services="postgresql redis-server caddy"

services_are_there() {
  command -v redis-server >/dev/null 2>&1 || return 1
  command -v caddy >/dev/null 2>&1 || return 1
  command -v initdb >/dev/null 2>&1 && command -v postgres >/dev/null 2>&1 && return 0
  # Debian keeps PostgreSQL's programs off the PATH, a folder for each version.
  for folder in /usr/lib/postgresql/*/bin; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && return 0
  done
  return 1
}

install_services() {
  if services_are_there; then
    return 0
  fi
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    say "Installing PostgreSQL, Redis and Caddy for the tests of tests/scale"
    # shellcheck disable=SC2086
    { apt-get update -qq &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $debian_services >/dev/null; } ||
      say "The tests of tests/scale are skipped: PostgreSQL, Redis and Caddy could not be installed here."
  elif command -v apt-get >/dev/null 2>&1; then
    say "The tests of tests/scale are skipped: they need PostgreSQL, Redis and Caddy. To run them, paste this line:"
    say "  sudo apt-get update && sudo apt-get install -y $debian_services"
  else
    say "The tests of tests/scale are skipped: install PostgreSQL (initdb, postgres), redis-server and caddy to run them."
  fi
}

# `make day` alone asks for these: a display that nobody looks at, a window manager, and what a screen reader uses.
debian_desktop="xvfb openbox xdotool dbus at-spi2-core"

install_desktop() {
  for program in Xvfb openbox xdotool dbus-daemon; do
    command -v "$program" >/dev/null 2>&1 || missing=yes
  done
  if [ -z "${missing:-}" ]; then
    return 0
  fi
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    say "Installing a virtual display for make day"
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $debian_desktop $debian_libraries >/dev/null
  else
    say "make day needs a virtual display and what a screen reader uses. On Debian, paste this line:"
    say "  sudo apt-get update && sudo apt-get install -y $debian_desktop $debian_libraries"
    exit 1
  fi
}

case "${1:-}" in
  services) install_services ;;
  desktop) install_desktop ;;
  *)
    install_python_packages
    install_system_libraries
    ;;
esac
