"""The levers of the laboratory: what can be moved, between which limits, and where the status quo stands.

A lever reads its position from a scenario; :func:`sim.explorer.setups.setup.overrides` turns moved levers into overrides of
that scenario, so that the application, the command line and a link all say the same thing.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from decomp.codes import rows_in
from sim.calibration.parameters import parameter
from sim.levers import Kind
from sim.scenario.schema import APPENDED, CHAIN, EXTENDS, Scenario


@dataclass(frozen=True, slots=True)
class Control:
    """One lever: positions from ``low`` to ``high`` in steps, stored in model units and shown times ``scale``.

    ``sign`` is the direction in which the headline indicator ``moves`` goes when the lever is raised from the status quo; a
    test holds the engine to it. ``setting`` is the setting of a rule that the lever moves, as ``rule.name``; a lever without
    one adds a policy. ``needs`` says what must be there for the lever to matter, one of: a lever away from its ``off``
    position, ``tariffs`` (some economy raises one), ``uneven`` (some economy raises one that not all raise); the laboratory
    switches a lever off, and says why, where that is not so.
    """

    id: str
    kind: Kind
    low: float
    high: float
    step: float
    moves: str
    sign: int
    setting: str = ""
    scale: float = 1.0
    decimals: int = 0
    off: float = 0.0
    needs: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """Rule whose settings the lever moves; what is written for a rule depends on all its levers."""
        return self.setting.partition(".")[0]

    def read(self, scenario: Scenario) -> float:
        """Position in a scenario, in model units."""
        if not self.setting:
            return self.off
        if self.family == "economy":
            return min(scenario.economy.capital_supply, self.high)
        rule = getattr(scenario.behaviour, self.family)
        value: float = getattr(rule, self.setting.partition(".")[2])
        if self.id == "speed":
            value /= parameter(self.setting)
        return value if rule.active or (self.family == "automation" and self.id != "speed") else 0.0

    def rounded(self, value: float) -> float:
        """Nearest position: on the grid of steps and within the limits."""
        steps = round((min(max(value, self.low), self.high) - self.low) / self.step)
        return round(self.low + steps * self.step, 10)

    def shown(self, value: float) -> float:
        """Position in displayed units."""
        return round(value * self.scale, 6)

    def stored(self, shown: float) -> float:
        """Position in model units."""
        return self.rounded(shown / self.scale)


def _section(name: str) -> Mapping[str, Control]:
    """Levers of a section of ``controls.csv`` by id, in its order."""
    rows = [row for row in rows_in("sim.explorer.setups", "controls.csv") if row["section"] == name]
    cells: list[dict[str, Any]] = [{key: row[key] for key in row if key != "section"} for row in rows]
    cells = [row | {"needs": row["needs"].split()} for row in cells]
    return MappingProxyType({row["id"]: TypeAdapter(Control).validate_python(row) for row in cells})


#: The seven main levers, in the order of the laboratory.
MAIN = _section("main")
#: Further levers, in the advanced section.
MORE = _section("more")
#: Levers of the whole model by id.
CONTROLS: Mapping[str, Control] = MappingProxyType({**MAIN, **MORE})


#: Version of packed data, and the most characters that they have: packed, in a link, and unpacked.
PACKED, LONGEST, LARGEST = "1", 8000, 100_000
#: Keys of a scenario that are no change of what it builds on: its version, its chain, and the table, which a setup names.
ASIDE = ("schema_version", CHAIN, "table")
#: Keys that say who a scenario is, not what happens in it.
WORDS = ("name", "title", "question", "narrative", "expect", "brief")
#: Levers of the laboratory by the parameter that they set.
SIGNED = {control.setting: id for id, control in CONTROLS.items() if control.setting} | {"automation.ai_speed": "speed"}
Path = tuple[str, ...]


class PackedError(ValueError):
    """Packed data are not read; ``reason`` is one of damaged, long, version."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def canonical(data: Mapping[str, Any]) -> str:
    """Text of the data; equal data have equal texts, and no data the empty one."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False) if data else ""


def data_of(own: str) -> dict[str, Any]:
    """The data of a canonical text, which the caller may change; keys that are years are numbers."""
    years: Any = lambda pairs: {int(key) if key.isdecimal() else key: value for key, value in pairs}  # noqa: E731
    return json.loads(own, object_pairs_hook=years) if own else {}


def packed(own: str) -> str:
    """Compress data for a link: version, a point, and letters that need no escape.

    >>> unpacked(packed('{"seed":7}'))
    '{"seed":7}'
    """
    letters = base64.urlsafe_b64encode(zlib.compress(own.encode(), 9)).decode().rstrip("=")
    return f"{PACKED}.{letters}" if own else ""


def unpacked(text: str) -> str:
    """Read packed data as data: length, version, checksum, size and form are checked. Raises PackedError."""
    version, point, letters = text.partition(".")
    if point and version != PACKED and version.isdecimal():
        raise PackedError("version")
    if len(text) > LONGEST:
        raise PackedError("long")
    try:
        stream = zlib.decompressobj()
        content = stream.decompress(base64.b64decode(letters + "=" * (-len(letters) % 4), "-_", validate=True), LARGEST)
        if stream.unconsumed_tail:
            raise PackedError("long")
        if not stream.eof or stream.unused_data:
            raise PackedError("damaged")
        data = json.loads(content.decode(), parse_constant={"Infinity": float("inf")}.__getitem__)
    except (binascii.Error, zlib.error, ValueError, KeyError, RecursionError) as error:
        raise error if isinstance(error, PackedError) else PackedError("damaged") from None
    if not isinstance(data, dict) or not data or data.get(EXTENDS) or {*ASIDE} & data.keys():
        raise PackedError("damaged")
    return canonical(data)


def path_of(parameter: str, who: str = "") -> Path:
    """Where a scenario sets a parameter, for one economy if given."""
    section, *rest = parameter.split(".")
    if section in ("economy", "growth"):
        return (section, *rest)
    return ("behaviour", section, *(("overrides", who) if who else ()), *rest)


def at(data: Any, path: Path) -> Any:
    """Value at a path; None where there is none."""
    for part in path:
        if isinstance(data, list):
            data = dict(enumerate(data)).get(int(part))
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
    return data


def put(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The data with a value at a path, or without it (None); what has become empty goes as well."""
    first, *rest = path
    inner = data.get(first)
    if rest and first in APPENDED:
        listed, place = list(inner or ()), int(rest[0])
        inner = [*listed[:place], *([] if value is None else [value]), *listed[place + 1 :]]
    else:
        inner = put(dict(inner) if isinstance(inner, Mapping) else {}, tuple(rest), value) if rest else value
    kept = {key: each for key, each in data.items() if key != first}
    return kept if inner is None or inner in ({}, []) else {**kept, first: inner}


def changes(data: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    """Paths of everything that the data change: each value, and each policy and event that they append."""
    for key, value in data.items():
        if not path and key in (*WORDS, EXTENDS):
            continue
        if isinstance(value, Mapping) and value:
            yield from changes(value, (*path, key))
        elif not path and key in APPENDED:
            yield from ((key, str(k)) for k in range(len(value)))
        else:
            yield (*path, key)
