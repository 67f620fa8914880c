#!/bin/sh
# Prints the path of Chromium's headless shell, which most browser tests run in; of the whole browser where there is none.
set -eu

for name in "${CHROMIUM_SHELL:-}" chromium-headless-shell; do
  if [ -n "$name" ] && command -v "$name"; then exit 0; fi
done
exec "$(dirname "$0")/browser.sh"
