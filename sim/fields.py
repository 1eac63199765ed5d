"""Building blocks of the scenario models: field types that read YAML strictly but accept the short forms people write."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sim.calibration.parameters import country_types, parameter, parameters
from sim.levers import Kind, Lever, Shape

#: Sets of trade elasticities by name; a number or a mapping of sectors to numbers is possible too.
ELASTICITY_SETS = ("default", "caliendo-parro-99", "caliendo-parro-full", "lashkaripour")

#: Largest factor on a calibrated setting.
LARGEST_FACTOR = 10.0

#: Schema of a positive number.
_POSITIVE: Any = {"type": "number", "exclusiveMinimum": 0}
Year = Annotated[StrictInt, Field(ge=1900, le=2300)]


#: Numeric settings of `economy:` and `behaviour:` by id, which is that of the parameter that gives the default.
SETTING: dict[str, Lever] = {}
#: Those that `overrides` can also multiply by a factor.
FACTORS: set[str] = set()


#: For models that are put together here: they have no source below whose fields there could be a string, and looking for one
#: takes .3 s.
MADE: dict[str, Any] = {"use_attribute_docstrings": False}


class Model(BaseModel):
    """Base of all scenario models: frozen, unknown keys are errors, the YAML names (`from`) are the aliases.

    A field is described by the string below it. A model with settings names its section: ``class Trust(Model,
    section="trust")``.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, str_strip_whitespace=True, use_attribute_docstrings=True
    )

    def __init_subclass__(cls, section: str = "", **options: Any) -> None:
        """Make the settings fields and enter them in the registry."""
        super().__init_subclass__(**options)
        for name, declared in [*vars(cls).items()]:
            if isinstance(declared, _Declared):
                setattr(cls, name, declared.field(f"{section}.{name}"))

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        """Take the text below each setting as its meaning."""
        for field in cls.model_fields.values():
            extra = field.json_schema_extra
            if isinstance(extra, dict) and extra.get("parameter") in SETTING and "description" not in extra:
                id, meaning = str(extra["parameter"]), " ".join((field.description or "").split())
                SETTING[id] = replace(SETTING[id], meaning=meaning)
                extra["description"] = f"{meaning} Unit: {SETTING[id].unit}."


@dataclass(frozen=True)
class _Declared:
    """A setting whose section is not known yet."""

    entry: Lever
    factor: bool
    default: float | None

    def field(self, id: str) -> Any:
        """Enter it in :data:`SETTING` and return its field."""
        entry = SETTING[id] = replace(self.entry, id=id)
        if self.factor:
            FACTORS.add(id)
        return Field(
            default=parameter(id) if self.default is None else self.default,
            strict=True,
            allow_inf_nan=math.isinf(entry.max),
            title=entry.label_en,
            json_schema_extra={"parameter": id, "title_zh": entry.label_zh},
            **_limits(entry),
        )


def setting(
    label_en: str,
    label_zh: str,
    unit: str,
    low: float,
    high: float,
    *,
    kind: Kind = "behaviour",
    by_economy: bool = False,
    factor: bool = False,
    open_min: bool = False,
    default: float | None = None,
) -> Any:
    """Declare a numeric setting of a section; the string below it is its meaning.

    - ``low``, ``high`` (float): hard limits of the model; ``open_min``: the lower one itself is excluded.
    - ``kind`` ({"instrument", "assumption", "behaviour"})
    - ``by_economy`` (bool): whether `overrides` can give it for single economies or groups; with ``factor`` also a
      factor on it.
    - ``default`` (float, optional): the calibrated parameter of its section and name unless given.
    """
    shape: Shape = "economy" if by_economy or factor else "scalar"
    entry = Lever("", label_en, label_zh, unit, "", float(low), float(high), kind, shape, open_min=open_min)
    return _Declared(entry, factor, default)


