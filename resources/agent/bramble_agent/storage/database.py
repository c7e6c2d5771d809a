"""Databases in the state folder.

A card may be read-only, full or failing, at the start or any time later. Writers then continue in memory, report it,
and retry the disk every RETRY_DISK_AFTER_MS.
"""
import logging
import sqlite3
from pathlib import Path

log = logging.getLogger("storage")

RETRY_DISK_AFTER_MS = 10_000


def open_database(path: Path, schema: str, synchronous: str = "NORMAL") -> sqlite3.Connection:
    """With a write-ahead log and autocommit. A corrupt file is renamed and replaced.

    Raises sqlite3.Error or OSError. Opening may succeed on a read-only disk: only a write tells.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path, schema, synchronous)
    except sqlite3.DatabaseError as error:
        if not is_broken_for_good(error):
            raise
        put_aside(path, error)
        return _open(path, schema, synchronous)


def open_read_only(path: Path) -> sqlite3.Connection | None:
    """Opens the file of a read-only disk, without its write-ahead log; None where it is unreadable."""
    for mode in ("mode=ro", "immutable=1"):
        db = None
        try:
            uri = f"{path.absolute().as_uri()}?{mode}"
            db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            return db
        except sqlite3.Error:
            if db is not None:
                db.close()
    return None


def is_broken_for_good(error: Exception) -> bool:
    """The file is corrupt: neither a retry nor free space helps."""
    return type(error) is sqlite3.DatabaseError


def put_aside(path: Path, error: Exception) -> None:
    """Raises OSError."""
    aside = path.with_name(f"{path.name}.broken")
    log.error("%s is broken (%s): it is kept as %s, and a new one begun", path, error, aside.name)
    path.replace(aside)
    for left in ("-wal", "-shm"):
        path.with_name(path.name + left).unlink(missing_ok=True)


def _open(path: Path, schema: str, synchronous: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {synchronous}")
        db.executescript(schema)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
