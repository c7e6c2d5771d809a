"""A user's shell command: its end, its background processes, and the limit of its output."""
import os
import signal
import time
import unittest
from pathlib import Path

from bramble_agent.machine.shell import MAX_OUTPUT_BYTES, CommandFailed, run

from .support import FolderCase


def is_running(pid: int) -> bool:
    """A killed process may be a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class ShellTest(FolderCase):
    def test_returns_the_output(self) -> None:
        self.assertEqual(run("echo; echo ' 21.5 '; echo warning >&2", 10), "21.5")
        self.assertEqual(run("printf '\\377'", 10), "\N{REPLACEMENT CHARACTER}")
        self.assertEqual(run("exec >&- 2>&-; sleep 0.1", 10), "")

    def test_reports_the_last_line_of_stderr(self) -> None:
        with self.assertRaisesRegex(CommandFailed, "^the command ended with 3: no such station$"):
            run("echo first >&2; echo no such station >&2; exit 3", 10)

    def test_a_timeout_kills_all_processes(self) -> None:
        file = self.folder / "pid"
        with self.assertRaisesRegex(CommandFailed, "took longer than 0.5 s"):
            run(f"sleep 60 | sh -c 'echo $$ >{file}; exec sleep 60'", 0.5)
        pid = int(file.read_text())
        end = time.monotonic() + 10
        while is_running(pid):
            self.assertLess(time.monotonic(), end, "a part of the pipeline still runs")
            time.sleep(0.01)

    def test_background_processes_continue_and_are_not_awaited(self) -> None:
        pid = int(run("sleep 60 & echo $!", 10))
        self.addCleanup(os.kill, pid, signal.SIGKILL)
        self.assertTrue(is_running(pid))

    def test_output_is_bounded(self) -> None:
        self.assertLessEqual(len(run(f"head -c {40 * MAX_OUTPUT_BYTES} /dev/zero | tr '\\0' x", 20)), MAX_OUTPUT_BYTES)
        with self.assertRaisesRegex(CommandFailed, "took longer"):
            run("exec yes", 0.3)


if __name__ == "__main__":
    unittest.main()
