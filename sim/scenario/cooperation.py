"""Settings of cooperation and governance: ledger consortium, policy lag and precision, carbon allowances, country types."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainValidator, StrictBool, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.calibration.parameters import parameter
from sim.calibration.types import type_names
from sim.fields import Economies, GrowthPath, Model, Year, override, setting


class LedgerOverride(Model):
    """Costs of the ledger in one economy or group; what is not given stays as in the general setting."""

    entry_cost: float | None = override("ledger.entry_cost")
    running_cost: float | None = override("ledger.running_cost")


class Ledger(Model):
    """A consortium on a shared ledger: it takes off, or fails, by whether membership pays."""

    active: StrictBool = Field(False, description="true: the initiators found a consortium that others may join.")
    initiators: Economies | None = Field(
        None, description="Economies or groups that found it, whether or not it pays at first; needed when active."
    )
    first: Year | None = Field(
        None, alias="from", description="Year in which it is founded; the year after the base year if not given."
    )
    passive: Economies = Field(("row",), description="Economies or groups that never join by themselves.")
    documents: float = setting("ledger.documents")
    payments: float = setting("ledger.payments")
    entry_cost: float = setting("ledger.entry_cost")
    running_cost: float = setting("ledger.running_cost")
    horizon: float = setting("ledger.horizon")
    patience: float = setting("ledger.patience")
    commitment: float = setting("ledger.commitment")
    trust_shield: float = setting("ledger.trust_shield")
    trust_recovery: float = setting("ledger.trust_recovery")
    precision_gain: float = setting("ledger.precision_gain")
    lag_cut: float = setting("ledger.lag_cut")
    overrides: dict[str, LedgerOverride] = Field(
        default_factory=dict, description="Costs of single economies or groups, for example {IND: {entry_cost: 0.002}}."
    )


class GovernanceOverride(Model):
    """Governance of one economy or group; what is not given stays as in the general setting."""

    lag: float | None = override("governance.lag")
    precision: float | None = override("governance.precision")


class Governance(Model):
    """How fast and how precisely governments act; the defaults change nothing."""

    active: StrictBool = Field(True, description="false: governments act without a further lag and on target.")
    lag: float = setting("governance.lag")
    precision: float = setting("governance.precision")
    overrides: dict[str, GovernanceOverride] = Field(
        default_factory=dict, description="Governance of single economies or groups, for example {USA: {lag: 2}}."
    )


def _intensities(value: Any) -> str | dict[str, dict[str, float]]:
    if value == "stylised":
        return "stylised"
    sound = isinstance(value, dict) and bool(value)
    if sound:
        for economy, sectors in value.items():
            numbers = isinstance(sectors, dict) and all(
                isinstance(k, str) and isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 1000
                for k, v in sectors.items()
            )
            sound = sound and isinstance(economy, str) and bool(sectors) and numbers
    if sound:
        return {str(e): {str(s): float(v) for s, v in given.items()} for e, given in value.items()}
    raise PydanticCustomError(
        "bad_intensities",
        "expected `stylised`, or kg of CO2 per USD of output by economy or group and sector or group, for example "
        "{all: {manufacturing: 0.4}, CHN: {materials: 1.2}}",
    )


Intensities = Annotated[
    str | dict[str, dict[str, float]],
    PlainValidator(_intensities),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "stylised"},
                {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": {
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1000},
                    },
                },
            ]
        }
    ),
]


class Carbon(Model):
    """A market for carbon allowances among the members of the ledger, or among named economies."""

    active: StrictBool = Field(False, description="true: members cap their emissions and trade allowances.")
    members: Economies | None = Field(
        None, description="Economies or groups that take part; the members of the ledger if not given."
    )
    first: Year | None = Field(
        None, alias="from", description="First year of the cap; the year after the base year if not given."
    )
    cap: GrowthPath = Field(
        default=parameter("carbon.cap_rate"),
        description="Allowances as a share of the base year's emissions of the members: a yearly growth rate from the "
        "first year on, or levels by year such as {2020: 0.95, 2035: 0.6} joined by constant growth.",
    )
    intensities: Intensities = Field(
        "stylised", description="Emissions per output: `stylised`, or kg of CO2 per USD by economy and sector."
    )
    abatement_slope: float = setting("carbon.abatement_slope")
    income_gradient: float = setting("carbon.income_gradient")


def _types(value: Any) -> dict[str, tuple[str, ...]]:
    known = type_names()
    if not isinstance(value, dict):
        raise PydanticCustomError(
            "bad_types", "expected a mapping of country types to economies, for example {exporter-led: [CHN, DEU]}"
        )
    found: dict[str, tuple[str, ...]] = {}
    for name, members in value.items():
        if name not in known:
            raise PydanticCustomError("unknown_choice", "unknown country type", {"found": name, "allowed": list(known)})
        listed = (members,) if isinstance(members, str) else members
        if not isinstance(listed, list | tuple) or not listed or not all(isinstance(m, str) for m in listed):
            raise PydanticCustomError("bad_types", "expected a list of economies or groups for each country type")
        found[name] = tuple(listed)
    return found


#: Country types and who is of them.
Types = Annotated[
    dict[str, tuple[str, ...]],
    PlainValidator(_types),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"enum": list(type_names())},
            "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        }
    ),
]
