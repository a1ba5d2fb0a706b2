#!/usr/bin/env bash
# What must be there before the project's own tools: a Python, uv, Node.js, a browser. Called by the Makefile.
set -euo pipefail

fail() {
    echo "parquay: $*" >&2
    exit 1
}

# Print the first Python that is new enough; PYTHON=... names one.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed and was not found (PYTHON=/path/to/python make ... names one)"
}

# install_uv VERSION LINK: make LINK run a uv that is at least VERSION's minor release.
install_uv() {
    local version=$1 link=$2 found python home
    mkdir -p "$(dirname "$link")"
    python=$(find_python)
    if found=$(command -v uv) && "$found" --version 2>/dev/null | "$python" -c '
import re, sys
have = re.search(r"(\d+)\.(\d+)\.(\d+)", sys.stdin.read())
sys.exit(not have or tuple(map(int, have.groups())) < (0, 9, 0))'; then
        printf '#!/bin/sh\nexec "%s" "$@"\n' "$found" > "$link"
    else
        home="$PWD/.cache/uv-env"
        echo "uv $version into .cache/uv-env ..."
        "$python" -m venv --clear "$home" || fail "the venv module of $python does not work (on Debian: apt install python3-venv)"
        "$home/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$version"
        printf '#!/bin/sh\nexec "%s" "$@"\n' "$home/bin/uv" > "$link"
    fi
    chmod +x "$link"
}

# make_venv UV: an environment of the right Python, empty.
make_venv() {
    "$1" venv --quiet --clear --no-project --python "$(find_python)" .venv
}

# Refuse a missing or old Node.js. What builds the client runs on 20.19 and newer of its line, and from 22.12 on.
check_node() {
    command -v node > /dev/null && command -v npm > /dev/null ||
        fail "Node.js 20.19 or newer (22.12 or newer of later lines) with npm is needed and was not found"
    node -e '
const [major, minor] = process.versions.node.split(".").map(Number)
process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 ? 0 : 1)' ||
        fail "Node.js 20.19 or newer (22.12 or newer of later lines) is needed, found $(node --version)"
}

# Print the path of a Chromium; install one where that needs no question.
find_browser() {
    local candidate
    if [ -z "$(known_browser)" ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } >&2 ||
            echo "parquay: apt-get could not install Chromium, trying Playwright's" >&2
    fi
    candidate=$(known_browser)
    if [ -z "$candidate" ]; then
        (cd client && npx playwright install chromium >&2)
        candidate=$(cd client && node -e 'console.log(require("@playwright/test").chromium.executablePath())')
    fi
    [ -x "$candidate" ] || fail "no Chromium was found (CHROMIUM=/path/to/chromium make test names one)"
    echo "$candidate"
}

# See to it that Chinese, Japanese and Korean names are no boxes in a picture.
find_fonts() {
    if [ -z "$(fc-list :lang=ja)" ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends fonts-noto-cjk; } >&2
    fi
    [ -n "$(fc-list :lang=ja)" ] || fail "a font with Japanese is needed (on Debian: apt install fonts-noto-cjk)"
}

known_browser() {
    local candidate
    for candidate in ${CHROMIUM:-} chromium chromium-browser google-chrome-stable google-chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if command -v "$candidate" > /dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

"$@"
