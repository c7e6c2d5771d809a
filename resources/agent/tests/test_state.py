"""Small files in the state folder: atomic, and back on the disk once it is writable again."""
import os
import stat
import unittest
from unittest import mock

from bramble_agent.hub.device_key import KeyFile
from bramble_agent.hub.discovery import Hub, HubMemory
from bramble_agent.hub.endpoint import Authority, Endpoint
from bramble_agent.hub.trust import Trust
from bramble_agent.machine.disk import replace_file
from bramble_agent.storage.database import RETRY_DISK_AFTER_MS
from bramble_agent.storage.state_file import StateFile

from .support import FolderCase


class StateFileTest(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        # While a file is in the folder's place, nothing can be written.
        self.state = self.folder / "state"

    def break_disk(self) -> None:
        self.write("state", "a file where the folder should be")

    def repair_disk(self) -> None:
        self.state.unlink()

    def open(self) -> StateFile:
        return StateFile(self.state / "key", "the key", 0o600, lambda: self.time.up_ms)

    def test_unsaved_text_is_written_later(self) -> None:
        self.break_disk()
        file = self.open()
        with self.assertLogs("storage", "WARNING") as logs:
            file.store("abc")
        self.assertIn("the key is in memory alone, and lost when this machine stops", logs.output[0])
        self.assertEqual(file.read(), "abc")
        self.repair_disk()
        file.try_disk()
        self.assertIsNotNone(file.disk_error)
        self.time.advance(RETRY_DISK_AFTER_MS)
        with self.assertLogs("storage", "INFO"):
            file.try_disk()
        self.assertEqual((file.disk_error, file.read(), self.open().read()), (None, "abc", "abc"))
        self.assertEqual((self.state / "key").stat().st_mode & 0o777, 0o600)

    def test_a_later_change_by_another_program_wins(self) -> None:
        self.break_disk()
        file = self.open()
        with self.assertLogs("storage", "WARNING"):
            file.store("of the agent")
        self.repair_disk()
        self.open().write("of a person")
        self.assertEqual(file.read(), "of a person")
        self.time.advance(RETRY_DISK_AFTER_MS)
        file.try_disk()
        self.assertEqual((file.disk_error, self.open().read()), (None, "of a person"))

    def test_a_failed_write_leaves_the_file_unchanged(self) -> None:
        file = self.open()
        file.write("first")
        with mock.patch("os.replace", side_effect=OSError(28, "No space left on device")):
            with self.assertLogs("storage", "WARNING"):
                file.store("second")
        self.assertEqual((file.read(), self.open().read()), ("second", "first"))
        self.assertEqual([one.name for one in self.state.iterdir()], ["key"])

    def test_the_rename_is_synced_too(self) -> None:
        synced: list[bool] = []
        fsync = os.fsync

        def look(descriptor: int) -> None:
            synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
            fsync(descriptor)

        with mock.patch("os.fsync", look):
            replace_file(self.folder / "file", "text")
        self.assertEqual(synced, [False, True])

    def test_key_hub_and_authority_survive_a_disk_that_was_read_only_at_first(self) -> None:
        pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        hub = Hub("192.168.1.20", 1883, 8080, "ours")
        keys, memory, trust = KeyFile(self.state), HubMemory(self.state / "hub.json"), Trust(self.state)
        with self.assertLogs("storage", "WARNING"), mock.patch("os.replace", side_effect=OSError(30, "Read-only")):
            key = keys.load_or_make()
            memory.save(hub)
            trust.remember(Endpoint("192.168.1.20", 8883, 8443, Authority("pinned", pem)))
        self.assertEqual((keys.load(), memory.load(), trust.load()), (key, hub, Authority("pinned", pem)))
        for file in (keys.file, memory.file, trust.file):
            file._retry_at_ms = 0
            file.try_disk()
        again = (KeyFile(self.state).load(), HubMemory(self.state / "hub.json").load(), Trust(self.state).load())
        self.assertEqual(again, (key, hub, Authority("pinned", pem)))


if __name__ == "__main__":
    unittest.main()
