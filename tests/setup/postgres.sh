#!/bin/sh
# Prints the folder of PostgreSQL's server programs, installing Debian's ones when there are none.
set -eu

find_programs() {
  if command -v initdb >/dev/null && command -v postgres >/dev/null; then dirname "$(command -v postgres)"; return 0; fi
  for folder in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -rV); do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then echo "$folder"; return 0; fi
  done
  return 1
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

if find_programs; then exit 0; fi
if command -v apt-get >/dev/null; then
  echo "installing PostgreSQL for the server tests" >&2
  export DEBIAN_FRONTEND=noninteractive
  # Only the programs are wanted: tests start their own short-lived server, the distribution's cluster is not made.
  as_root mkdir -p /etc/postgresql-common
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  { as_root apt-get update -q && as_root apt-get install -q -y --no-install-recommends postgresql; } >&2 || true
fi
if find_programs; then exit 0; fi
echo "no PostgreSQL server programs found: put initdb and postgres on PATH" >&2
[ "${CI:-}" != true ]
