#!/bin/sh
# The hub without a window: its files are not replaced or taken away under it. dpkg says “upgrade” where a new version is about to come.
if [ -d /run/systemd/system ]; then
    case "$1" in
    remove) systemctl disable --now bramble.service || true ;;
    upgrade)
        if systemctl --quiet is-active bramble.service; then
            touch /run/bramble-restart
            systemctl stop bramble.service || true
        fi
        ;;
    esac
fi
