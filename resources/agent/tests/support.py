"""Shared by the tests: a temporary folder, a fake clock, mock pins."""
import logging
import os
import tempfile
import unittest
from pathlib import Path

os.environ.setdefault("GPIOZERO_PIN_FACTORY", "mock")
os.environ.setdefault("GPIOZERO_MOCK_PIN_CLASS", "mockpwmpin")

from bramble_agent.machine.clock import Clock
from bramble_agent.machine.status import StatusBoard

# Tests check log output where it matters; it is not printed.
logging.getLogger().addHandler(logging.NullHandler())

NOON_MS = 1_769_860_800_000


class FakeTime:
    """A wall clock and the time since boot, which a test advances together or separately."""

    def __init__(self) -> None:
        self.wall_ms = NOON_MS
        self.up_ms = 100_000
        self.is_set = False
        self.clock = Clock(lambda: self.wall_ms, lambda: self.up_ms, lambda: self.is_set)

    def advance(self, ms: int) -> None:
        self.wall_ms += ms
        self.up_ms += ms


class FolderCase(unittest.TestCase):
    """A test with a temporary folder."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="bramble-agent-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.time = FakeTime()
        self.board = StatusBoard(self.folder / "status.json")

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file
