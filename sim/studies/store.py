"""The folder of a sweep: one Parquet file for each finished member, written in one step, so that a killed sweep goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import OutputError
from sim.studies.draw import Member

if TYPE_CHECKING:
    from pandas import DataFrame

#: Version of the layout of sweep folders.
LAYOUT = 1
_META, _PLAN = b"unweave", "sweep.json"


@dataclass(frozen=True, slots=True)
class Store:
    """Parts of one sweep in its folder."""

    folder: Path

    @classmethod
    def open(cls, folder: Path, plan: Mapping[str, Any]) -> Store:
        """Make the folder of a plan, or open it when it holds the same plan.

        Raises
        ------
        OutputError
            The folder cannot be made, or holds another sweep or something else.
        """
        store, file = cls(folder), folder / _PLAN
        try:
            (folder / "parts").mkdir(parents=True, exist_ok=True)
            if file.is_file():
                held = json.loads(file.read_text(encoding="utf-8"))
                if held.get("hash") != plan["hash"] or held.get("layout") != LAYOUT:
                    raise OutputError(
                        f"{folder} holds another sweep ({held.get('name')}, {held.get('hash', '')[:8]}). Choose another folder."
                    )
            elif any(path.name != "parts" for path in folder.iterdir()):
                raise OutputError(f"{folder} holds other files. Choose an empty or new folder with -o.")
            else:
                store.write(_PLAN, json.dumps({"layout": LAYOUT, **plan}, indent=1, ensure_ascii=False) + "\n")
            for leftover in (folder / "parts").glob("*.tmp"):
                leftover.unlink()
        except (OSError, ValueError) as error:
            if isinstance(error, OutputError):
                raise
            raise OutputError(
                f"{folder} cannot be used for a sweep: {error}. Choose another folder with -o."
            ) from error
        return store

    def path(self, number: int, digest: str) -> Path:
        """File of a member: its number and the hash of everything that decides it."""
        return self.folder / "parts" / f"{number:06d}-{digest[:16]}.parquet"

    def has(self, number: int, digest: str) -> bool:
        """Whether the member is finished."""
        return self.path(number, digest).is_file()

    def keep(self, number: int, digest: str, member: Member, labels: Labels, about: Mapping[str, Any]) -> None:
        """Write a finished member; the file is complete or not there."""
        import pyarrow.parquet as pq

        table = labels.table(number, member).replace_schema_metadata({_META: json.dumps(about, ensure_ascii=False)})
        path = self.path(number, digest)
        waiting = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            pq.write_table(table, waiting, compression="zstd", write_statistics=False)
            waiting.replace(path)
        except OSError as error:
            raise OutputError(
                f"cannot write {path}: {error.strerror or error}. Free space and repeat the command: finished members are kept."
            ) from error

    def abouts(self) -> Iterator[dict[str, Any]]:
        """What is known about every finished member, in the order of their numbers."""
        import pyarrow.parquet as pq

        for path in self.parts():
            yield json.loads((pq.read_schema(path).metadata or {})[_META])

    def parts(self) -> list[Path]:
        """Files of finished members in order."""
        return sorted((self.folder / "parts").glob("*.parquet"))

    def frame(self, indicator: str, economy: str, year: int) -> DataFrame:
        """Columns member and value: one number of every member that has it, read part by part."""
        import pandas as pd
        import pyarrow.parquet as pq

        wanted = [("indicator", "==", indicator), ("economy", "==", economy), ("year", "==", year)]
        found = [pq.read_table(path, columns=["member", "value"], filters=wanted).to_pandas() for path in self.parts()]
        frame = pd.concat(found) if found else pd.DataFrame({"member": [], "value": []})
        return frame.astype({"member": int}).reset_index(drop=True)

    def write(self, name: str, text: str) -> None:
        """Write a text file of the folder in one step."""
        waiting = self.folder / f"{name}.tmp"
        waiting.write_text(text, encoding="utf-8")
        waiting.replace(self.folder / name)


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of a member's numbers, and which indicators are kept."""

    economies: tuple[str, ...]
    indicators: tuple[str, ...]
    kept: tuple[str, ...]

    def table(self, number: int, member: Member) -> Any:
        """Tidy Arrow table: member, year, economy, indicator, value; rows of undefined values are left out."""
        import pyarrow as pa

        places = [self.indicators.index(name) for name in self.kept]
        values = member.values[:, :, places] if len(member.years) else np.empty((0, len(self.economies), len(places)))
        kept = np.flatnonzero(np.isfinite(values.reshape(-1)))
        y, e, i = np.unravel_index(kept, values.shape)
        return pa.table(
            {
                "member": pa.array(np.full(len(kept), number), type=pa.int32()),
                "year": pa.array(np.array(member.years, dtype=np.int32)[y]),
                "economy": pa.DictionaryArray.from_arrays(pa.array(e.astype(np.int32)), pa.array(self.economies)),
                "indicator": pa.DictionaryArray.from_arrays(pa.array(i.astype(np.int32)), pa.array(self.kept)),
                "value": pa.array(values.reshape(-1)[kept]),
            }
        )
