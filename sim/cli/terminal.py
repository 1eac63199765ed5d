"""What the command line says to people: exit codes and messages of one screen, progress, and signals that end a run.

Everything that is printed goes through :func:`cleaned`: no control character of any input reaches a terminal.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import time
import traceback
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO

from sim._version import __version__

if TYPE_CHECKING:
    from sim.texts import Texts

#: Exit codes of the command. What a signal ends has 128 and its number: 130 for Ctrl-C, 143 for TERM, 129 for HUP, and 141
#: as if by PIPE when nobody reads stdout any more.
OK, PARTIAL, INVALID, DATA, NUMERICAL, OUTSIDE, BUG, INTERRUPTED, UNREAD = 0, 1, 2, 3, 4, 5, 70, 130, 141

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
#: Plain progress says something about every twentieth part of a run.
PARTS = 20
#: Signals that end a run after its year, the finished years kept; those that this system has.
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
#: Control characters, and marks that change the direction of writing, as they are shown.
_SHOWN = {
    code: f"\\u{code:04x}"
    for codes in (range(0x20), range(0x7F, 0xA0), range(0x2028, 0x202F), range(0x2066, 0x206A))
    for code in codes
    if chr(code) not in "\n\t"
}


class _Clean:
    """A text stream on which control characters are shown, not obeyed."""

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write a text, its control characters as escapes that JSON knows too."""
        return self.raw.write(text.translate(_SHOWN))

    def __getattr__(self, name: str) -> Any:
        """Everything else as the stream itself has it, but no way round :meth:`write`."""
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self.raw, name)


@contextmanager
def cleaned() -> Iterator[None]:
    """Clean what is printed inside the block, on stdout and stderr."""
    out, err = (stream if isinstance(stream, _Clean) else _Clean(stream) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(err):
        yield


def configure_log(verbosity: int = 0) -> None:
    """Send what the program says while it works (``unweave`` and below) to stderr: warnings, with 1 also progress, with 2 details.

    Calling it again changes the level; it never adds a second handler.
    """
    logger = logging.getLogger("unweave")
    for handler in [known for known in logger.handlers if type(known) is logging.StreamHandler]:
        logger.removeHandler(handler)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel({0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG))
    logger.propagate = False


def explain(error: BaseException) -> tuple[int, str]:
    """Return the exit code of an exception and what to tell the user; an empty message when there is nothing to say."""
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        number = next((n for n in error.args if isinstance(n, int)), signal.SIGINT)
        return 128 + number, "interrupted."
    if type(error).__name__ == "Exit":
        return int(getattr(error, "exit_code", OK)), ""
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        return UNREAD if isinstance(
            error.__context__, BrokenPipeError
        ) else code, ""  # so typer ends where nobody reads
    if hasattr(error, "format_message"):  # a wrong option or argument; a group without a command says its help
        message = str(error.format_message()).replace("Value error, ", "")
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "unweave"
        return INVALID, message if message.startswith("Usage:") else f"error: {message}\nTry `{path} --help`."
    return _outside(error) or _ours(error) or (BUG, _bug(error))


def _outside(error: BaseException) -> tuple[int, str] | None:
    """Return code and message of what is no fault of the program nor of its input: the system, the installation, memory."""
    for cause in (error, error.__cause__):
        if isinstance(cause, OSError) and cause.errno in _MACHINE:
            text = str(error)
            if cause is error:
                text = f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}"
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
            return UNREAD, ""
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
    from sim.calibration.rows import CalibrationError
    from sim.errors import EconomyError, ScenarioError, SimError

    if isinstance(error, ScenarioError):
        named = {problem.file for problem in error.problems if problem.line and not problem.file.startswith("--")}
        from sim.texts.words import counted  # here: texts bring the names of economies and so numpy

        count = counted(len(error.problems), "problem", "problems")
        where = f" in {next(iter(named))}" if len(named) == 1 else ""
        return INVALID, f"{error.text()}\n\n{count}{where}; nothing was run."
    if isinstance(error, EconomyError):
        return NUMERICAL, f"error: {error}"
    if isinstance(error, DecompError | CalibrationError):
        return DATA, f"error: {error}"
    return (INVALID, f"error: {error}") if isinstance(error, SimError) else None


