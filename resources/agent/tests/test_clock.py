"""Whose time counts, the own or the hub's; and what the hub is asked."""
import http.server
import threading
import unittest

from bramble_agent.hub.endpoint import Endpoint
from bramble_agent.hub.queries import ask_hub_id, ask_time_ms, compare_clocks
from bramble_agent.machine.clock import duration

from .support import NOON_MS, FakeTime

HOUR_MS = 3_600_000


class Answering:
    """An HTTP server that gives one answer to one question."""

    def __init__(self, status: int, body: str, date: str = "Sat, 31 Jan 2026 12:00:00 GMT") -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                return date

            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_args: object) -> None:
                """Not on the screen."""

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.handle_request)

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return Endpoint("127.0.0.1", 1, self._server.server_port)

    def __exit__(self, *_error: object) -> None:
        self._thread.join()
        self._server.server_close()


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
        with Answering(403, "", "Sat, 31 Jan 2026 12:00:00 GMT") as hub:
            self.assertEqual(ask_time_ms(hub), NOON_MS + 500)

    def test_a_time_that_is_none_changes_nothing(self) -> None:
        for date in ("yesterday", "Mon, 01 Jan 99999999999 00:00:00 GMT"):
            clock = FakeTime().clock
            with self.subTest(date), Answering(200, "", date) as hub, self.assertLogs("hub", "WARNING"):
                compare_clocks(clock, hub)
            self.assertEqual(clock.hub_now_ms(), clock.now_ms())

    def test_asks_the_hubs_id_and_takes_no_other_answer_for_one(self) -> None:
        for status, body, hub_id in (
            (200, '{"hubId":"ours"}', "ours"), (404, '{"error":"no-such-route"}', ""), (200, "<html>", ""), (200, "[]", ""),
            (200, '{"hubId":7}', ""), (200, "[" * 4_000, ""), (200, f'{{"hubId":"{"x" * 200}"}}', ""),
        ):
            with self.subTest(body[:40]), Answering(status, body) as hub:
                self.assertEqual(ask_hub_id(hub), hub_id)
        self.assertEqual(ask_hub_id(Endpoint("127.0.0.1", 1, 1)), "")

    def test_a_hub_that_cannot_be_asked_changes_nothing(self) -> None:
        clock = FakeTime().clock
        with self.assertLogs("hub", "WARNING"):
            compare_clocks(clock, Endpoint("127.0.0.1", 1, 1))
        self.assertEqual(clock.hub_now_ms(), clock.now_ms())

    def test_durations_in_words(self) -> None:
        words = [duration(ms) for ms in (1_000, 90_000, 200_000, 3 * HOUR_MS, 50 * 24 * HOUR_MS)]
        self.assertEqual(words, ["1 s", "90 s", "3 min", "3 h", "50 days"])


if __name__ == "__main__":
    unittest.main()
