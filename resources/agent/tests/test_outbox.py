"""Readings are queued on the disk in order, keep their times, and are deleted when acknowledged."""
import json
import unittest

from bramble_agent.storage.database import RETRY_DISK_AFTER_MS
from bramble_agent.storage.outbox import MAX_BATCH_BYTES, MAX_BATCH_ROWS, Outbox

from .support import NOON_MS, FolderCase


class OutboxCase(FolderCase):
    """A test with a queue in its folder."""

    def open(self, max_rows: int = 1_000, max_bytes: int = 1_000_000, boot: str = "boot-1") -> Outbox:
        outbox = Outbox(self.folder / "outbox.db", self.time.clock, boot, max_rows, max_bytes)
        self.addCleanup(outbox.close)
        return outbox

    def sent(self, outbox: Outbox) -> list[dict[str, float]]:
        """The whole queue as the hub would get it; each batch is acknowledged."""
        messages: list[dict[str, float]] = []
        while (batch := outbox.oldest()) is not None:
            messages += json.loads(batch.payload)
            outbox.remove(batch)
        return messages


class OutboxTest(OutboxCase):
    def test_replays_in_order_with_the_original_times(self) -> None:
        outbox = self.open()
        for value in range(3 * MAX_BATCH_ROWS):
            outbox.add({"t": value})
            self.time.advance(10)
        outbox.close()
        self.time.advance(3_600_000)
        messages = self.sent(self.open())
        self.assertEqual([message["t"] for message in messages], list(range(3 * MAX_BATCH_ROWS)))
        self.assertEqual([message["ts"] for message in messages], [NOON_MS + 10 * n for n in range(3 * MAX_BATCH_ROWS)])

    def test_unacknowledged_readings_are_resent_unchanged(self) -> None:
        outbox = self.open()
        outbox.add({"t": 1})
        first = outbox.oldest()
        self.time.wall_ms += 500_000
        outbox.correct_times()
        self.assertEqual(outbox.oldest(), first)

    def test_a_reading_added_while_a_batch_is_in_flight_stays(self) -> None:
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
        self.assertGreater(len(large.payload), MAX_BATCH_BYTES)
        self.assertEqual(large.rows, 1)

    def test_too_many_rows_drop_the_oldest_and_are_counted(self) -> None:
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

    def test_too_many_bytes_drop_the_oldest(self) -> None:
        with self.assertLogs("outbox", "WARNING"):
            outbox = self.open(max_bytes=10_000)
            for value in range(500):
                outbox.add({"a_rather_long_name": value})
        self.assertLessEqual(outbox.bytes, 10_000)
        self.assertGreater(outbox.bytes, 8_000)
        messages = self.sent(outbox)
        self.assertEqual(messages[-1]["a_rather_long_name"], 499)
        self.assertEqual((outbox.rows, outbox.bytes), (0, 0))

    def test_non_finite_values_are_omitted(self) -> None:
        outbox = self.open()
        outbox.add({"a": float("nan"), "b": float("inf")})
        outbox.add({"a": float("nan"), "b": 1})
        self.assertEqual(self.sent(outbox), [{"ts": NOON_MS, "b": 1}])

    def test_times_of_a_wrong_clock_are_corrected_before_sending(self) -> None:
        self.open(boot="boot-0").add({"t": 0})
        outbox = self.open()
        outbox.add({"t": 1})
        self.time.advance(5_000)
        # NTP sets the clock a day forward.
        self.time.wall_ms += 86_400_000
        outbox.add({"t": 2})
        with self.assertLogs("outbox", "WARNING"):
            self.assertEqual(outbox.correct_times(), 1)
        self.assertEqual(outbox.correct_times(), 0)
        times = [message["ts"] for message in self.sent(outbox)]
        # The reading of the previous boot keeps its time, since its error is unknown.
        self.assertEqual(times, [NOON_MS, NOON_MS + 86_400_000, NOON_MS + 86_405_000])

    def test_a_time_that_the_hub_would_refuse_is_omitted(self) -> None:
        self.time.wall_ms = 1_000
        outbox = self.open(boot="boot-0")
        outbox.add({"t": 1})
        self.time.wall_ms = NOON_MS
        self.assertEqual(self.sent(outbox), [{"t": 1}])

    def test_a_corrupt_file_is_renamed(self) -> None:
        self.write("outbox.db", "this is no database at all" * 100)
        with self.assertLogs("storage", "ERROR"):
            outbox = self.open()
        outbox.add({"t": 1})
        self.assertEqual(outbox.rows, 1)
        self.assertTrue((self.folder / "outbox.db.broken").exists())


