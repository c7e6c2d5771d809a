"""The queue of readings for the hub. Each is on the disk before it is sent, and deleted once acknowledged.

The queue is bounded: when it is full the oldest readings are dropped, counted and logged. A resent reading has the
same time as before, so that the hub stores it once.

While the disk is not writable, new readings are queued in memory, after those that can still be read from the disk;
rows sent from the disk are deleted once it is writable again. Both share one sequence of row numbers, so that
"sent up to" is valid for both.
"""
import json
import logging
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ..machine.clock import Clock
from ..machine.disk import disk_message
from .database import RETRY_DISK_AFTER_MS, is_broken_for_good, open_database, open_read_only, put_aside
from .readings_table import SCHEMA, ReadingsTable, Row

log = logging.getLogger("outbox")

MAX_BATCH_ROWS = 200
MAX_BATCH_BYTES = 32 * 1024
# A full queue drops at least this share at once, instead of one row for each new reading.
MIN_DROPPED_SHARE = 0.01
MIN_CLOCK_JUMP_MS = 60_000
YEAR_2000_MS = 946_684_800_000
DAY_MS = 86_400_000
DROPPED_LOG_PERIOD_SECONDS = 60
# For a Pi with 512 MB.
MAX_QUEUE_BYTES_IN_MEMORY = 8_000_000
MEMORY_ONLY_MESSAGE = "readings that are not sent yet are in memory alone, and lost when this machine stops: "


@dataclass(frozen=True)
class Batch:
    """The oldest readings, to be sent next."""

    last_seq: int
    rows: int
    payload: bytes
    # Row numbers are only valid within their numbering.
    numbering: int = 0


