#!/bin/sh
# `bramble` on the PATH of a computer that has the package: a command goes to the hub's command line, on the Node that comes with it
# and without a window; none, or a flag of the hub alone, opens the window.
home=/opt/Bramble
node=$home/resources/node
# The flags and variables are those of build/hub-process.json.
guard=--no-memory-protection-keys
# A package that was made where that Node could not be had; another one may not know the flag.
[ -x "$node" ] || node=node guard=

case "${1-}" in
"")
  # At a terminal without a desktop there is no window to open: the command line says what there is.
  [ -z "${DISPLAY-}${WAYLAND_DISPLAY-}" ] || exec "$home/bramble-desktop"
  ;;
-h | --help | -v | -V | --version) ;;
-*) exec "$home/bramble-desktop" "$@" ;;
esac

export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX-2}"
export MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_-131072}"
export MALLOC_MMAP_THRESHOLD_="${MALLOC_MMAP_THRESHOLD_-131072}"
exec "$node" $guard --max-semi-space-size=16 --v8-pool-size=0 "$home/resources/app.asar.unpacked/out/hub/bramble.js" "$@"
