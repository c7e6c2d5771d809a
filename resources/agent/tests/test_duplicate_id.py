"""Whether another machine has this device's id, by how connections end."""
import unittest

from bramble_agent.hub.duplicate_id import DuplicateIdDetector, duplicate_id_message


class DuplicateIdTest(unittest.TestCase):
    def test_connections_that_push_each_other_out(self) -> None:
        for gap in (1, 15, 30, 240):
            detector = DuplicateIdDetector()
            said = []
            for number in range(4):
                detector.evicted(number * gap)
                said.append(detector.is_suspected(number * gap))
            with self.subTest(gap):
                self.assertEqual(said, [False, False, True, True])

    def test_a_hub_that_restarts_or_a_network_that_fails_is_no_machine(self) -> None:
        detector = DuplicateIdDetector()
        for number in range(10):
            detector.evicted(number * 10)
            detector.not_reached()
        self.assertFalse(detector.is_suspected(100))

    def test_an_end_now_and_then_is_none(self) -> None:
        detector = DuplicateIdDetector()
        for number in range(10):
            detector.evicted(number * 3_600)
            self.assertFalse(detector.is_suspected(number * 3_600))

    def test_a_connection_that_lasts_ends_the_suspicion(self) -> None:
        detector = DuplicateIdDetector()
        for at in (0, 10, 20):
            detector.evicted(at)
        self.assertTrue(detector.is_suspected(79))
        self.assertFalse(detector.is_suspected(81))
        detector.evicted(82)
        self.assertFalse(detector.is_suspected(82))

    def test_the_id_that_is_offered_is_one(self) -> None:
        self.assertIn('device = "pi-2"', duplicate_id_message("pi"))
        self.assertIn(f'device = "{"a" * 62}-2"', duplicate_id_message("a" * 64))


if __name__ == "__main__":
    unittest.main()
