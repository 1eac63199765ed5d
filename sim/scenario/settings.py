"""Settings of a scenario: how the economy answers and how the agents behave. Every default is a calibrated parameter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from sim.fields import Economies, Model, TradeElasticity, Unbounded, factor, override, setting
from sim.scenario.cooperation import Carbon, Governance, Ledger, Types


class Substitution(Model):
    """Elasticities of substitution of the nests (design: σ_v, σ_m, σ_f, σ)."""

    value_added: float = setting("economy.substitution.value_added")
    inputs: float = setting("economy.substitution.inputs")
    consumption: float = setting("economy.substitution.consumption")
    tasks: float = setting("economy.substitution.tasks")


class EconomySettings(Model):
    """How the world table answers: closure, factor markets, elasticities, base tariffs."""

    closure: Literal["general-equilibrium", "fixed-prices"] = Field(
        "general-equilibrium", description="general-equilibrium, or fixed-prices for teaching (only sourcing moves)."
    )
    labour_market: Literal["wage-curve", "full-employment"] = Field(
        "wage-curve", description="wage-curve: unemployment falls when real wages rise; full-employment: wages clear."
    )
    capital_supply: Unbounded = setting("economy.capital_supply")
    substitution: Substitution = Field(default_factory=Substitution, description="Elasticities of the upper nests.")
    trade_elasticity: TradeElasticity = Field(
        "default",
        description="Named set of sector elasticities, one number for all sectors, or a mapping from sectors or sector groups.",
    )
    sluggishness: float = setting("economy.sluggishness")
    labour_profile: Literal["sectoral", "flat"] = Field(
        "sectoral",
        description="Labour shares by sector: country share times a sector profile (judgement), or the country share in all.",
    )
    base_tariffs: Literal["applied", "none"] = Field(
        "applied",
        description="applied: weighted applied rates of 2011 on goods (0 inside the EU and on services); none: no tariffs.",
    )


#: Factors in `overrides` and the setting that each multiplies.
FACTORS: Mapping[str, str] = MappingProxyType({"robot_speed_factor": "robot_speed", "ai_speed_factor": "ai_speed"})


class AutomationOverride(Model):
    """Automation settings of one economy or group; what is not given stays as in the general setting."""

    robot_speed: float | None = override("automation.robot_speed")
    robot_speed_factor: float | None = factor("automation.robot_speed")
    ai_speed: float | None = override("automation.ai_speed")
    ai_speed_factor: float | None = factor("automation.ai_speed")
    robot_ceiling: float | None = override("automation.robot_ceiling")
    ai_ceiling: float | None = override("automation.ai_ceiling")
    base_access: float | None = override("automation.base_access")
    open_source: float | None = override("automation.open_source")
    technology_sharing: float | None = override("automation.technology_sharing")
    ai_home_share: float | None = override("automation.ai_home_share")

    @model_validator(mode="before")
    @classmethod
    def _level_or_factor(cls, data: Any) -> Any:
        for name, level in FACTORS.items():
            if isinstance(data, dict) and data.get(name) is not None and data.get(level) is not None:
                raise PydanticCustomError(
                    "level_or_factor",
                    "has both `{level}` and `{name}`; give one: a level, or a factor on the economy's own calibrated value",
                    {"level": level, "name": name},
                )
        return data


class Automation(Model):
    """Diffusion of robots and AI and what machines do to tasks."""

    active: StrictBool = Field(True, description="false keeps robots and AI at their base-year adoption.")
    robot_speed: float = setting("automation.robot_speed")
    ai_speed: float = setting("automation.ai_speed")
    robot_ceiling: float = setting("automation.robot_ceiling")
    ai_ceiling: float = setting("automation.ai_ceiling")
    base_access: float = setting("automation.base_access")
    open_source: float = setting("automation.open_source")
    technology_sharing: float = setting("automation.technology_sharing")
    ai_home_share: float = setting("automation.ai_home_share")
    machine_saving: float = setting("automation.machine_saving")
    wage_gradient: float = setting("automation.wage_gradient")
    reinstatement: float = setting("automation.reinstatement")
    robot_price_decline: float = setting("automation.robot_price_decline")
    ai_price_decline: float = setting("automation.ai_price_decline")
    education_scale: float = setting("automation.education_scale")
    education_speed: float = setting("automation.education_speed")
    capability_ceiling: float = setting("automation.capability_ceiling")
    overrides: dict[str, AutomationOverride] = Field(
        default_factory=dict,
        description="Settings of single economies or groups, for example {CHN: {robot_speed: 0.4}} or {CHN: {robot_speed_factor: 2}}.",
    )


class GrievanceWeights(Model):
    """What makes up grievance; each part counts only when it is a loss."""

    job_loss: float = setting("protection.weights.job_loss")
    import_penetration: float = setting("protection.weights.import_penetration")
    unemployment: float = setting("protection.weights.unemployment")
    labour_share: float = setting("protection.weights.labour_share")


class ProtectionOverride(Model):
    """Protection settings of one economy or group; what is not given stays as in the general setting."""

    sensitivity: float | None = override("protection.sensitivity")
    memory: float | None = override("protection.memory")
    adjustment: float | None = override("protection.adjustment")
    cap: float | None = override("protection.cap")
    threshold: float | None = override("protection.threshold")
    retaliation: float | None = override("protection.retaliation")


class Protection(Model):
    """How governments answer grievance and each other's tariffs."""

    active: StrictBool = Field(True, description="false: no economy changes a tariff by itself.")
    sensitivity: float = setting("protection.sensitivity")
    memory: float = setting("protection.memory")
    adjustment: float = setting("protection.adjustment")
    cap: float = setting("protection.cap")
    threshold: float = setting("protection.threshold")
    retaliation: float = setting("protection.retaliation")
    weights: GrievanceWeights = Field(
        default_factory=GrievanceWeights, description="Weights of the parts of grievance."
    )
    respect_bound: StrictBool = Field(False, description="true: no tariff rises above the rate bound at the WTO.")
    passive: Economies = Field(("row",), description="Economies or groups that never act by themselves.")
    overrides: dict[str, ProtectionOverride] = Field(
        default_factory=dict,
        description="Settings of single economies or groups, for example {IND: {retaliation: 0.5}}.",
    )
    types: Types = Field(
        default_factory=dict,
        description="Country types and who is of them, for example {exporter-led: [CHN, DEU]}: sets of settings with "
        "sources (`sim/calibration/types.csv`); `overrides` win over them.",
    )


class Trust(Model):
    """Bilateral trust: falls with hostile acts, recovers slowly; distrust makes trade dearer."""

    active: StrictBool = Field(True, description="false keeps trust, and so its friction, as in the base year.")
    initial: float = setting("trust.initial")
    hostility: float = setting("trust.hostility")
    recovery: float = setting("trust.recovery")
    friction: float = setting("trust.friction")


class Behaviour(Model):
    """The families of rules that agents follow; each can be switched off."""

    automation: Automation = Field(default_factory=Automation, description="Diffusion of robots and AI.")
    protection: Protection = Field(default_factory=Protection, description="Tariffs from grievance and retaliation.")
    trust: Trust = Field(default_factory=Trust, description="Bilateral trust and its friction.")
    ledger: Ledger = Field(default_factory=Ledger, description="Consortium on a shared ledger.")
    governance: Governance = Field(default_factory=Governance, description="Policy lag and targeting precision.")
    carbon: Carbon = Field(default_factory=Carbon, description="Carbon-allowance market.")
