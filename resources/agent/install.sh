#!/bin/sh
# Installs Bramble's agent @VERSION@ on a Raspberry Pi, from the hub at @HUB_URL@. It asks first.
# --help lists what else it does.
set -eu

hub=@HUB_URL@
lib=/usr/local/lib/bramble-agent
bin=/usr/local/bin/bramble-agent
unit=/etc/systemd/system/bramble-agent.service
config=/etc/bramble-agent.toml
state=/var/lib/bramble-agent
packages="python3 python3-paho-mqtt python3-zeroconf python3-gpiozero python3-smbus2"
# sha256 and name of each file, from the hub that shows this script.
files="
@FILES@
"
# Who signs the hub's certificate, for curl and for the agent; empty where the hub is without TLS, or is trusted anyhow.
authority="@AUTHORITY@"

fail() { echo "bramble-agent: $*" >&2; exit 1; }

ask() {
  if [ "$yes" = yes ]; then return; fi
  # Standard input is this script: the answer comes from the terminal.
  { printf 'Go on? [y/N] ' >/dev/tty && read -r answer </dev/tty; } 2>/dev/null ||
    fail "there is no terminal to ask at: run it with --yes (curl … | sh -s -- --yes)"
  case $answer in [yY]*) ;; *) fail "nothing was changed" ;; esac
}

usage() {
  cat <<END
Installs Bramble's agent @VERSION@ on a Raspberry Pi, from the hub at $hub.

  curl -fsS${authority:+ --cacert bramble-ca.pem} $hub/install.sh | sh -s -- [OPTIONS]

  --yes        do not ask
  --uninstall  remove the service and the program; keep $config,
               $state (readings that wait, the hub's address) and the user bramble-agent
  --purge      with --uninstall: remove these three, too; also after an --uninstall
  --help       show this
END
}

uninstall() {
  kept="$config, $state and the user bramble-agent"
  echo "This removes the service, $lib and $bin."
  if [ "$purge" = yes ]; then echo "It also removes $kept. What waits there to be sent is lost."; else echo "$kept stay."; fi
  ask
  $sudo systemctl disable --now bramble-agent 2>/dev/null || true
  $sudo rm -rf "$lib" "$lib.new" "$bin" "$unit"
  $sudo systemctl daemon-reload
  if [ "$purge" = yes ]; then
    $sudo rm -rf "$config" "$state"
    ! id bramble-agent >/dev/null 2>&1 || $sudo userdel bramble-agent || fail "the user bramble-agent could not be removed"
    echo "bramble-agent is gone, with its configuration, its waiting readings and its user."
  else
    echo "bramble-agent is gone. $kept stayed: --uninstall --purge removes them."
  fi
}

install_agent() {
  [ ! -e /usr/bin/python3 ] || /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "this needs Python 3.11: Raspberry Pi OS 12 (bookworm) or newer"
  echo "This installs Bramble's agent @VERSION@ from $hub:"
  echo "  Debian packages: $packages"
  echo "  $lib, $bin, $unit, $config, and the user bramble-agent"
  ask
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y $packages ||
    fail "apt-get could not install the packages (sudo apt-get update may help)"
  new=$(mktemp -d) && trap 'rm -rf "$new"' EXIT
  printf '%s\n' "$files" | sed '/^$/d' >"$new/SHA256SUMS"
  [ -z "$authority" ] || printf '%s\n' "$authority" >"$new/ca.pem"
  while read -r _ path; do
    mkdir -p "$(dirname "$new/$path")"
    curl -fsS ${authority:+--cacert "$new/ca.pem"} "$hub/agent/$path" -o "$new/$path" ||
      fail "$hub/agent/$path could not be fetched"
  done <"$new/SHA256SUMS"
  (cd "$new" && sha256sum -c --quiet SHA256SUMS) || fail "a file is not what the hub promised: nothing was installed"

  id bramble-agent >/dev/null 2>&1 || $sudo useradd --system --home-dir "$state" --shell /usr/sbin/nologin bramble-agent
  for group in gpio i2c spi video; do
    ! getent group "$group" >/dev/null || $sudo usermod -aG "$group" bramble-agent
  done
  # All of it beside the one that runs, and then in its place: a card that is full leaves that one as it is.
  chmod -R u=rwX,go=rX "$new/bramble_agent"
  $sudo rm -rf "$lib.new"
  $sudo install -d -m 755 "$lib.new"
  $sudo cp -R --preserve=mode "$new/bramble_agent" "$lib.new/"
  $sudo install -m 755 "$new/bramble-agent" "$lib.new/"
  $sudo rm -rf "$lib"
  $sudo mv "$lib.new" "$lib"
  $sudo ln -sfn "$lib/bramble-agent" "$bin"
  $sudo install -m 644 "$new/bramble-agent.service" "$unit"
  # It may come to hold a key: for root and the agent alone.
  [ -e "$config" ] || $sudo install -m 640 -g bramble-agent "$new/bramble-agent.toml" "$config"
  echo '@HUB@' >"$new/hub.json"
  $sudo install -d -o bramble-agent -g bramble-agent "$state"
  # To install is a person's word for this hub: what was trusted before counts no more.
  $sudo rm -f "$state/ca.pem"
  for file in hub.json ${authority:+ca.pem}; do
    $sudo install -o bramble-agent -g bramble-agent -m 644 "$new/$file" "$state/$file"
  done
  $sudo systemctl daemon-reload
  $sudo systemctl enable --quiet bramble-agent
  $sudo systemctl restart bramble-agent
  code= tries=5
  while [ $tries -gt 0 ] && ! code=$($sudo "$bin" key 2>/dev/null); do
    tries=$((tries - 1)) && sleep 1
  done
  [ -z "$code" ] || echo "The code of this Pi's key is $code: compare it with what the hub shows before you approve it."
  [ -z "$authority" ] || $sudo "$bin" authority 2>/dev/null || true
  echo "Done: this Pi shows up at $hub. What it does: bramble-agent status. What hangs on it: $config"
}

main() {
  yes=no purge=no action=install_agent
  for argument; do
    case $argument in
      --yes) yes=yes ;; --uninstall) action=uninstall ;; --purge) purge=yes ;;
      --help | -h) usage; return ;;
      *) fail "there is no $argument: see --help" ;;
    esac
  done
  [ "$purge" = no ] || [ "$action" = uninstall ] || fail "--purge goes with --uninstall: nothing was changed"
  command -v apt-get >/dev/null || fail "this needs Raspberry Pi OS or another Debian (there is no apt-get)"
  [ -d /run/systemd/system ] || fail "this needs systemd, which does not run here"
  if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
  [ -z "$sudo" ] || command -v sudo >/dev/null || fail "run it as root: there is no sudo here"
  $action
}

# Last, and alone: a download that was cut runs nothing.
main "$@"