class FailingDiskTest(OutboxCase):
    """Fallback to memory, and back to the disk."""

    def break_disk(self, outbox: Outbox) -> None:
        """Makes the disk read-only until it is reopened."""
        assert outbox._disk is not None
        outbox._disk._db.execute("PRAGMA query_only = ON")

    def retry(self, outbox: Outbox) -> None:
        self.time.advance(RETRY_DISK_AFTER_MS)
        outbox.try_disk()

    def test_readings_are_queued_in_memory_and_moved_back_to_the_disk(self) -> None:
        outbox = self.open()
        for value in range(3):
            outbox.add({"t": value})
        self.break_disk(outbox)
        with self.assertLogs("outbox", "ERROR") as logs:
            outbox.add({"t": 3})
        self.assertIn("in memory alone", logs.output[0])
        outbox.add({"t": 4})
        self.assertEqual(outbox.rows, 5)
        outbox.try_disk()
        self.assertIsNotNone(outbox.disk_error)
        with self.assertLogs("outbox", "INFO") as back:
            self.retry(outbox)
        self.assertIn("on the disk again: 5 wait", back.output[0])
        self.assertEqual((outbox.disk_error, outbox.rows), (None, 5))
        outbox.close()
        self.assertEqual([message["t"] for message in self.sent(self.open())], [0, 1, 2, 3, 4])

    def test_rows_on_a_read_only_disk_are_sent_once_and_deleted_later(self) -> None:
        outbox = self.open()
        for value in range(MAX_BATCH_ROWS + 5):
            outbox.add({"t": value})
        self.break_disk(outbox)
        first = outbox.oldest()
        assert first is not None
        with self.assertLogs("outbox", "ERROR"):
            outbox.remove(first)
        outbox.add({"t": 1_000})
        self.assertEqual(outbox.rows, 6)
        second = outbox.oldest()
        assert second is not None
        self.assertEqual(second.rows, 5)
        outbox.remove(second)
        self.retry(outbox)
        self.assertEqual([message["t"] for message in self.sent(outbox)], [1_000])
        self.assertEqual((outbox.rows, outbox.bytes), (0, 0))

    def test_a_batch_in_flight_during_the_return_to_the_disk_is_removed(self) -> None:
        outbox = self.open()
        self.break_disk(outbox)
        with self.assertLogs("outbox", "ERROR"):
            outbox.add({"t": 1})
        batch = outbox.oldest()
        assert batch is not None
        outbox.add({"t": 2})
        self.retry(outbox)
        outbox.remove(batch)
        self.assertEqual([message["t"] for message in self.sent(outbox)], [2])

    def test_a_disk_that_is_unreadable_at_the_start(self) -> None:
        earlier = self.open()
        for value in range(3):
            earlier.add({"t": value})
        earlier.close()
        state = self.folder / "state"
        self.write("state", "a file where the folder should be")
        with self.assertLogs("outbox", "ERROR"):
            outbox = Outbox(state / "outbox.db", self.time.clock, "boot-1", 1_000, 1_000_000)
        self.addCleanup(outbox.close)
        outbox.add({"t": 3})
        batch = outbox.oldest()
        self.retry(outbox)
        self.assertIsNotNone(outbox.disk_error)
        state.unlink()
        state.mkdir()
        (self.folder / "outbox.db").rename(state / "outbox.db")
        self.retry(outbox)
        self.assertIsNone(outbox.disk_error)
        # Its number now belongs to another row, which must not be deleted.
        assert batch is not None
        outbox.remove(batch)
        self.assertEqual([message["t"] for message in self.sent(outbox)], [0, 1, 2, 3])

    def test_a_full_disk(self) -> None:
        outbox = self.open()
        assert outbox._disk is not None
        (pages,) = outbox._disk._db.execute("PRAGMA page_count").fetchone()
        outbox._disk._db.execute(f"PRAGMA max_page_count = {pages}")
        with self.assertLogs("outbox", "ERROR") as logs:
            for value in range(300):
                outbox.add({"a_rather_long_name": value})
        self.assertEqual(len(logs.output), 1)
        self.assertIn("is full: make room", logs.output[0])
        self.assertEqual(outbox.rows, 300)
        self.retry(outbox)
        self.assertEqual([message["a_rather_long_name"] for message in self.sent(outbox)], list(range(300)))

    def test_a_file_found_corrupt_on_the_return_is_renamed(self) -> None:
        outbox = self.open()
        self.break_disk(outbox)
        with self.assertLogs("outbox", "ERROR"):
            outbox.add({"t": 1})
        for file in self.folder.glob("outbox.db*"):
            file.unlink()
        self.write("outbox.db", "this is no database at all" * 1_000)
        with self.assertLogs("storage", "ERROR"):
            self.retry(outbox)
        self.assertIsNone(outbox.disk_error)
        self.assertTrue((self.folder / "outbox.db.broken").exists())
        self.assertEqual([message["t"] for message in self.sent(outbox)], [1])

    def test_memory_is_bounded_and_dropped_rows_are_counted(self) -> None:
        outbox = self.open(max_rows=100)
        self.break_disk(outbox)
        with self.assertLogs("outbox", "WARNING"):
            for value in range(250):
                outbox.add({"t": value})
        self.assertEqual((outbox.rows, outbox.dropped), (100, 150))
        self.retry(outbox)
        outbox.close()
        self.assertEqual(self.open(max_rows=100).dropped, 150)

    def test_rows_in_memory_are_written_on_close_if_possible(self) -> None:
        outbox = self.open()
        self.break_disk(outbox)
        with self.assertLogs("outbox", "ERROR"):
            outbox.add({"t": 1})
        outbox.close()
        self.assertEqual([message["t"] for message in self.sent(self.open())], [1])


if __name__ == "__main__":
    unittest.main()
