"""What an ensemble draws: uncertain parameters within their ranges, the timing of adoption, shocks. Off unless `seeds` is set."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, PlainValidator, StrictStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from decomp.codes import rows_in
from sim.calibration import parameters
from sim.calibration.parameters import parameter
from sim.errors import Problems
from sim.fields import ELASTICITY_SETS, Model
from sim.scenario.settings import SETTING
from sim.scenario.yaml_text import KeyPath

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

#: Most members of an ensemble of one run; larger ones are sweeps.
MOST_SEEDS = 1000
#: The one parameter that is drawn among named sets instead of a range.
ELASTICITY = "economy.trade_elasticity"

#: Parameters that are drawn together, by the name of their set in ``drawn.csv``.
SETS = {
    name: tuple(row["parameter"] for row in rows)
    for name, rows in groupby(rows_in("sim.scenario", "drawn.csv"), key=itemgetter("set"))
}
#: Parameters that `parameters: standard` draws: what theory and data leave open. Left out are instruments of policy, the speed
#: of sourcing (a choice about the horizon of the elasticities) and settings of families that are switched off.
STANDARD = SETS["standard"]
#: Families that stand for all their parameters of :data:`STANDARD`.
FAMILIES = tuple(dict.fromkeys(name.partition(".")[0] for name in STANDARD))
#: Everything that can be drawn by name.
DRAWABLE = (*(name for name in SETTING if name in parameters()), ELASTICITY)


def _chosen(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value if value in ("standard", "none") else (value,)
    if isinstance(value, list | tuple) and value and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise PydanticCustomError("bad_chosen", "expected `standard`, `none`, or a list of parameters and families")


def _range(value: Any) -> tuple[float, float]:
    numbers = [end for end in value if type(end) in (int, float)] if isinstance(value, list | tuple) else []
    if len(numbers) == 2 == len(value) and numbers[0] <= numbers[1]:
        return float(numbers[0]), float(numbers[1])
    raise PydanticCustomError("bad_range", "expected two numbers, [low, high], the first not above the second")


Chosen = Annotated[
    str | tuple[str, ...],
    PlainValidator(_chosen),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
Range = Annotated[
    tuple[float, float],
    PlainValidator(_range),
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]


class Shocks(Model):
    """Random shocks; 0 draws none."""

    productivity: float = Field(
        parameter("draws.productivity_shock"),
        strict=True,
        ge=0,
        le=0.2,
        description="Standard deviation of a yearly relative change of productivity in all sectors of an economy, "
        "independent over economies and years.",
    )


class Draws(Model):
    """What the members of an ensemble differ in; drawn independently for each member."""

    parameters: Chosen = Field(
        "standard",
        description="standard: all parameters of the documented set that the scenario leaves at their calibrated "
        "default; none; or a list of parameters and families (economy, automation, protection, trust, ledger).",
    )
    ranges: dict[StrictStr, Range] = Field(
        default_factory=dict,
        description="Ranges instead of the calibrated ones, for example {protection.sensitivity: [0.5, 2.0]}; named "
        "parameters are drawn.",
    )
    adoption_timing: float = Field(parameter("draws.adoption_timing"), strict=True, ge=0, le=1)
    """Standard deviation of the logarithm of the time that each economy needs to adopt robots and AI; 0: none."""
    shocks: Shocks = Field(default_factory=Shocks, description="Random shocks.")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One uncertain parameter: ``low`` … ``high`` with median and peak at ``mode``; or one of ``choices``, evenly.

    ``mode`` is the value that the scenario itself uses. With an infinite ``high`` the draw is made in x / (1 + x).
    """

    id: str
    low: float
    mode: float
    high: float
    unit: str
    source: Literal["calibration", "scenario"]
    choices: tuple[str, ...] = ()


def drawn_parameters(scenario: Scenario) -> tuple[Drawn, ...]:
    """Parameters that the members of an ensemble of this scenario differ in, in the order of the registry.

    A parameter that the scenario sets to something else than its calibrated default is a premise of the scenario and stays,
    unless ``draws`` names it.
    """
    draws = scenario.draws
    listed = {"standard": FAMILIES, "none": ()}.get(str(draws.parameters), draws.parameters)
    by_name = {*(name for name in listed if name in DRAWABLE), *draws.ranges}
    by_family = {name for name in STANDARD if name.partition(".")[0] in listed}
    candidates = [name for name in dict.fromkeys((*STANDARD, *DRAWABLE)) if name in by_family | by_name]
    drawn = (_drawn(name, scenario, name in by_name) for name in candidates if _active(name, scenario))
    return tuple(entry for entry in drawn if entry is not None)


