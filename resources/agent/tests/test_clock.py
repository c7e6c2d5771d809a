"""Whether this machine's or the hub's time is used; and requests to the hub."""
import http.server
import threading
import unittest

from bramble_agent.hub.endpoint import Endpoint
from bramble_agent.hub.queries import compare_clocks, request_hub_id, request_time_ms
from bramble_agent.machine.clock import duration

from .support import NOON_MS, FakeTime

HOUR_MS = 3_600_000


class OneAnswerServer:
    """An HTTP server that answers one request."""

    def __init__(self, status: int, body: str, date: str = "Sat, 31 Jan 2026 12:00:00 GMT") -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                return date

            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_args: object) -> None:
                """Not printed."""

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.handle_request)

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return Endpoint("127.0.0.1", 1, self._server.server_port)

    def __exit__(self, *_error: object) -> None:
        self._thread.join()
        self._server.server_close()


class ClockTest(unittest.TestCase):
    def test_the_hubs_time_replaces_an_unset_clock(self) -> None:
        time = FakeTime()
        with self.assertLogs("clock", "WARNING") as logs:
            time.clock.set_hub_time(NOON_MS + 3 * HOUR_MS, time.up_ms)
        self.assertIn("3 h behind", logs.output[0])
        time.advance(2_000)
        self.assertEqual(time.clock.now_ms(), NOON_MS + 3 * HOUR_MS + 2_000)

    def test_a_clock_set_later_is_used_without_another_request(self) -> None:
        time = FakeTime()
        with self.assertLogs("clock", "WARNING"):
            time.clock.set_hub_time(NOON_MS + 3 * HOUR_MS, time.up_ms)
        time.wall_ms += 3 * HOUR_MS + 1_234
        self.assertEqual(time.clock.now_ms(), NOON_MS + 3 * HOUR_MS + 1_234)

    def test_an_ntp_clock_is_used_for_readings_and_the_hubs_for_commands(self) -> None:
        time = FakeTime()
        time.is_set = True
        with self.assertLogs("clock", "WARNING") as logs:
            time.clock.set_hub_time(NOON_MS - HOUR_MS, time.up_ms)
        self.assertIn("NTP has set it", logs.output[0])
        self.assertEqual(time.clock.now_ms(), NOON_MS)
        self.assertEqual(time.clock.hub_now_ms(), NOON_MS - HOUR_MS)

    def test_an_offset_below_a_minute_is_ignored_for_readings(self) -> None:
        time = FakeTime()
        time.clock.set_hub_time(NOON_MS + 50_000, time.up_ms)
        self.assertEqual(time.clock.now_ms(), NOON_MS)
        self.assertEqual(time.clock.hub_now_ms(), NOON_MS + 50_000)

    def test_an_offset_below_the_date_headers_resolution_is_ignored(self) -> None:
        time = FakeTime()
        time.clock.set_hub_time(NOON_MS + 900, time.up_ms)
        self.assertEqual(time.clock.hub_now_ms(), NOON_MS)

    def test_reads_the_date_of_any_http_status(self) -> None:
        with OneAnswerServer(403, "", "Sat, 31 Jan 2026 12:00:00 GMT") as hub:
            self.assertEqual(request_time_ms(hub), NOON_MS + 500)

    def test_an_invalid_date_changes_nothing(self) -> None:
        for date in ("yesterday", "Mon, 01 Jan 99999999999 00:00:00 GMT"):
            clock = FakeTime().clock
            with self.subTest(date), OneAnswerServer(200, "", date) as hub, self.assertLogs("hub", "WARNING"):
                compare_clocks(clock, hub)
            self.assertEqual(clock.hub_now_ms(), clock.now_ms())

    def test_requests_the_hubs_id_and_rejects_invalid_ones(self) -> None:
        for status, body, hub_id in (
            (200, '{"hubId":"ours"}', "ours"), (404, '{"error":"no-such-route"}', ""), (200, "<html>", ""), (200, "[]", ""),
            (200, '{"hubId":7}', ""), (200, "[" * 4_000, ""), (200, f'{{"hubId":"{"x" * 200}"}}', ""),
        ):
            with self.subTest(body[:40]), OneAnswerServer(status, body) as hub:
                self.assertEqual(request_hub_id(hub), hub_id)
        self.assertEqual(request_hub_id(Endpoint("127.0.0.1", 1, 1)), "")

    def test_an_unreachable_hub_changes_nothing(self) -> None:
        clock = FakeTime().clock
        with self.assertLogs("hub", "WARNING"):
            compare_clocks(clock, Endpoint("127.0.0.1", 1, 1))
        self.assertEqual(clock.hub_now_ms(), clock.now_ms())

    def test_formats_durations(self) -> None:
        words = [duration(ms) for ms in (1_000, 90_000, 200_000, 3 * HOUR_MS, 50 * 24 * HOUR_MS)]
        self.assertEqual(words, ["1 s", "90 s", "3 min", "3 h", "50 days"])


if __name__ == "__main__":
    unittest.main()
