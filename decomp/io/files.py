"""Writing files so that a failure leaves nothing half-written and is reported in our own words."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from decomp.errors import FormatError


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a file beside its final place and move it there; an existing file is replaced whole or not at all.

    Raises
    ------
    FormatError
        The folder is missing or not writable; names it.
    """
    if not path.parent.is_dir():
        raise FormatError(f"cannot write {path}: the folder {path.parent} does not exist. Make it, or choose another.")
    if path.is_dir():
        raise FormatError(f"cannot write {path}: it is a folder. Give a file name inside it.")
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        reason = error.strerror or str(error)
        raise FormatError(f"cannot write {path}: {reason}. Choose a folder that you may write to.") from None
    return path
