"""The folder of a sweep: one Parquet file for each finished member, written in one step, so that a killed sweep goes on."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas import DataFrame

from sim.errors import OutputError
from sim.indicators import INDICATORS
from sim.runs.tables import replacing
from sim.studies.draw import Member
from sim.texts.words import csv_text

logger = logging.getLogger("unweave.sweep")

#: Version of the layout of sweep folders.
LAYOUT = 1
_META, _PLAN, _LOCK, _DAMAGED = b"unweave", "sweep.json", ".lock", ".damaged"


@dataclass(frozen=True, slots=True)
class SweepFolder:
    """Parts of one sweep in its folder."""

    folder: Path

    @classmethod
    def open(cls, folder: Path, plan: Mapping[str, Any]) -> SweepFolder:
        """Make the folder of a plan, or open it when it holds the same plan; OutputError when it holds anything else."""
        store, file = cls(folder), folder / _PLAN
        try:
            (folder / "parts").mkdir(parents=True, exist_ok=True)
            if file.is_file():
                held = json.loads(file.read_text(encoding="utf-8"))
                if held.get("hash") != plan["hash"] or held.get("layout") != LAYOUT:
                    which = f"{held.get('name')}, {held.get('hash', '')[:8]}"
                    raise OutputError(f"{folder} holds another sweep ({which}). Choose another folder.")
            elif any(path.name not in ("parts", _LOCK) for path in folder.iterdir()):
                raise OutputError(f"{folder} holds other files. Choose an empty or new folder with -o.")
            else:
                store.write(_PLAN, json.dumps({"layout": LAYOUT, **plan}, indent=1, ensure_ascii=False) + "\n")
        except OutputError:
            raise
        except (OSError, ValueError, AttributeError) as error:
            advice = "Choose another folder with -o."
            raise OutputError(f"{folder} cannot be used for a sweep: {error}. {advice}") from error
        return store

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process out while the block lasts; the system lets go of the lock when this one ends in any way.

        OutputError says which process is at work on this folder, and since when.
        """
        with (self.folder / _LOCK).open("a+", encoding="utf-8") as file:
            try:
                if sys.platform == "win32":
                    import msvcrt

                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                else:
                    import fcntl

                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                holder = file.read().strip() or "another process"
                advice = "Wait until it ends and repeat the command to go on, or choose another folder with -o."
                raise OutputError(f"{self.folder} is being worked on by {holder}. {advice}") from None
            file.truncate(0)
            file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
            file.flush()
            for leftover in (self.folder / "parts").glob(".*"):
                leftover.unlink(missing_ok=True)
            yield

    def path(self, number: int, digest: str) -> Path:
        """File of a member: its number and the hash of everything that decides it."""
        return self.folder / "parts" / f"{number:06d}-{digest[:16]}.parquet"

    def has(self, number: int, digest: str) -> bool:
        """Whether the member is finished; a part that cannot be read is set aside, so that the member is run again."""
        path = self.path(number, digest)
        return path.is_file() and self._about(path) is not None

    def keep(self, number: int, digest: str, table: pa.Table, about: Mapping[str, Any]) -> None:
        """Write a finished member; the file is complete or not there."""
        table = table.replace_schema_metadata({_META: json.dumps(about, ensure_ascii=False)})
        with replacing(self.path(number, digest)) as path:
            pq.write_table(table, path, compression="zstd", write_statistics=False)

    def abouts(self) -> list[dict[str, Any]]:
        """What is known about every finished member, in the order of their numbers."""
        return [about for path in self.parts() if (about := self._about(path)) is not None]

    def _about(self, path: Path) -> dict[str, Any] | None:
        try:
            about = dict(json.loads((pq.read_schema(path).metadata or {})[_META]))
            if isinstance(about["member"], int) and isinstance(about["status"], str):
                return about
        except Exception as error:  # whatever a damaged file makes of the reader
            self._set_aside(path, error)
        return None

    def _set_aside(self, path: Path, error: Exception) -> None:
        """Move a damaged part out of the way, with a word: its member counts as not run."""
        logger.warning("%s is damaged (%s) and set aside; its member is run again.", path, str(error).splitlines()[0])
        with suppress(OSError):
            path.replace(path.with_name(path.name + _DAMAGED))

    def parts(self) -> list[Path]:
        """Files of finished members in order."""
        return sorted((self.folder / "parts").glob("[0-9]*.parquet"))

    def frame(self, indicator: str, economy: str, year: int) -> DataFrame:
        """Columns member and value: one number of every member that has it, read part by part."""
        wanted = [("indicator", "==", indicator), ("economy", "==", economy), ("year", "==", year)]
        frames = [pd.DataFrame({"member": np.array([], dtype=np.int32), "value": np.array([])})]
        for path in self.parts():
            try:
                frames.append(pq.read_table(path, columns=["member", "value"], filters=wanted).to_pandas())
            except Exception as error:  # a part whose numbers are damaged though its end is whole
                self._set_aside(path, error)
        return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)

    def write(self, name: str, content: str | DataFrame) -> None:
        """Write a text file of the folder, or a table as CSV, in one step."""
        with replacing(self.folder / name) as path:
            path.write_text(content if isinstance(content, str) else csv_text(content), encoding="utf-8")


def member_table(number: int, member: Member, economies: Sequence[str], kept: Sequence[str]) -> pa.Table:
    """Tidy Arrow table of a member: member, year, economy, indicator, value; rows of undefined values are left out."""
    places = [list(INDICATORS).index(name) for name in kept]
    values = member.values[:, :, places] if len(member.years) else np.empty((0, len(economies), len(places)))
    defined = np.isfinite(values)
    y, e, i = np.nonzero(defined)
    return pa.table(
        {
            "member": pa.array(np.full(len(y), number), type=pa.int32()),
            "year": pa.array(np.array(member.years, dtype=np.int32)[y]),
            "economy": pa.DictionaryArray.from_arrays(pa.array(e.astype(np.int32)), pa.array(list(economies))),
            "indicator": pa.DictionaryArray.from_arrays(pa.array(i.astype(np.int32)), pa.array(list(kept))),
            "value": pa.array(values[defined]),
        }
    )
