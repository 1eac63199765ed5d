"""What an ensemble draws: uncertain parameters within their ranges, the timing of adoption, shocks. Off unless `seeds` is set."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainValidator, StrictStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.calibration.parameters import parameter
from sim.fields import Model

#: Most members of an ensemble of one run; larger ones are sweeps.
MOST_SEEDS = 1000

#: Parameters that `parameters: standard` draws: what theory and data leave open. Left out are instruments of policy, the speed
#: of sourcing (a choice about the horizon of the elasticities) and settings of families that are switched off.
STANDARD = (
    "economy.trade_elasticity",
    "economy.substitution.value_added", "economy.substitution.inputs", "economy.substitution.consumption",
    "economy.substitution.tasks", "economy.capital_supply",
    "automation.robot_speed", "automation.ai_speed", "automation.robot_ceiling", "automation.ai_ceiling",
    "automation.base_access", "automation.ai_home_share", "automation.machine_saving", "automation.wage_gradient",
    "automation.reinstatement", "automation.robot_price_decline", "automation.ai_price_decline",
    "protection.sensitivity", "protection.memory", "protection.adjustment", "protection.cap", "protection.threshold",
    "protection.retaliation", "protection.weights.job_loss", "protection.weights.import_penetration",
    "protection.weights.unemployment", "protection.weights.labour_share",
    "trust.initial", "trust.hostility", "trust.recovery", "trust.friction",
    "ledger.documents", "ledger.payments", "ledger.entry_cost", "ledger.running_cost", "ledger.commitment",
    "ledger.trust_shield", "ledger.trust_recovery",
)  # fmt: skip

#: Families that stand for all their parameters of :data:`STANDARD`.
FAMILIES = tuple(dict.fromkeys(name.partition(".")[0] for name in STANDARD))


def _chosen(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value if value in ("standard", "none") else (value,)
    if isinstance(value, list | tuple) and value and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise PydanticCustomError("bad_chosen", "expected `standard`, `none`, or a list of parameters and families")


def _range(value: Any) -> tuple[float, float]:
    ends = value if isinstance(value, list | tuple) and len(value) == 2 else ()
    if ends and all(isinstance(one, int | float) and not isinstance(one, bool) for one in ends) and ends[0] <= ends[1]:
        return float(ends[0]), float(ends[1])
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
        parameter("draws.productivity_shock"), strict=True, ge=0, le=0.2,
        description="Standard deviation of a yearly relative change of productivity in all sectors of an economy, independent "
        "over economies and years.",
    )  # fmt: skip


class Draws(Model):
    """What the members of an ensemble differ in; drawn independently for each member."""

    parameters: Chosen = Field(
        "standard",
        description="standard: all parameters of the documented set that the scenario leaves at their calibrated default; "
        "none; or a list of parameters and families (economy, automation, protection, trust, ledger).",
    )
    ranges: dict[StrictStr, Range] = Field(
        default_factory=dict,
        description="Ranges instead of the calibrated ones, for example {protection.sensitivity: [0.5, 2.0]}; named "
        "parameters are drawn.",
    )
    adoption_timing: float = Field(
        parameter("draws.adoption_timing"), strict=True, ge=0, le=1,
        description="Standard deviation of the logarithm of the time that each economy needs to adopt robots and AI; 0: none.",
    )  # fmt: skip
    shocks: Shocks = Field(default_factory=Shocks, description="Random shocks.")
