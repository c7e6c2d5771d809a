"""Detection of another machine with this device's id, by how connections end; and what the status says of it."""
import unittest

from bramble_agent.hub.duplicate_id import DuplicateIdDetector, duplicate_id_message
from bramble_agent.machine.status import describe, read_status

from .support import FolderCase


class DuplicateIdTest(unittest.TestCase):
    def test_detects_repeated_takeovers(self) -> None:
        for gap in (1, 15, 30, 240):
            detector = DuplicateIdDetector()
            said = []
            for number in range(4):
                detector.evicted(number * gap)
                said.append(detector.is_suspected(number * gap))
            with self.subTest(gap):
                self.assertEqual(said, [False, False, True, True])

    def test_a_restart_or_network_failure_is_not_a_duplicate(self) -> None:
        detector = DuplicateIdDetector()
        for number in range(10):
            detector.evicted(number * 10)
            detector.hub_unreachable()
        self.assertFalse(detector.is_suspected(100))

    def test_occasional_disconnects_are_not_a_duplicate(self) -> None:
        detector = DuplicateIdDetector()
        for number in range(10):
            detector.evicted(number * 3_600)
            self.assertFalse(detector.is_suspected(number * 3_600))

    def test_a_long_connection_clears_the_suspicion(self) -> None:
        detector = DuplicateIdDetector()
        for at in (0, 10, 20):
            detector.evicted(at)
        self.assertTrue(detector.is_suspected(79))
        self.assertFalse(detector.is_suspected(81))
        detector.evicted(82)
        self.assertFalse(detector.is_suspected(82))

    def test_the_suggested_id_is_valid(self) -> None:
        self.assertIn('device = "pi-2"', duplicate_id_message("pi"))
        self.assertIn(f'device = "{"a" * 62}-2"', duplicate_id_message("a" * 64))


if __name__ == "__main__":
    unittest.main()


class StatusTest(FolderCase):
    def text(self) -> str:
        self.board.write(0, 0, 0)
        status = read_status([self.folder / "status.json"])
        assert status is not None
        return describe(status, status.since)

    def test_a_new_id_does_not_have_the_connection_of_the_one_before(self) -> None:
        self.board.config("pi")
        self.board.connected("hub port 1883")
        self.board.report_failure("device id", "another machine seems to use the id “pi”")
        self.board.config("pi", ["line 3: an error"])
        self.assertIn("pi: connected", self.text())
        self.board.config("pi-2")
        self.assertIn("pi-2: not connected", self.text())
        self.assertNotIn("another machine", self.text())
        self.board.connected("hub port 1883")
        self.assertIn("pi-2: connected", self.text())
