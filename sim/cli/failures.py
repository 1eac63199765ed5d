"""From an exception to an exit code and a message of one screen, never a traceback."""

from __future__ import annotations

import errno
import os
import traceback
from pathlib import Path
from typing import Any

from sim._version import __version__

#: Exit codes of the command.
OK, PARTIAL, INVALID, DATA, NUMERICAL, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130

#: Set to see the traceback of an unexpected error.
DEBUG = "UNWEAVE_DEBUG"


def explain(error: BaseException) -> tuple[int, str]:
    """Return the exit code of an exception and what to tell the user; an empty message when there is nothing to say."""
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        return INTERRUPTED, "interrupted."
    if type(error).__name__ == "Exit":
        return int(getattr(error, "exit_code", OK)), ""
    if hasattr(error, "format_message"):
        return INVALID, _usage(error)
    if isinstance(error, OSError):
        return _system(error)
    if isinstance(error, MemoryError):
        return NUMERICAL, "error: not enough memory for a table of this size. Aggregate it, or use a machine with more."
    return _ours(error) or (BUG, _bug(error))


def _ours(error: BaseException) -> tuple[int, str] | None:
    """Return code and message of our own errors; None for any other."""
    from decomp.errors import DecompError
    from sim.calibration.errors import CalibrationError
    from sim.errors import EconomyError, ScenarioError, SimError

    if isinstance(error, ScenarioError):
        files = sorted(
            {problem.file for problem in error.problems if problem.line and not problem.file.startswith("--")}
        )
        from sim.texts.plain import counted  # here: texts bring the names of economies and so numpy

        count = counted(len(error.problems), "problem", "problems")
        return INVALID, f"{error.text()}\n\n{count}{f' in {files[0]}' if len(files) == 1 else ''}; nothing was run."
    if isinstance(error, EconomyError):
        return NUMERICAL, f"error: {error}"
    if isinstance(error, DecompError | CalibrationError):
        return DATA, f"error: {error}"
    return (INVALID, f"error: {error}") if isinstance(error, SimError) else None


def _usage(error: Any) -> str:
    """Message of a wrong option or argument, with where to read more."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "unweave"
    message = str(error.format_message()).replace("Value error, ", "")
    if message.startswith("Usage:"):  # a group without a command: its help is the message
        return message
    return f"error: {message}\nTry `{path} --help`."


def _system(error: OSError) -> tuple[int, str]:
    """What the operating system refused: the file and the reason."""
    if error.errno == errno.EPIPE:
        return OK, ""
    place = f"{error.filename}: " if error.filename else ""
    hints = {
        errno.EACCES: " Choose another folder with -o, or change its permissions.",
        errno.EROFS: " Choose a folder that can be written with -o.",
        errno.ENOSPC: " Free some space, or choose another folder with -o.",
        errno.ENOENT: " Check the spelling of the path.",
    }
    return INVALID, f"error: {place}{error.strerror or error}.{hints.get(error.errno or 0, '')}"


def _bug(error: BaseException) -> str:
    """Message of an unexpected error: where it came from and how to report it."""
    if os.environ.get(DEBUG):
        return "".join(traceback.format_exception(error)).rstrip()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    last = frames[-1] if frames else None
    where = (
        f" ({Path(last.filename).parent.name}/{Path(last.filename).name}:{last.lineno}, in {last.name})" if last else ""
    )
    text = str(error).splitlines()[0][:300] if str(error) else ""
    return (
        f"internal error: {type(error).__name__}{f': {text}' if text else ''}{where}\n"
        f"This is a bug in unweave {__version__}, not in your input. Please report it with your command, the scenario file and\n"
        f"the output of `unweave doctor`. Set {DEBUG}=1 to see the traceback."
    )
