"""Whose time counts: the own, or the hub's."""
import http.server
import threading
import unittest

from bramble_agent.hub.endpoint import Endpoint
from bramble_agent.hub.hub_clock import ask_time_ms, compare_clocks
from bramble_agent.machine.clock import duration

from .support import NOON_MS, FakeTime

HOUR_MS = 3_600_000


class ClockTest(unittest.TestCase):
    def test_a_clock_that_is_not_set_gives_way_to_the_hubs(self) -> None:
        time = FakeTime()
        with self.assertLogs("clock", "WARNING") as logs:
            time.clock.learn(NOON_MS + 3 * HOUR_MS, time.up_ms)
        self.assertIn("3 h behind", logs.output[0])
        time.advance(2_000)
        self.assertEqual(time.clock.now_ms(), NOON_MS + 3 * HOUR_MS + 2_000)

    def test_one_that_is_set_later_counts_again_without_another_look_at_the_hub(self) -> None:
        time = FakeTime()
        with self.assertLogs("clock", "WARNING"):
            time.clock.learn(NOON_MS + 3 * HOUR_MS, time.up_ms)
        time.wall_ms += 3 * HOUR_MS + 1_234
        self.assertEqual(time.clock.now_ms(), NOON_MS + 3 * HOUR_MS + 1_234)

    def test_one_that_ntp_has_set_stays_but_commands_end_by_the_hubs(self) -> None:
        time = FakeTime()
        time.is_set = True
        with self.assertLogs("clock", "WARNING") as logs:
            time.clock.learn(NOON_MS - HOUR_MS, time.up_ms)
        self.assertIn("NTP has set it", logs.output[0])
        self.assertEqual(time.clock.now_ms(), NOON_MS)
        self.assertEqual(time.clock.hub_now_ms(), NOON_MS - HOUR_MS)

    def test_less_than_a_minute_does_not_matter_for_readings(self) -> None:
        time = FakeTime()
        time.clock.learn(NOON_MS + 50_000, time.up_ms)
        self.assertEqual(time.clock.now_ms(), NOON_MS)
        self.assertEqual(time.clock.hub_now_ms(), NOON_MS + 50_000)

    def test_less_than_a_date_header_can_tell_is_nothing(self) -> None:
        time = FakeTime()
        time.clock.learn(NOON_MS + 900, time.up_ms)
        self.assertEqual(time.clock.hub_now_ms(), NOON_MS)

    def test_asks_by_http_whatever_the_answer_is(self) -> None:
        class Refusing(http.server.BaseHTTPRequestHandler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                return "Sat, 31 Jan 2026 12:00:00 GMT"

            def do_GET(self) -> None:
                self.send_error(403)

            def log_message(self, *_args: object) -> None:
                """Not on the screen."""

        with http.server.HTTPServer(("127.0.0.1", 0), Refusing) as server:
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            self.assertEqual(ask_time_ms(Endpoint("127.0.0.1", 1, server.server_port)), NOON_MS + 500)
            thread.join()

    def test_a_hub_that_cannot_be_asked_changes_nothing(self) -> None:
        clock = FakeTime().clock
        with self.assertLogs("clock", "WARNING"):
            compare_clocks(clock, Endpoint("127.0.0.1", 1, 1))
        self.assertEqual(clock.hub_now_ms(), clock.now_ms())

    def test_durations_in_words(self) -> None:
        words = [duration(ms) for ms in (1_000, 90_000, 200_000, 3 * HOUR_MS, 50 * 24 * HOUR_MS)]
        self.assertEqual(words, ["1 s", "90 s", "3 min", "3 h", "50 days"])


if __name__ == "__main__":
    unittest.main()
