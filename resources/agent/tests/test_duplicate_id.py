"""Detection of another machine with this device's id, by how connections end."""
import unittest

from bramble_agent.hub.duplicate_id import DuplicateIdDetector, duplicate_id_message


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
