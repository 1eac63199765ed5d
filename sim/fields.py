"""Building blocks of the scenario models: field types that read YAML strictly but accept the short forms people write."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, StrictInt, StrictStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.calibration.parameters import parameter
from sim.levers import SETTING, Lever

#: Sets of trade elasticities by name; a number or a mapping of sectors to numbers is possible too.
ELASTICITY_SETS = ("default", "caliendo-parro-99", "caliendo-parro-full", "lashkaripour")

#: Largest factor on a calibrated setting.
LARGEST_FACTOR = 10.0

Year = Annotated[StrictInt, Field(ge=1900, le=2300)]


class Model(BaseModel):
    """Base of all scenario models: frozen, unknown keys are errors, the YAML names (`from`) are the aliases."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, str_strip_whitespace=True)


def setting(lever: str) -> Any:
    """Return a numeric field whose limits come from the lever registry and whose default is the calibrated parameter."""
    entry = SETTING[lever]
    return Field(
        default=parameter(lever),
        strict=True,
        allow_inf_nan=math.isinf(entry.max),
        title=entry.label_en,
        description=f"{entry.meaning} Unit: {entry.unit}.",
        json_schema_extra={"parameter": lever, "title_zh": entry.label_zh},
        **_limits(entry),
    )


def override(lever: str) -> Any:
    """Return the same field for one economy: no default, so that only what is given differs from the general setting."""
    entry = SETTING[lever]
    return Field(
        default=None,
        strict=True,
        allow_inf_nan=False,
        title=entry.label_en,
        description=entry.meaning,
        **_limits(entry),
    )


def factor(lever: str) -> Any:
    """Return a field that multiplies a setting of one economy: its own calibrated value times this."""
    entry = SETTING[lever]
    return Field(
        default=None,
        strict=True,
        allow_inf_nan=False,
        gt=0,
        le=LARGEST_FACTOR,
        title=f"{entry.label_en}, factor",
        description=f"Multiplies what the economy would have otherwise (its calibrated value): {entry.label_en.lower()}.",
    )


def _limits(entry: Lever) -> dict[str, Any]:
    lower = {"gt" if entry.open_min else "ge": entry.min}
    return lower if math.isinf(entry.max) else {**lower, "le": entry.max}


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def names(example: str) -> Any:
    """Return the type of a label, a group name, or a list of these; one name may stand without brackets.

    A name that ends in ``?`` counts only where the table has it.
    """
    schema = {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
        "examples": [example],
    }
    return Annotated[tuple[StrictStr, ...], BeforeValidator(_as_list), Field(min_length=1), WithJsonSchema(schema)]


Economies = names("automation-leaders")
Sectors = names("manufacturing")


def _infinity(value: Any) -> Any:
    return math.inf if isinstance(value, str) and value.strip().lower() in {"inf", ".inf", "infinity"} else value


#: A number or the word "inf".
Unbounded = Annotated[
    float, BeforeValidator(_infinity), WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"const": "inf"}]})
]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _positive(value: Any) -> bool:
    return _number(value) and value > 0


def _elasticity(value: Any) -> str | float | dict[str, float]:
    if isinstance(value, str):
        if value in ELASTICITY_SETS:
            return value
        raise PydanticCustomError(
            "unknown_choice", "unknown set of trade elasticities", {"found": value, "allowed": list(ELASTICITY_SETS)}
        )
    if _positive(value):
        return float(value)
    if isinstance(value, Mapping) and value and all(isinstance(k, str) and _positive(v) for k, v in value.items()):
        return {k: float(v) for k, v in value.items()}
    raise PydanticCustomError(
        "bad_elasticity",
        "expected a named set ({sets}), a positive number, or a mapping of sectors or sector groups to positive numbers",
        {"sets": ", ".join(ELASTICITY_SETS)},
    )


TradeElasticity = Annotated[
    str | float | dict[str, float],
    PlainValidator(_elasticity),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(ELASTICITY_SETS)},
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "object", "additionalProperties": {"type": "number", "exclusiveMinimum": 0}},
            ]
        }
    ),
]


def _growth(value: Any) -> float | dict[int, float]:
    if _number(value):
        if -0.5 <= value <= 0.5:
            return float(value)
        raise PydanticCustomError("bad_growth", "a yearly growth rate must be from -0.5 to 0.5 (0.02 is 2 % a year)")
    if isinstance(value, Mapping) and value and all(type(k) is int and _positive(v) for k, v in value.items()):
        return {int(k): float(v) for k, v in sorted(value.items())}
    raise PydanticCustomError(
        "bad_growth",
        "expected a yearly growth rate such as 0.02, or levels by year relative to the base year such as {2020: 1.1, 2035: 1.3}",
    )


#: A yearly growth rate, or levels relative to the base year by calendar year (joined by constant growth).
GrowthPath = Annotated[
    float | dict[int, float],
    PlainValidator(_growth),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": -0.5, "maximum": 0.5},
                {
                    "type": "object",
                    "propertyNames": {"pattern": "^[0-9]{4}$"},
                    "additionalProperties": {"type": "number", "exclusiveMinimum": 0},
                },
            ]
        }
    ),
]
