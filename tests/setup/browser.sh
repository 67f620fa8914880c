#!/bin/sh
# Prints the path of a Chromium for the browser tests, installing Debian's one when there is none.
set -eu

find_browser() {
  if [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ]; then echo "$CHROMIUM"; return 0; fi
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return 0
  done
  return 1
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

if find_browser; then exit 0; fi
if command -v apt-get >/dev/null; then
  echo "installing Chromium for the browser tests" >&2
  export DEBIAN_FRONTEND=noninteractive
  { as_root apt-get update -q && as_root apt-get install -q -y --no-install-recommends chromium; } >&2 || true
  # What most tests run faster in; without it they run in the whole browser.
  as_root apt-get install -q -y --no-install-recommends chromium-headless-shell >&2 || true
fi
if find_browser; then exit 0; fi
echo "no Chromium found: install one, or name it in CHROMIUM" >&2
# A developer without a browser still gets the other tests; CI must run them all.
[ "${CI:-}" != true ]
