"""The installer, as far as it can be tested without installing anything."""
import hashlib
import os
import re
import subprocess
import unittest
from pathlib import Path

from .support import FolderCase

AGENT = Path(__file__).parent.parent
TEMPLATE = (AGENT / "install.sh").read_text(encoding="utf-8")


HUB = '{"id":"id","http":"http://127.0.0.1:8080","mqtt_port":1883}'


def filled_in(template: str = TEMPLATE, **more: str) -> str:
    values = {"HUB_URL": "http://127.0.0.1:8080", "HUB": HUB, "AUTHORITY": "", "VERSION": "1", **more}
    toml = (AGENT / "bramble-agent.toml").read_bytes()
    values["FILES"] = f"{hashlib.sha256(toml).hexdigest()}  bramble-agent.toml"
    return re.sub("@([A-Z_]+)@", lambda match: values[match[1]], template)


class InstallTest(FolderCase):
    def run_script(self, script: str, *args: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
        """Piped into sh as by the one-liner, without a terminal, and with a restrictive umask."""
        return subprocess.run(
            ["/bin/sh", "-s", "--", *args], input=script, capture_output=True, text=True, timeout=20,
            env={"PATH": path or os.environ["PATH"]}, start_new_session=True, check=False, umask=0o077,
        )

    def fake(self, name: str, script: str = "") -> str:
        """A folder of fake programs that only record their calls, so that this machine is not changed."""
        file = self.write(f"bin/{name}", f'#!/bin/sh\necho "{name} $*" >>"{self.folder}/calls"\n{script}\n')
        file.chmod(0o755)
        return str(file.parent)

    def calls(self) -> str:
        file = self.folder / "calls"
        return file.read_text() if file.exists() else ""

    def harmless(self, script: str) -> str:
        """The script with its folders below the test's folder, and without the check for systemd."""
        script = script.replace("[ -d /run/systemd/system ]", "true")
        return re.sub(r"(?m)^(lib|bin|unit|config|state)=/", rf"\1={self.folder}/root/", script)

    def test_is_valid_shell_and_short(self) -> None:
        script = filled_in()
        checked = subprocess.run(["/bin/sh", "-n"], input=script, capture_output=True, text=True, check=False)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertLessEqual(TEMPLATE.count("\n"), 135)

    def test_a_truncated_download_executes_nothing(self) -> None:
        path = self.fake("apt-get")
        for program in ("systemctl", "useradd", "usermod", "install", "rm", "curl", "sudo"):
            self.fake(program)
        script = self.harmless(filled_in())
        end = script.rindex("main")
        for cut in [*range(0, end, 97), end]:
            self.run_script(script[:cut], "--yes", path=f"{path}:/usr/bin:/bin")
        self.assertEqual(self.calls(), "")

    def test_asks_and_changes_nothing_without_a_terminal(self) -> None:
        path = self.fake("apt-get")
        done = self.run_script(self.harmless(filled_in()), path=f"{path}:/usr/bin:/bin")
        self.assertEqual(done.returncode, 1)
        self.assertIn("from http://127.0.0.1:8080", done.stdout)
        self.assertIn("run it with --yes", done.stderr)
        self.assertEqual(self.calls(), "")

    def test_reports_missing_programs(self) -> None:
        done = self.run_script(filled_in(), path="/nowhere")
        self.assertIn("another Debian", done.stderr)
        path = f"{self.fake('apt-get')}:/bin"
        done = self.run_script(filled_in().replace("/run/systemd/system", "/nowhere"), path=path)
        self.assertIn("needs systemd", done.stderr)
        done = self.run_script(filled_in(), "--force")
        self.assertIn("there is no --force", done.stderr)

    def test_reports_an_old_python_before_any_change(self) -> None:
        path = self.fake("apt-get")
        old = self.fake("python3", "exit 1")
        script = self.harmless(filled_in()).replace("/usr/bin/python3", f"{old}/python3")
        done = self.run_script(script, "--yes", path=f"{path}:/usr/bin:/bin")
        self.assertEqual(done.returncode, 1)
        self.assertIn("needs Python 3.11", done.stderr)
        self.assertNotIn("apt-get", self.calls())

    def install(self, curl: str, **more: str) -> subprocess.CompletedProcess[str]:
        """With a fake curl, and fakes of everything that would change the machine."""
        # No service makes the key that the script waits for.
        for program in ("apt-get", "systemctl", "useradd", "usermod", "sleep"):
            path = self.fake(program)
        self.fake("sudo", 'exec "$@"')
        self.fake("id", 'case $1 in -u) echo 0 ;; *) exit 1 ;; esac')
        # As by root, but into the test's folder and without root's rights.
        self.fake(
            "install",
            'all=; while [ $# -gt 0 ]; do case $1 in -o|-g) shift 2 ;; *) all="$all $1"; shift ;; esac; done\n'
            "exec /usr/bin/install $all",
        )
        self.fake("curl", curl)
        for folder in ("usr/local/bin", "etc/systemd/system", "var/lib"):
            (self.folder / "root" / folder).mkdir(parents=True, exist_ok=True)
        return self.run_script(self.harmless(self.all_files(**more)), "--yes", path=f"{path}:/usr/bin:/bin")

    def all_files(self, **more: str) -> str:
        names = ["bramble-agent", "bramble-agent.service", "bramble-agent.toml"]
        names += sorted(str(file.relative_to(AGENT)) for file in (AGENT / "bramble_agent").rglob("*.py"))
        sums = [f"{hashlib.sha256((AGENT / name).read_bytes()).hexdigest()}  {name}" for name in names]
        return filled_in(TEMPLATE.replace("@FILES@", "\n".join(sums)), **more)

    # curl -fsS URL -o FILE
    GOOD = f'cp "{AGENT}/${{2#http://127.0.0.1:8080/agent/}}" "$4"'

    def test_installs_and_installs_again_and_keeps_the_configuration(self) -> None:
        root = self.folder / "root"
        done = self.install(self.GOOD)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertFalse((root / "var/lib/bramble-agent/ca.pem").exists())
        self.assertEqual(
            (root / "usr/local/lib/bramble-agent/bramble_agent/hub/link.py").read_bytes(),
            (AGENT / "bramble_agent/hub/link.py").read_bytes(),
        )
        self.assertIn('"http":"http://127.0.0.1:8080"', (root / "var/lib/bramble-agent/hub.json").read_text())
        config = root / "etc/bramble-agent.toml"
        config.write_text("# mine\n")
        self.assertEqual(self.install(self.GOOD).returncode, 0)
        self.assertEqual(config.read_text(), "# mine\n")
        self.assertIn("systemctl restart bramble-agent", self.calls())
        helped = subprocess.run(
            [root / "usr/local/bin/bramble-agent", "--help"], capture_output=True, text=True,
            env={"PYTHONDONTWRITEBYTECODE": "1"}, check=False,
        )
        self.assertIn("status", helped.stdout)

    def program(self) -> dict[str, int]:
        """The installed files with their permissions, without Python's bytecode."""
        lib = self.folder / "root/usr/local/lib"
        files = [file for file in lib.rglob("*") if "__pycache__" not in file.parts]
        return {str(file.relative_to(lib)): file.stat().st_mode & 0o777 for file in sorted(files)}

    def test_the_program_is_readable_by_all_and_old_files_are_removed(self) -> None:
        self.write("root/usr/local/lib/bramble-agent/bramble_agent/link.py", "# of a hub whose agent was one folder")
        self.write("root/usr/local/lib/bramble-agent/bramble_agent/__pycache__/link.cpython-311.pyc", "")
        self.write("root/usr/local/lib/bramble-agent.new/cut-off", "")
        done = self.install(self.GOOD)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        folders = {file.parent for file in (AGENT / "bramble_agent").rglob("*.py")}
        modules = {file for folder in folders for file in folder.glob("*.py")}
        expected = {"bramble-agent": 0o755, "bramble-agent/bramble-agent": 0o755}
        expected |= {f"bramble-agent/{folder.relative_to(AGENT)}": 0o755 for folder in folders}
        expected |= {f"bramble-agent/{module.relative_to(AGENT)}": 0o644 for module in modules}
        self.assertEqual(self.program(), expected)
        compiled = [file.parent.parent.name for file in (self.folder / "root").rglob("link.*.pyc")]
        self.assertLessEqual(set(compiled), {"hub"})

    def test_a_full_card_does_not_change_the_installed_program(self) -> None:
        self.install(self.GOOD)
        before = self.program()
        self.fake("cp", 'case "$*" in *.new*) echo "cp: No space left on device" >&2; exit 1 ;; esac; exec /bin/cp "$@"')
        done = self.install(self.GOOD)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("No space left on device", done.stderr)
        after = self.program()
        self.assertEqual({name: after.get(name) for name in before}, before)
        self.assertEqual(self.uninstall("--uninstall").returncode, 0)
        self.assertEqual(self.program(), {})

    def test_downloads_with_the_authority_and_installs_it(self) -> None:
        root, pem = self.folder / "root", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
        # curl -fsS --cacert FILE URL -o FILE
        curl = f'[ "$2" = --cacert ] && cat "$3" >"{self.folder}/used" && cp "{AGENT}/${{4#https://hub:8443/x/agent/}}" "$6"'
        done = self.install(curl, HUB_URL="https://hub:8443/x", AUTHORITY=pem)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual((self.folder / "used").read_text(), f"{pem}\n")
        self.assertEqual((root / "var/lib/bramble-agent/ca.pem").read_text(), f"{pem}\n")

    def test_a_wrong_checksum_installs_nothing(self) -> None:
        done = self.install('echo "other" >"$4"')
        self.assertEqual(done.returncode, 1)
        self.assertIn("not what the hub promised", done.stderr)
        self.assertNotIn("useradd", self.calls())
        self.assertEqual([file for file in (self.folder / "root").rglob("*") if file.is_file()], [])

    def uninstall(self, *args: str, users: str = "bramble-agent") -> subprocess.CompletedProcess[str]:
        """On a machine with these users, as root."""
        self.fake("userdel")
        self.fake("id", f'case $1 in -u) echo 0 ;; *) case " {users} " in *" $1 "*) ;; *) exit 1 ;; esac ;; esac')
        path = f"{self.folder}/bin:/usr/bin:/bin"
        return self.run_script(self.harmless(self.all_files()), "--yes", *args, path=path)

    def left(self) -> set[str]:
        return {file.name for file in (self.folder / "root").rglob("*") if file.is_file() or file.is_symlink()}

    def test_purges_configuration_state_and_user(self) -> None:
        self.install(self.GOOD)
        done = self.uninstall("--uninstall", "--purge")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.left(), set())
        self.assertFalse((self.folder / "root/var/lib/bramble-agent").exists())
        self.assertIn("userdel bramble-agent", self.calls())
        self.assertIn("What waits there to be sent is lost", done.stdout)

    def test_purges_after_an_uninstall_and_twice(self) -> None:
        self.install(self.GOOD)
        done = self.uninstall("--uninstall")
        self.assertIn("--uninstall --purge removes them", done.stdout)
        self.assertNotIn("userdel", self.calls())
        self.assertEqual(self.uninstall("--purge", "--uninstall").returncode, 0)
        self.assertEqual(self.left(), set())
        self.assertEqual(self.calls().count("userdel"), 1)
        self.assertEqual(self.uninstall("--uninstall", "--purge", users="pi").returncode, 0)
        self.assertEqual(self.calls().count("userdel"), 1)

    def test_purge_alone_changes_nothing(self) -> None:
        self.install(self.GOOD)
        before = self.left()
        done = self.uninstall("--purge")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--purge goes with --uninstall", done.stderr)
        self.assertEqual(self.left(), before)

    def test_reports_a_user_that_cannot_be_removed(self) -> None:
        self.install(self.GOOD)
        self.fake("userdel", "exit 8")
        script = self.harmless(self.all_files())
        self.fake("id", "case $1 in -u) echo 0 ;; esac")
        path = f"{self.folder}/bin:/usr/bin:/bin"
        done = self.run_script(script, "--yes", "--uninstall", "--purge", path=path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the user bramble-agent could not be removed", done.stderr)

    def test_prints_help_on_any_machine(self) -> None:
        done = self.run_script(filled_in(), "--help", path="/bin")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for option in ("--yes", "--uninstall", "--purge", "--help"):
            self.assertIn(option, done.stdout)
        self.assertIn("/var/lib/bramble-agent", done.stdout)
        self.assertIn("curl -fsS http://127.0.0.1:8080/install.sh | sh -s --", done.stdout)

    def test_uninstalls_all_but_the_users_data(self) -> None:
        self.install(self.GOOD)
        script = self.harmless(self.all_files())
        done = self.run_script(script, "--yes", "--uninstall", path=f"{self.folder}/bin:/usr/bin:/bin")
        self.assertEqual(done.returncode, 0, done.stderr)
        left = {file.name for file in (self.folder / "root").rglob("*") if file.is_file()}
        self.assertEqual(left, {"bramble-agent.toml", "hub.json"})


if __name__ == "__main__":
    unittest.main()
