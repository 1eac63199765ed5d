"""The folder of a run: made exclusively, its manifest there from the start and replaced atomically."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.errors import OutputError
from sim.export.tables import sha256

#: Files that are written after the manifest lists its files, or grow, and so have no checksum in it.
_UNLISTED = frozenset({"run.json", "log.jsonl"})


def runs_folder(given: str | Path | None = None) -> Path:
    """Where runs go: the folder given, else ``UNWEAVE_RUNS``, else ``./runs``."""
    return Path(given or os.environ.get("UNWEAVE_RUNS") or "runs")


def folder_name(name: str, hash8: str, now: datetime) -> str:
    """Name of a run folder, ``<UTC to seconds>-<name>-<hash8>``, of safe characters only.

    >>> folder_name("AI divide!", "1a2b3c4d5e", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '20260102T030405Z-ai-divide-1a2b3c4d'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "run"
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{slug}-{hash8[:8]}"


@dataclass
class RunFolder:
    """A run folder that this process writes; see :func:`create`."""

    path: Path
    manifest: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def create(cls, base: str | Path, name: str, hash8: str, now: datetime | None = None) -> RunFolder:
        """Make a new folder under ``base``; a name already taken gets the suffix −2, −3, …

        Raises
        ------
        OutputError
            The folder cannot be made: says where and why.
        """
        base = Path(base)
        wanted = folder_name(name, hash8, now or datetime.now(UTC))
        try:
            base.mkdir(parents=True, exist_ok=True)
            for suffix in range(1, 1000):
                path = base / (wanted if suffix == 1 else f"{wanted}-{suffix}")
                try:
                    path.mkdir()
                except FileExistsError:
                    continue
                return cls(path)
        except OSError as error:
            raise OutputError(
                f"cannot make a run folder in {base}: {error.strerror or error}. "
                "Choose a writable folder with -o FOLDER or the variable UNWEAVE_RUNS."
            ) from error
        raise OutputError(f"{base} already holds 999 runs named {wanted}. Choose another folder with -o FOLDER.")

    def update(self, **changes: Any) -> None:
        """Change fields of the manifest and replace run.json in one step, so that readers never see half a file."""
        self.manifest.update(changes)
        self.write_text("run.json", json.dumps(self.manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def write_text(self, name: str, text: str) -> Path:
        """Write a text file (UTF-8, LF) through a temporary one, and return its path."""
        path = self.path / name
        temporary = path.with_name(f".{path.name}.tmp")
        try:
            with temporary.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror or error}. Free space or choose -o.") from error
        return path

    def log(self, event: str, **fields: Any) -> None:
        """Append one event to log.jsonl with its time in UTC."""
        line = {"time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z", "event": event, **fields}
        try:
            with (self.path / "log.jsonl").open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        except OSError as error:
            raise OutputError(f"cannot write {self.path / 'log.jsonl'}: {error.strerror or error}.") from error

    def files(self, rows: dict[str, int] | None = None) -> list[dict[str, Any]]:
        """Every file of the folder with size, SHA-256 and, for tables, the number of rows; in order of their paths."""
        listed = []
        for path in sorted(p for p in self.path.rglob("*") if p.is_file() and not p.name.startswith(".")):
            if path.name in _UNLISTED:
                continue
            entry: dict[str, Any] = {"path": path.relative_to(self.path).as_posix(), "bytes": path.stat().st_size}
            entry["sha256"] = sha256(path)
            if rows and path.name in rows:
                entry["rows"] = rows[path.name]
            listed.append(entry)
        return listed


def write_new(path: Path, text: str, *, exactly: bool) -> Path:
    """Write a text file that must not exist yet and return its path.

    With ``exactly`` an existing file is an error; otherwise the name gets the suffix −2, −3, …

    Raises
    ------
    OutputError
        The file exists or cannot be written.
    """
    try:
        for suffix in range(1, 1000):
            place = path if suffix == 1 else path.with_stem(f"{path.stem}-{suffix}")
            try:
                with place.open("x", encoding="utf-8", newline="\n") as file:
                    file.write(text)
            except FileExistsError:
                if exactly:
                    raise OutputError(f"{place} exists and is kept. Choose another name, or delete it first.") from None
                continue
            return place
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}. Choose another place with -o.") from error
    raise OutputError(f"{path} and 998 numbered copies exist. Choose another name with -o.")
