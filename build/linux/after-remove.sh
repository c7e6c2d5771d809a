# The unit is gone; /var/lib/bramble, with the readings, stays.
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
fi
