"""The location of the running agent's status file and control socket, where other commands find them.

The folder of the options; if that is not writable (a card that became read-only), a folder in memory that belongs to
the same user and is named after it.
"""
import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

# The kernel's limit for the path of a Unix socket, without its end.
MAX_SOCKET_PATH_BYTES = 107
FOLDERS_IN_MEMORY = (Path("/dev/shm"), Path("/tmp"))


def possible_run_folders(wanted: Path) -> list[Path]:
    """Best first."""
    digest = hashlib.sha256(os.fsencode(wanted.absolute())).hexdigest()[:12]
    return [wanted, *(base / f"bramble-agent-{os.getuid()}-{digest}" for base in FOLDERS_IN_MEMORY)]


def make_run_folder(folder: Path) -> None:
    """Raises OSError, also where another user owns a folder of that name in memory."""
    if folder.parent not in FOLDERS_IN_MEMORY:
        folder.mkdir(parents=True, exist_ok=True)
        return
    folder.mkdir(exist_ok=True, mode=0o700)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")


def usable_run_folder(wanted: Path) -> Path | None:
    """The first writable one; None where there is none."""
    for folder in possible_run_folders(wanted):
        try:
            make_run_folder(folder)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        if len(os.fsencode(folder / "control.sock")) <= MAX_SOCKET_PATH_BYTES:
            return folder
    return None


def remove_empty_run_folders(wanted: Path) -> None:
    """Removes the folders in memory when the agent ends."""
    for folder in possible_run_folders(wanted)[1:]:
        with contextlib.suppress(OSError):
            folder.rmdir()


def find_in_run_folders(wanted: Path, name: str) -> list[Path]:
    """Paths where a running agent may have its file `name`, latest first."""
    found: list[tuple[int, Path]] = []
    for folder in possible_run_folders(wanted):
        try:
            found.append(((folder / name).stat().st_mtime_ns, folder / name))
        except OSError:
            continue
    return [path for _, path in sorted(found, reverse=True)]
