# The hub without a window: a new version starts where the one before was stopped (before-remove.sh).
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    if [ -e /run/bramble-restart ]; then
        rm -f /run/bramble-restart
        systemctl start bramble.service || true
    fi
fi
