#!/bin/sh
# Prints the folder for the tests' temporary files: memory where there is plenty of it, else the disk.
# Every test waits for the commits of its databases and of its browsers, some milliseconds each on a disk. None takes the
# power away: what a process that is killed has written is there afterwards, on a disk and in memory alike.
set -eu

ROOM_KB=6000000
FREE_KB=12000000

limit_kb() { # of the container that we are in, if any
  bytes=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  case "$bytes" in *[!0-9]*|"") echo "$FREE_KB" ;; *) echo $((bytes / 1024)) ;; esac
}

room_kb() { df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }'; }
free_kb() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null; }

if [ -n "${TMPDIR:-}" ]; then echo "$TMPDIR"; exit 0; fi
room=$(room_kb) free=$(free_kb)
if [ -w /dev/shm ] && [ "${room:-0}" -ge "$ROOM_KB" ] && [ "${free:-0}" -ge "$FREE_KB" ] && [ "$(limit_kb)" -ge "$FREE_KB" ]; then
  echo /dev/shm
else
  echo /tmp
fi