def overrides_of(settings: type[Model], section: str) -> Any:
    """Return the field ``overrides`` (type and default) for the settings that can differ by economy; None without any."""
    fields: dict[str, Any] = {}
    for name, field in settings.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        entry = SETTING.get(str(extra.get("parameter")))
        if entry is None or entry.shape != "economy":
            continue
        about: dict[str, Any] = {"title": entry.label_en, "description": entry.meaning}
        about |= {"strict": True, "allow_inf_nan": False}
        fields[name] = (float | None, Field(default=None, **about, **_limits(entry)))
        if entry.id in FACTORS:
            meaning = "Multiplies what the economy would have otherwise (its calibrated value)"
            about |= {"title": f"{entry.label_en}, factor", "description": f"{meaning}: {entry.label_en.lower()}."}
            fields[f"{name}_factor"] = (float | None, Field(default=None, **about, gt=0, le=LARGEST_FACTOR))
    if not fields:
        return None
    example = next(iter(fields))
    row = parameters().get(f"{section}.{example}")
    value = settings.model_fields[example].default if row is None else row.high
    model = create_model(
        f"{section.title()}Override",
        __base__=_Override,
        __doc__="Settings of one economy or group; what is not given stays as in the general setting.",
        __cls_kwargs__=MADE,
        **fields,
    )
    described = f"Settings of single economies or groups, for example {{CHN: {{{example}: {value:g}}}}}" + (
        f" or {{CHN: {{{example}_factor: 2}}}}." if f"{example}_factor" in fields else "."
    )
    return dict[str, model], Field(default_factory=dict, description=described)


class _Override(Model):
    """What one economy has of its own."""

    @model_validator(mode="before")
    @classmethod
    def _level_or_factor(cls, data: Any) -> Any:
        for name in cls.model_fields:
            level = name.removesuffix("_factor")
            if isinstance(data, dict) and level != name and None not in (data.get(name), data.get(level)):
                raise PydanticCustomError(
                    "level_or_factor",
                    "has both `{level}` and `{name}`; give one: a level, or a factor on the economy's own calibrated value",
                    {"level": level, "name": name},
                )
        return data


def _limits(entry: Lever) -> dict[str, Any]:
    lower = {"gt" if entry.open_min else "ge": entry.min}
    return lower if math.isinf(entry.max) else {**lower, "le": entry.max}


_in_a_list = BeforeValidator(
    lambda value: (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value
)
_infinity = BeforeValidator(
    lambda value: math.inf if isinstance(value, str) and value.strip().lower() in {"inf", ".inf", "infinity"} else value
)


def names(example: str) -> Any:
    """Return the type of a label, a group name, or a list of these; one name may stand without brackets.

    A name that ends in ``?`` counts only where the table has it.
    """
    schema = {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
        "examples": [example],
    }
    return Annotated[tuple[StrictStr, ...], _in_a_list, Field(min_length=1), WithJsonSchema(schema)]


Economies = names("automation-leaders")
Sectors = names("manufacturing")


#: A number or the word "inf".
Unbounded = Annotated[float, _infinity, WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"const": "inf"}]})]


def _positive(value: Any, least: float = 0.0) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least < value < math.inf


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
        {"anyOf": [{"enum": list(ELASTICITY_SETS)}, _POSITIVE, {"type": "object", "additionalProperties": _POSITIVE}]}
    ),
]


def _growth(value: Any) -> float | dict[int, float]:
    if _positive(value, -math.inf):
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
                {"type": "object", "propertyNames": {"pattern": "^[0-9]{4}$"}, "additionalProperties": _POSITIVE},
            ]
        }
    ),
]


def _types(value: Any) -> dict[str, tuple[str, ...]]:
    known = country_types()
    if not isinstance(value, dict):
        raise PydanticCustomError(
            "bad_types", "expected a mapping of country types to economies, for example {exporter-led: [CHN, DEU]}"
        )
    by_type: dict[str, tuple[str, ...]] = {}
    for name, members in value.items():
        if name not in known:
            raise PydanticCustomError("unknown_choice", "unknown country type", {"found": name, "allowed": list(known)})
        listed = (members,) if isinstance(members, str) else members
        if not isinstance(listed, list | tuple) or not listed or not all(isinstance(m, str) for m in listed):
            raise PydanticCustomError("bad_types", "expected a list of economies or groups for each country type")
        by_type[name] = tuple(listed)
    return by_type


#: Country types and who is of them.
CountryTypes = Annotated[
    dict[str, tuple[str, ...]],
    PlainValidator(_types),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"enum": list(country_types())},
            "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        }
    ),
]