def _active(name: str, scenario: Scenario) -> bool:
    """Whether the family of a parameter does anything in the scenario."""
    family = name.partition(".")[0]
    return family == "economy" or bool(getattr(scenario.behaviour, family).active)


def value_of(name: str, scenario: Scenario) -> Any:
    """Value of a setting in a scenario by parameter id."""
    here: Any = scenario if name.startswith("economy.") else scenario.behaviour
    for part in name.split("."):
        here = getattr(here, part)
    return here


def _drawn(name: str, scenario: Scenario, explicit: bool) -> Drawn | None:
    """Range of a parameter, or None where it is a premise of the scenario or has no room."""
    value = value_of(name, scenario)
    if name == ELASTICITY:
        usual = type(scenario.economy).model_fields["trade_elasticity"].default
        if value not in ELASTICITY_SETS or (value != usual and not explicit):
            return None
        return Drawn(ELASTICITY, math.nan, math.nan, math.nan, "named set", "calibration", ELASTICITY_SETS)
    known, lever, mode = parameters()[name], SETTING[name], float(value)
    if mode != known.value and not explicit:
        return None
    own = scenario.draws.ranges.get(name)
    low, high = own or (min(known.low, mode), max(known.high, mode))
    if not lever.allows(low):
        low = min(mode, lever.min + 1e-6)
    high = min(high, lever.max)
    return Drawn(name, low, mode, high, known.unit, "scenario" if own else "calibration") if low < high else None


def check_draws(scenario: Scenario, problems: Problems) -> None:
    """Record what cannot be meant in ``seeds`` and ``draws``."""
    draws, before = scenario.draws, len(problems.errors)
    for k, name in enumerate(draws.parameters if isinstance(draws.parameters, tuple) else ()):
        if name not in FAMILIES and name not in DRAWABLE:
            problems.unknown(("draws", "parameters", k), "S014", "parameter to draw", name, (*FAMILIES, *DRAWABLE))
    for name in draws.ranges:
        _check_range(name, scenario, problems)
    if len(problems.errors) > before:
        return
    timing = draws.adoption_timing > 0 and scenario.behaviour.automation.active
    if scenario.seeds == 1:
        help = "write 0 for none, or at least 2; 20 is a good start"
        problems.add(("seeds",), "S040", "1 member makes no band.", help=help)
    elif scenario.seeds and not (drawn_parameters(scenario) or timing or draws.shocks.productivity > 0):
        message = "nothing is drawn: every member would be the same."
        problems.add(("draws",), "S040", message, help="see `unweave explain S040`")
    elif not scenario.seeds and draws != Draws():
        message = "has no effect without `seeds`."
        problems.add(("draws",), "S030", message, help="add `seeds: 20`", key=True, warning=True)


def _check_range(name: str, scenario: Scenario, problems: Problems) -> None:
    """The ends must be possible values, and the scenario's own value must be one of the possible draws."""
    path: KeyPath = ("draws", "ranges", name)
    if name not in DRAWABLE:
        problems.unknown(path, "S014", "parameter to draw", name, DRAWABLE, key=True)
        return
    if name == ELASTICITY:
        help = f"name it under `parameters`; it is drawn among {', '.join(ELASTICITY_SETS)}"
        problems.add(path, "S040", "is drawn among named sets and has no range.", help=help, key=True)
        return
    lever, (low, high), value = SETTING[name], scenario.draws.ranges[name], float(value_of(name, scenario))
    wrong = [end for end in (low, high) if not lever.allows(end)]
    if wrong:
        message = f"{wrong[0]:g} is not allowed here."
        problems.add(path, "S013", message, help=f"allowed: {lever.allowed} ({lever.unit})")
    elif not low <= value <= high:
        message = f"{low:g} to {high:g} leaves out {value:g}, the value of the scenario as written."
        problems.add(path, "S040", message, help="widen the range, or set the parameter inside it")
    elif not _active(name, scenario):
        message = f"has no effect: {name.partition('.')[0]} is not active."
        problems.add(path, "S030", message, key=True, warning=True)
