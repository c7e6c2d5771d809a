"""Atomic writes of small files, and messages about a card that cannot be written."""
import contextlib
import errno
import os
from pathlib import Path

FULL_DISK_BYTES = 64 * 1024


def replace_file(path: Path, text: str, permissions: int = 0o644) -> None:
    """Atomic, also on power loss; if run as root, the folder's owner gets the file. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, permissions)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if os.geteuid() == 0:
            owner = path.parent.stat()
            os.chown(temporary, owner.st_uid, owner.st_gid)
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError:
        # A full disk may have stored a part of it.
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Makes a rename durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def disk_message(folder: Path, error: Exception) -> str:
    """Text for a person: why nothing can be written in `folder`, and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    name = getattr(error, "sqlite_errorname", "")
    disk = _disk_of(folder)
    if number == errno.EROFS or (disk is not None and disk.f_flag & os.ST_RDONLY):
        return (
            f"{folder} is on a read-only file system. If an overlay is on, turn it off"
            " (sudo raspi-config, Performance); if not, the card may be failing: see sudo dmesg"
        )
    is_full = disk is not None and disk.f_blocks > 0 and disk.f_bavail * disk.f_frsize < FULL_DISK_BYTES
    if number in (errno.ENOSPC, errno.EDQUOT) or name == "SQLITE_FULL" or is_full:
        return f"the disk of {folder} is full: make room (df -h shows how full it is)"
    if number in (errno.EACCES, errno.EPERM) or (folder.exists() and not os.access(folder, os.W_OK | os.X_OK)):
        return f"the agent's user may not write in {folder}: sudo chown -R bramble-agent: {folder}"
    if name.startswith("SQLITE_BUSY"):
        return f"another program writes in {folder}: does a second agent use it, too?"
    return f"{folder} cannot be written ({error}): the card may be failing, see sudo dmesg"


def _disk_of(folder: Path) -> os.statvfs_result | None:
    for existing in (folder, *folder.absolute().parents):
        try:
            return os.statvfs(existing)
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None
