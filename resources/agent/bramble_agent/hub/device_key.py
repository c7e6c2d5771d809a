"""The key that this device presents to its hub: generated, or set by a person. A person accepts it at the hub by its code.

The file is in the state folder, readable only by the agent's user. A key in the configuration file takes precedence.
"""
import hashlib
import logging
import re
import secrets
from pathlib import Path

from ..storage.state_file import StateFile

log = logging.getLogger("key")

KEY_FILE = "key"
KEY_BYTES = 32
# Keys that a hub accepts.
KEY_SHAPE = re.compile(r"[A-Za-z0-9_\-]{16,128}")
# Without ambiguous letters (Crockford's base 32).
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
        self.file = StateFile(folder / KEY_FILE, "this device's key", permissions=0o600)

    def load(self) -> str | None:
        """None where there is none. Raises OSError where the file cannot be read."""
        text = self.file.read()
        if text is None:
            return None
        if KEY_SHAPE.fullmatch(text.strip()) is None:
            log.warning("%s holds no key: a new one is made", self.file.path)
            return None
        return text.strip()

    def load_or_make(self) -> str | None:
        """The key, generated if there is none. None where the file cannot be read, since a new key would be refused."""
        try:
            found = self.load()
        except OSError as error:
            log.warning("%s cannot be read (%s): the hub is shown no key", self.file.path, error.strerror or error)
            return None
        if found is not None:
            return found
        made = secrets.token_urlsafe(KEY_BYTES)
        self.file.store(f"{made}\n")
        log.info("this device has made itself a key; its code is %s: compare it when the hub shows it", code_of(made))
        return made

    def save(self, key: str) -> None:
        """Readable only by this user, or by the agent's if run as root. Raises OSError."""
        self.file.write(f"{key}\n")
