"""The key that this device shows its hub: its own, or one that a person has set. A person accepts it at the hub by its code.

The file lies beside the agent's state and is for its user alone. A key in the configuration file counts before it.
"""
import contextlib
import hashlib
import logging
import os
import re
import secrets
from pathlib import Path

from ..machine.disk import disk_message

log = logging.getLogger("key")

KEY_FILE = "key"
KEY_BYTES = 32
# What a hub takes for a key.
KEY_SHAPE = re.compile(r"[A-Za-z0-9_\-]{16,128}")
# Without letters that look like digits (Crockford's base 32).
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS = 8


def code_of(key: str) -> str:
    """Short enough for people to compare, such as K7QF-2M9X; the hub computes the same."""
    digest = hashlib.sha256(f"bramble key code\n{key}".encode()).digest()
    code = "".join(CODE_ALPHABET[byte & 31] for byte in digest[:CODE_CHARACTERS])
    return f"{code[:4]}-{code[4:]}"


class KeyFile:
    """The key in the state folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / KEY_FILE
        # What the disk did not take: it counts until the agent ends.
        self._unsaved: str | None = None

    def load(self) -> str | None:
        """None where there is none yet. Raises OSError where there may be one that cannot be read."""
        try:
            text = self._path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return self._unsaved
        except UnicodeDecodeError:
            text = ""
        if KEY_SHAPE.fullmatch(text) is None:
            log.warning("%s holds no key: a new one is made", self._path)
            return self._unsaved
        return text

    def load_or_make(self) -> str | None:
        """The key; a new one where there is none. None where the file cannot be read: another key would not do."""
        try:
            found = self.load()
        except OSError as error:
            log.warning("%s cannot be read (%s): the hub is shown no key", self._path, error.strerror or error)
            return None
        if found is not None:
            return found
        made = secrets.token_urlsafe(KEY_BYTES)
        try:
            self.save(made)
        except OSError as error:
            reason = disk_message(self._path.parent, error)
            log.warning("this device's key is kept in memory alone, and is another after a restart: %s", reason)
            self._unsaved = made
        log.info("this device has made itself a key; its code is %s: compare it when the hub shows it", code_of(made))
        return made

    def save(self, key: str) -> None:
        """Whole or not at all, for this user alone. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(f"{key}\n")
                file.flush()
                os.fsync(file.fileno())
            # Set by root it is still the agent's.
            if os.geteuid() == 0:
                owner = self._path.parent.stat()
                os.chown(temporary, owner.st_uid, owner.st_gid)
            os.replace(temporary, self._path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise

    def stamp(self) -> tuple[int, ...]:
        """Another one whenever the file has changed."""
        try:
            found = self._path.stat()
        except OSError:
            return ()
        return found.st_mtime_ns, found.st_size, found.st_ino