class Outbox:
    """Thread-safe. Never raises on a disk error."""

    def __init__(self, path: Path, clock: Clock, boot: str, max_rows: int, max_bytes: int) -> None:
        self._path = path
        self._clock = clock
        self._boot = boot
        self._lock = threading.RLock()
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        # None where it is not even readable.
        self._disk: ReadingsTable | None = None
        # None while the disk is writable.
        self._memory: ReadingsTable | None = None
        self._disk_error: str | None = None
        self._retry_at_ms = 0
        # Rows that were sent and could not be deleted from the disk.
        self._sent_from_disk = 0
        self._numbering = 0
        self._last_seq = 0
        self._dropped = 0
        self._last_logged = float("-inf")
        # Sent rows keep their time, even if the clock is corrected later.
        self._sent_up_to = 0
        self.filled = threading.Event()
        self._open()

    def limit(self, max_rows: int, max_bytes: int) -> None:
        with self._lock:
            self._max_rows, self._max_bytes = max_rows, max_bytes
            self._make_room()

    @property
    def rows(self) -> int:
        with self._lock:
            return sum(table.rows for table in (self._disk, self._memory) if table is not None)

    @property
    def bytes(self) -> int:
        with self._lock:
            return sum(table.bytes for table in (self._disk, self._memory) if table is not None)

    @property
    def dropped(self) -> int:
        """Total rows dropped because the queue was full."""
        return self._dropped

    @property
    def disk_error(self) -> str | None:
        """Text for a person: why readings are only in memory; None while they are on the disk."""
        return self._disk_error

    def add(self, values: dict[str, float]) -> None:
        """Adds current readings; values that are not finite numbers are omitted."""
        finite = {name: value for name, value in values.items() if abs(value) < float("inf")}
        if not finite:
            return
        body = json.dumps(finite, separators=(",", ":"), ensure_ascii=False)
        with self._lock:
            self._last_seq += 1
            row = (self._last_seq, self._clock.now_ms(), self._boot, self._clock.up_ms(), body)
            if self._memory is None and self._disk is not None:
                try:
                    self._disk.insert(row)
                except sqlite3.Error as error:
                    self._fall_back_to_memory(error).insert(row)
            elif self._memory is not None:
                self._memory.insert(row)
            self._make_room()
        self.filled.set()

    def oldest(self) -> Batch | None:
        """The next batch to send; None when the queue is empty."""
        with self._lock:
            rows = self._oldest_rows()
            if not rows:
                return None
            texts: list[str] = []
            size = 0
            last_seq = 0
            for seq, ts, body in rows:
                text = self._with_time(ts, body)
                size += len(text.encode()) + 1
                if texts and size > MAX_BATCH_BYTES:
                    break
                texts.append(text)
                last_seq = seq
            self._sent_up_to = max(self._sent_up_to, last_seq)
            return Batch(last_seq, len(texts), f"[{','.join(texts)}]".encode(), self._numbering)

    def remove(self, batch: Batch) -> None:
        """The hub has acknowledged the batch."""
        with self._lock:
            if batch.numbering != self._numbering:
                # Its rows are sent again; the hub stores duplicates once.
                return
            if self._memory is None and self._disk is not None:
                try:
                    self._disk.delete_up_to(batch.last_seq)
                    return
                except sqlite3.Error as error:
                    self._fall_back_to_memory(error)
            if self._disk is not None:
                self._forget_on_disk(batch.last_seq)
            if self._memory is not None:
                self._memory.delete_up_to(batch.last_seq)

    def correct_times(self) -> int:
        """Corrects times recorded since boot by the current clock; returns how many were wrong."""
        base_ms = self._clock.now_ms() - self._clock.up_ms()
        with self._lock:
            table = self._disk if self._memory is None else self._memory
            try:
                changed = 0 if table is None else table.correct_times(
                    self._boot, base_ms, self._sent_up_to, MIN_CLOCK_JUMP_MS
                )
            except sqlite3.Error as error:
                self._fall_back_to_memory(error)
                return 0
        if changed > 0:
            log.warning("%d readings were taken while the clock was wrong: their times are put right", changed)
        return changed

    def try_disk(self) -> None:
        """Returns to the disk once it is writable; to be called about every second."""
        with self._lock:
            if self._memory is None or self._clock.up_ms() < self._retry_at_ms:
                return
            self._retry_at_ms = self._clock.up_ms() + RETRY_DISK_AFTER_MS
            try:
                self._return_to_disk(self._memory)
            except (sqlite3.Error, OSError) as error:
                self._disk_error = MEMORY_ONLY_MESSAGE + disk_message(self._path.parent, error)

    def close(self) -> None:
        """Tries once more to write rows in memory to the disk."""
        with self._lock:
            self._retry_at_ms = 0
            self.try_disk()
            if self._memory is not None and self._memory.rows > 0:
                log.error("%d readings that were in memory alone are lost", self._memory.rows)
            for table in (self._disk, self._memory):
                if table is not None:
                    table.close()

    def _open(self) -> None:
        try:
            self._disk = ReadingsTable(open_database(self._path, SCHEMA))
            self._last_seq = self._disk.last_seq()
            self._dropped = self._disk.dropped()
            # Only a write shows whether the disk is writable.
            self._disk.set_dropped(self._dropped)
            return
        except (sqlite3.Error, OSError) as error:
            failure = error
        if self._disk is None and (db := open_read_only(self._path)) is not None:
            try:
                self._disk = ReadingsTable(db)
                self._last_seq = self._disk.last_seq()
                self._dropped = self._disk.dropped()
            except sqlite3.Error:
                db.close()
                self._disk = None
        self._fall_back_to_memory(failure)

    def _fall_back_to_memory(self, error: Exception) -> ReadingsTable:
        """Returns the table in memory."""
        if self._memory is None:
            self._memory = ReadingsTable.in_memory()
            self._retry_at_ms = self._clock.up_ms() + RETRY_DISK_AFTER_MS
            self._disk_error = MEMORY_ONLY_MESSAGE + disk_message(self._path.parent, error)
            log.error("%s", self._disk_error)
        return self._memory

    def _return_to_disk(self, memory: ReadingsTable) -> None:
        try:
            disk, is_renumbered = self._merge_into_disk(memory)
        except sqlite3.DatabaseError as error:
            if not is_broken_for_good(error):
                raise
            put_aside(self._path, error)
            disk, is_renumbered = self._merge_into_disk(memory)
        if self._disk is not None:
            self._disk.close()
        memory.close()
        self._disk, self._memory, self._disk_error, self._sent_from_disk = disk, None, None, 0
        if is_renumbered:
            self._numbering += 1
            self._sent_up_to = 0
        self._last_seq = max(self._last_seq, disk.last_seq())
        log.info("readings are kept on the disk again: %d wait", disk.rows)

    def _merge_into_disk(self, memory: ReadingsTable) -> tuple[ReadingsTable, bool]:
        """The disk's table with all rows; true where the rows from memory were renumbered."""
        disk = ReadingsTable(open_database(self._path, SCHEMA))
        try:
            rows = memory.all_rows()
            # If the disk was unreadable at the start, it may have other rows with these numbers.
            shift = max(0, disk.last_seq() + 1 - rows[0][0]) if rows else 0
            moved: list[Row] = [(seq + shift, ts, boot, up, body) for seq, ts, boot, up, body in rows]
            disk.merge(self._sent_from_disk, moved, max(self._dropped, disk.dropped()))
        except BaseException:
            disk.close()
            raise
        return disk, shift > 0

    def _oldest_rows(self) -> list[tuple[int, int, str]]:
        if self._disk is not None:
            try:
                rows = self._disk.oldest(self._sent_from_disk, MAX_BATCH_ROWS)
            except sqlite3.Error as error:
                self._fall_back_to_memory(error)
                self._disk.close()
                self._disk = None
            else:
                if rows:
                    return rows
        return [] if self._memory is None else self._memory.oldest(0, MAX_BATCH_ROWS)

    def _forget_on_disk(self, seq: int) -> None:
        """Excludes rows that were sent and cannot be deleted yet."""
        if self._disk is None or seq <= self._sent_from_disk:
            return
        try:
            rows_before, bytes_before = self._disk.count_up_to(self._sent_from_disk)
            rows, size = self._disk.count_up_to(seq)
        except sqlite3.Error:
            # The next read will fail, too.
            return
        finally:
            self._sent_from_disk = seq
        self._disk.rows -= rows - rows_before
        self._disk.bytes -= size - bytes_before

    def _with_time(self, ts: int, body: str) -> str:
        """A time that the hub would refuse is omitted: the hub then uses the time of receipt."""
        plausible = YEAR_2000_MS <= ts <= self._clock.hub_now_ms() + DAY_MS
        return f'{{"ts":{ts},{body[1:]}' if plausible else body

    def _make_room(self) -> None:
        try:
            if self._memory is not None:
                self._drop_oldest(self._memory, self._max_rows, min(self._max_bytes, MAX_QUEUE_BYTES_IN_MEMORY))
            elif self._disk is not None and self._drop_oldest(self._disk, self._max_rows, self._max_bytes):
                self._disk.set_dropped(self._dropped)
        except sqlite3.Error as error:
            self._fall_back_to_memory(error)

    def _drop_oldest(self, table: ReadingsTable, max_rows: int, max_bytes: int) -> bool:
        if table.rows <= max_rows and table.bytes <= max_bytes:
            return False
        share_over = 1 - max_bytes / table.bytes if table.bytes > max_bytes else 0
        least = max(1, table.rows - max_rows, round(table.rows * share_over), round(table.rows * MIN_DROPPED_SHARE))
        self._dropped += table.delete_up_to(table.seq_of_oldest(least))
        now = time.monotonic()
        if now - self._last_logged >= DROPPED_LOG_PERIOD_SECONDS:
            self._last_logged = now
            log.warning("the queue is full: the oldest readings go (%d so far)", self._dropped)
        return True
