"""From an exception to an exit code and a message of one screen, never a traceback."""

from __future__ import annotations

import errno
import os
import signal
import traceback
import zlib
from pathlib import Path
from typing import Any

from sim._version import __version__

#: Exit codes of the command. A run that a signal ends has 128 and its number: 130 for Ctrl-C, 143 for TERM, 129 for HUP.
OK, PARTIAL, INVALID, DATA, NUMERICAL, OUTSIDE, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 5, 70, 130

#: What the system may refuse though nothing that was asked for is wrong, and what to do.
_MACHINE = {
    errno.ENOSPC: " Free some space, or choose another folder with -o.",
    errno.EDQUOT: " Free some space of your quota, or choose another folder with -o.",
    errno.EROFS: " Choose a folder that can be written with -o.",
    errno.EIO: " The disk or the connection failed; try again.",
    errno.EMFILE: " Close other programs, or raise the limit of open files.",
    errno.ENFILE: " Close other programs, or raise the limit of open files.",
    errno.ENOMEM: " Close other programs, or use a machine with more memory.",
}
#: What is said of a worker that the system killed.
LOST = (
    "a worker process was killed, most likely because memory ran out. What is finished is kept; repeat the command, "
    "with fewer processes (-j 1) if it happens again."
)

#: Set to see the traceback of an unexpected error.
DEBUG = "UNWEAVE_DEBUG"


def explain(error: BaseException) -> tuple[int, str]:
    """Return the exit code of an exception and what to tell the user; an empty message when there is nothing to say."""
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        number = next((n for n in error.args if isinstance(n, int)), signal.SIGINT)
        return 128 + number, "interrupted."
    if type(error).__name__ == "Exit":
        return int(getattr(error, "exit_code", OK)), ""
    if hasattr(error, "format_message"):
        return INVALID, _usage(error)
    return _outside(error) or _ours(error) or (BUG, _bug(error))


def _outside(error: BaseException) -> tuple[int, str] | None:
    """Return code and message of what is no fault of the program nor of its input: the system, the installation, memory."""
    for cause in (error, error.__cause__):
        if isinstance(cause, OSError) and cause.errno in _MACHINE:
            text = (
                str(error)
                if cause is not error
                else f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}"
            )
            return OUTSIDE, f"error: {text.rstrip('.')}.{'' if '-o' in text else _MACHINE[cause.errno]}"
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, MemoryError):
        return OUTSIDE, "error: not enough memory for a table of this size. Aggregate it, or use a machine with more."
    if isinstance(error, ImportError) and (error.name or "").split(".")[0] not in ("sim", "decomp"):
        what = f"the package {error.name!r} is missing or broken" if error.name else "a package is broken"
        return OUTSIDE, f"error: {what} ({error}). Reinstall unweave; `unweave doctor` says what else is missing."
    if "BrokenProcessPool" in names or "BrokenExecutor" in names:
        return OUTSIDE, f"error: {LOST}"
    if isinstance(error, zlib.error) or names & {"BadZipFile", "LargeZipFile"}:
        return DATA, f"error: a compressed file is damaged ({error}). Get it again."
    if isinstance(error, OSError):
        if error.errno == errno.EPIPE:
            return OK, ""
        hints = {
            errno.EACCES: " Choose another folder with -o, or change its permissions.",
            errno.ENOENT: " Check the spelling of the path.",
        }
        place = f"{error.filename}: " if error.filename else ""
        return INVALID, f"error: {place}{error.strerror or error}.{hints.get(error.errno or 0, '')}"
    return None


def _ours(error: BaseException) -> tuple[int, str] | None:
    """Return code and message of our own errors; None for any other."""
    from decomp.errors import DecompError
    from sim.calibration.errors import CalibrationError
    from sim.errors import EconomyError, ScenarioError, SimError

    if isinstance(error, ScenarioError):
        named = {problem.file for problem in error.problems if problem.line and not problem.file.startswith("--")}
        from sim.texts.plain import counted  # here: texts bring the names of economies and so numpy

        count = counted(len(error.problems), "problem", "problems")
        where = f" in {next(iter(named))}" if len(named) == 1 else ""
        return INVALID, f"{error.text()}\n\n{count}{where}; nothing was run."
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