def _bug(error: BaseException) -> str:
    """Message of an unexpected error: where it came from and how to report it."""
    if os.environ.get(DEBUG):
        return "".join(traceback.format_exception(error)).rstrip()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    where = ""
    if frames:
        file, last = Path(frames[-1].filename), frames[-1]
        where = f" ({file.parent.name}/{file.name}:{last.lineno}, in {last.name})"
    text = str(error).splitlines()[0][:300] if str(error) else ""
    return (
        f"internal error: {type(error).__name__}{f': {text}' if text else ''}{where}\n"
        f"This is a bug in unweave {__version__}, not in your input. Please report it with your command, the scenario file and\n"
        f"the output of `unweave doctor`. Set {DEBUG}=1 to see the traceback."
    )


class Progress:
    """Says how far a run is; ``year`` is called after every finished year."""

    def __init__(self, name: str, total: int | None = None, *, quiet: bool = False, texts: Texts | None = None) -> None:
        from sim.texts import Texts  # here: texts bring the names of economies and so numpy

        self.name, self.total, self.quiet, self.texts = name.translate(_SHOWN), total, quiet, texts or Texts("en")
        self.started = time.perf_counter()
        self._said = -1
        self._bar: Any = None

    def __enter__(self) -> Progress:
        """Start the bar on a terminal."""
        if not self.quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            raw = sys.stderr.raw if isinstance(sys.stderr, _Clean) else sys.stderr  # the bar moves the cursor
            self._bar = Bar(*columns, console=Console(file=raw), transient=True)
            self._task = self._bar.add_task(self.name, total=self.total)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()

    def year(self, year: int, index: int, total: int) -> None:
        """Note a finished year: its place counts from 0."""
        if self._bar is not None:
            self._bar.update(self._task, description=f"{self.name} {year}", completed=index + 1, total=total)
            return
        part = (index + 1) * PARTS // total
        if not self.quiet and (part > self._said or index + 1 == total):
            self._said = part
            words = {
                "year": year,
                "done": index + 1,
                "of": total,
                "seconds": f"{time.perf_counter() - self.started:.1f}",
            }
            say(f"{self.name}: {self.texts('cli.step_year', **words)}")

    def member(self, finished: int, planned: int) -> None:
        """Note a finished member of an ensemble, about twenty times."""
        if finished * PARTS // planned > (finished - 1) * PARTS // planned:
            self.step(self.texts("cli.step_member", done=finished, of=planned))

    def step(self, what: str) -> None:
        """Note a step that is not a year."""
        if self._bar is not None:
            self._bar.update(self._task, description=f"{self.name}: {what.translate(_SHOWN)}")
        elif not self.quiet:
            say(f"{self.name}: {what}")


def say(text: str) -> None:
    """Write one line to stderr at once; a closed pipe or a lost terminal is no reason to stop a run."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)  # noqa: T201 — the progress channel of the command line


class Stopper:
    """Turns the first Ctrl-C, TERM or HUP into "stop after this year"; the second one interrupts at once."""

    def __init__(self) -> None:
        self.number, self.writing = 0, False

    def __call__(self) -> bool:
        """Whether the run should end before the next year."""
        return bool(self.number)

    def caught(self, number: int, frame: FrameType | None) -> None:
        """Take notice of a signal."""
        if self.writing:
            say("writing the finished years; this takes a few seconds")
            return
        if self.number:
            raise KeyboardInterrupt(number)
        self.number = number
        say("stopping after this year; finished years are kept (press Ctrl-C again to stop at once)")

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Finish writing what is being written: signals wait until the block ends."""
        self.writing = True
        try:
            yield
        finally:
            self.writing = False

    @property
    def reason(self) -> str:
        """What a run that was ended by another signal than Ctrl-C adds to its message."""
        return f", interrupted by {signal.Signals(self.number).name}" if self.number not in (0, signal.SIGINT) else ""

    def code(self, code: int) -> int:
        """Exit code of a command that ends with ``code``: an interrupted one names the signal, 128 and its number."""
        return 128 + self.number if code == INTERRUPTED and self.number else code


@contextmanager
def stopper() -> Iterator[Stopper]:
    """Watch for signals inside the block; outside it they end the program as usual. One that is ignored (nohup) stays so."""
    watch = Stopper()
    watched = [number for number in SIGNALS if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN]
    before = [signal.signal(number, watch.caught) for number in watched]
    try:
        yield watch
    finally:
        for number, handler in zip(watched, before, strict=True):
            signal.signal(number, handler)
