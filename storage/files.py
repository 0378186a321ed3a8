"""Small private files: written whole or not at all, readable by their owner only. Imported by storage and server."""

import os
import secrets
from pathlib import Path

PRIVATE = 0o600


def write_private(path: Path, content: bytes, *, replace: bool) -> bool:
    """Write a file of mode 0600 so that a reader sees the old content or the new one, even after a power cut.

    Args:
        path: Target; its folder is made (mode 0700) when missing.
        content: The whole content.
        replace: False leaves an existing file alone.

    Returns:
        True when the file was written, False when it existed and `replace` is False.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            try:
                os.link(draft, path)
            except FileExistsError:
                return False
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)
    return True


def readable_by_others(path: Path) -> bool:
    """True when the group or anybody else has any right on the file."""
    return bool(path.stat().st_mode & 0o077)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
