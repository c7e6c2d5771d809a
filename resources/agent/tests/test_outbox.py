"""Readings wait on the disk in their order, keep their times, and leave when they are acknowledged."""
import json
import unittest

from bramble_agent.outbox import BATCH_BYTES, BATCH_ROWS, Outbox

from .support import NOON_MS, FolderCase


class OutboxTest(FolderCase):
    def open(self, max_rows: int = 1_000, max_bytes: int = 1_000_000, boot: str = "boot-1") -> Outbox:
        outbox = Outbox(self.folder / "outbox.db", self.time.clock, boot, max_rows, max_bytes)
        self.addCleanup(outbox.close)
        return outbox

    def sent(self, outbox: Outbox) -> list[dict[str, float]]:
        """Everything that waits, as the hub would get it; each batch is acknowledged."""
        messages: list[dict[str, float]] = []
        while (batch := outbox.oldest()) is not None:
            messages += json.loads(batch.payload)
            outbox.remove(batch)
        return messages

    def test_replays_in_order_with_the_times_of_then(self) -> None:
        outbox = self.open()
        for value in range(3 * BATCH_ROWS):
            outbox.add({"t": value})
            self.time.advance(10)
        outbox.close()
        self.time.advance(3_600_000)
        messages = self.sent(self.open())
        self.assertEqual([message["t"] for message in messages], list(range(3 * BATCH_ROWS)))
        self.assertEqual([message["ts"] for message in messages], [NOON_MS + 10 * n for n in range(3 * BATCH_ROWS)])

    def test_what_is_not_acknowledged_comes_again_as_it_was(self) -> None:
        outbox = self.open()
        outbox.add({"t": 1})
        first = outbox.oldest()
        self.time.wall_ms += 500_000
        outbox.correct_times()
        self.assertEqual(outbox.oldest(), first)

    def test_a_reading_that_comes_while_a_batch_is_under_way_stays(self) -> None:
        outbox = self.open()
        outbox.add({"t": 1})
        batch = outbox.oldest()
        outbox.add({"t": 2})
        assert batch is not None
        outbox.remove(batch)
        self.assertEqual([message["t"] for message in self.sent(outbox)], [2])

    def test_batches_are_bounded_by_bytes_but_never_empty(self) -> None:
        outbox = self.open()
        outbox.add({f"metric_{number}": number for number in range(4_000)})
        outbox.add({"t": 1})
        large = outbox.oldest()
        assert large is not None
        self.assertGreater(len(large.payload), BATCH_BYTES)
        self.assertEqual(large.rows, 1)

    def test_the_oldest_go_when_there_are_too_many_rows_and_that_is_counted(self) -> None:
        with self.assertLogs("outbox", "WARNING") as logs:
            outbox = self.open(max_rows=100)
            for value in range(250):
                outbox.add({"t": value})
        self.assertEqual((outbox.rows, outbox.dropped), (100, 150))
        self.assertEqual(len(logs.output), 1)
        outbox.close()
        again = self.open(max_rows=100)
        self.assertEqual((again.rows, again.dropped), (100, 150))
        self.assertEqual([message["t"] for message in self.sent(again)], list(range(150, 250)))

    def test_the_oldest_go_when_there_are_too_many_bytes(self) -> None:
        with self.assertLogs("outbox", "WARNING"):
            outbox = self.open(max_bytes=10_000)
            for value in range(500):
                outbox.add({"a_rather_long_name": value})
        self.assertLessEqual(outbox.bytes, 10_000)
        self.assertGreater(outbox.bytes, 8_000)
        messages = self.sent(outbox)
        self.assertEqual(messages[-1]["a_rather_long_name"], 499)
        self.assertEqual((outbox.rows, outbox.bytes), (0, 0))

    def test_what_is_no_number_is_left_out(self) -> None:
        outbox = self.open()
        outbox.add({"a": float("nan"), "b": float("inf")})
        outbox.add({"a": float("nan"), "b": 1})
        self.assertEqual(self.sent(outbox), [{"ts": NOON_MS, "b": 1}])

    def test_readings_taken_while_the_clock_was_wrong_get_their_right_time_before_they_are_sent(self) -> None:
        self.open(boot="boot-0").add({"t": 0})
        outbox = self.open()
        outbox.add({"t": 1})
        self.time.advance(5_000)
        # NTP sets the clock, a day later than it thought.
        self.time.wall_ms += 86_400_000
        outbox.add({"t": 2})
        with self.assertLogs("outbox", "WARNING"):
            self.assertEqual(outbox.correct_times(), 1)
        self.assertEqual(outbox.correct_times(), 0)
        times = [message["ts"] for message in self.sent(outbox)]
        # The one of the start before keeps its time: nobody knows how wrong it was.
        self.assertEqual(times, [NOON_MS, NOON_MS + 86_400_000, NOON_MS + 86_405_000])

    def test_a_time_that_the_hub_would_refuse_is_left_out(self) -> None:
        self.time.wall_ms = 1_000
        outbox = self.open(boot="boot-0")
        outbox.add({"t": 1})
        self.time.wall_ms = NOON_MS
        self.assertEqual(self.sent(outbox), [{"t": 1}])

    def test_a_broken_file_is_put_aside(self) -> None:
        self.write("outbox.db", "this is no database at all" * 100)
        with self.assertLogs("outbox", "ERROR"):
            outbox = self.open()
        outbox.add({"t": 1})
        self.assertEqual(outbox.rows, 1)
        self.assertTrue((self.folder / "outbox.db.broken").exists())


if __name__ == "__main__":
    unittest.main()
