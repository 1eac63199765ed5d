"""Settings of a scenario: how the economy answers and how the agents behave. Every default is a calibrated parameter."""

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, StrictBool, ValidationInfo, field_validator, model_validator
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import PydanticCustomError

from sim.calibration.parameters import MOST_MOBILE
from sim.fields import SETTING, Model, TradeElasticity, Unbounded, Year, setting
from sim.rules import BUILT_IN, Rule, behaviour_model, in_play

__all__ = ["SETTING", "Behaviour", "EconomySettings", "Substitution"]


#: What the economy assumes of itself; an elasticity of substitution between nests is one.
_assumed = partial(setting, kind="assumption")
_elasticity = partial(_assumed, unit="elasticity", low=0, high=10, open_min=True)


class Substitution(Model, section="economy.substitution"):
    """Elasticities of substitution of the nests (design: σ_v, σ_m, σ_f, σ)."""

    value_added: float = _elasticity("Primary factors against inputs", "要素与中间投入的替代弹性")
    """Elasticity of substitution between the primary-and-task composite and intermediate inputs."""
    inputs: float = _elasticity("Among inputs", "中间投入之间的替代弹性")
    """Elasticity of substitution among intermediate inputs of different sectors."""
    consumption: float = _elasticity("Among final goods", "最终产品之间的替代弹性")
    """Elasticity of substitution among sectors in final demand."""
    tasks: float = _elasticity("Labour, capital and machines", "劳动、资本与机器的替代弹性")
    """Elasticity of substitution among labour, capital and machine services."""


class LabourSupply(Model, section="economy.labour_supply"):
    """How labour supplied answers the real wage relative to its growth path (`labour_market: elastic`)."""

    hours: float = _elasticity("Hours and the real wage", "工时的实际工资弹性", open_min=False)
    """Elasticity of hours of those who work to the real wage relative to its growth path."""
    participation: float = _elasticity("Participation and the real wage", "劳动参与的实际工资弹性", open_min=False)
    """Elasticity of the number of persons at work to the real wage relative to its growth path."""


class EconomySettings(Model, section="economy"):
    """How the world table answers: closure, factor markets, elasticities, base tariffs."""

    closure: Literal["general-equilibrium", "fixed-prices"] = "general-equilibrium"
    """general-equilibrium, or fixed-prices for teaching (only sourcing moves)."""
    deficits: Literal["fixed", "balanced", "none"] = "fixed"
    """fixed: deficits of the table stay, as shares of world factor income; balanced: the base year is solved again without them
    and shocks are set against that; none: every year is without them, against the base year as observed."""
    capital_charge: StrictBool = True
    """Whether real income is net of what capital beyond its given path costs a year, at the base year's return with depreciation."""
    labour_market: Literal["wage-curve", "elastic", "rigid", "full-employment"] = "elastic"
    """wage-curve: unemployment falls when real wages rise; elastic: hours and participation answer the real wage relative to its
    growth path; rigid: real wages do not fall below that path, employment does; full-employment: wages clear."""
    labour_supply: LabourSupply = Field(default_factory=LabourSupply, description="Elasticities of labour supply.")
    capital_supply: Unbounded = _assumed("Elasticity of capital supply", "资本供给弹性", "elasticity", 0, math.inf)
    """Capital answers real returns with this elasticity: 0 keeps the stock, .inf holds the real return constant."""
    substitution: Substitution = Field(default_factory=Substitution, description="Elasticities of the upper nests.")
    trade_elasticity: TradeElasticity = "lashkaripour"
    """Named set of sector elasticities, one number for all, or a mapping of sectors or groups (the rest as in `default`)."""
    sluggishness: float = _assumed("Speed of sourcing", "采购调整速度", "share a year", 0, 1, open_min=True)
    """Share of the way that import sourcing moves to its new equilibrium within a year; 1 is at once."""
    mobility: Unbounded = _assumed(
        "Mobility of workers between sectors", "劳动者在部门间的流动性", "elasticity", 1, math.inf, open_min=True
    )
    """How readily workers go to sectors that pay more: .inf is one wage in every economy, 1.5 lets wages differ by sector."""
    attachment: float = _assumed(
        "Attachment of workers to their sector", "劳动者对原部门的依附", "share kept per year", 0, 1
    )
    """Share of those who have stayed with the sector they began in that is still there a year later; read with finite mobility."""
    attached_since: Year | None = None
    """Year of the shock from which attachment fades; the base year when absent."""
    labour_profile: Literal["sectoral", "flat"] = "sectoral"
    """Labour shares by sector: country share times a sector profile (judgement), or the country share in all."""
    base_tariffs: Literal["applied", "none"] = "applied"
    """applied: weighted applied rates on goods (0 inside the EU and on services); none: no tariffs."""
    repair: Literal["small", "none"] = "small"
    """small: negative inputs and value added of at most 5 % of a cell's output are settled, and said; none: refused."""

    @field_validator("mobility")
    @classmethod
    def _one_wage_is_infinity(cls, value: float) -> float:
        if MOST_MOBILE < value < math.inf:
            said = "mobility must be above 1 and at most {most}, or .inf for one wage in every economy"
            raise PydanticCustomError("bad_range", said, {"most": f"{MOST_MOBILE:g}"})
        return value

    def attached(self, year: int, base: int) -> float | None:
        """Return the part of the workers who are with their first sector in a year; None where one wage clears the market.

        a^t with t the years since ``attached_since``, the base year when that is absent; the first year counts until it is over.
        """
        since = base if self.attached_since is None else self.attached_since
        return None if math.isinf(self.mobility) else float(self.attachment ** max(1, year - since))


class _Behaviour(Model):
    """The families of rules that agents follow; each can be switched off."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @model_validator(mode="wrap")
    @classmethod
    def _of_the_rules_in_play(cls, data: Any, handler: ModelWrapValidatorHandler[Any], info: ValidationInfo) -> Any:
        """Settings of rules that a run adds, or that an installed package offers, are read by their own models."""
        added = (info.context or {}).get("rules", ())
        rules = in_play(added, data if isinstance(data, Mapping) else ())
        kinds = tuple(map(type, rules))
        if cls is not Behaviour or kinds == tuple(map(type, BUILT_IN)):
            return handler(data)
        if kinds not in _MODELS:
            _MODELS[kinds] = behaviour_model(Behaviour, rules)
        return _MODELS[kinds].model_validate(data, context=info.context)


#: Models of ``behaviour:`` with other rules than the built-in ones; making one takes longer than many readings.
_MODELS: dict[tuple[type[Rule], ...], type[Model]] = {}


#: In the registry the economy comes before the rules, as in a scenario.
for _id in [id for id in SETTING if not id.startswith("economy.")]:
    SETTING[_id] = SETTING.pop(_id)

if TYPE_CHECKING:
    Behaviour = _Behaviour
else:
    Behaviour = behaviour_model(_Behaviour, BUILT_IN)
