"""Automation: who adopts robots and AI, how fast, and which tasks that takes from labour.

Diffusion is logistic, as in Mansfield (1961): contagion among adopters, faster where machines save more, up to a
ceiling. Tasks follow Acemoglu & Restrepo (2018): a share of each sector's labour tasks can be done by machines.

    saving     m = max(0, 1 − μ q̂ / ŵ)
    rate       r = s · m · h · π        (speed, saving, capability, access to the frontier)
    adoption   K' = C / (1 + (C/K − 1) e^(−r))
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field, StrictBool, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sim import calibration
from sim.calibration import parameter
from sim.fields import setting
from sim.rules import base
from sim.rules.diffusion import (
    automated_tasks,
    diffuse,
    diffusion_rate,
    displaced_shares,
    frontier_access,
    home_share,
    machine_saving,
    observed_adoption,
    profit,
)
from sim.rules.log import Decisions
from sim.state import TECHNOLOGIES, Array, Statistics, View, WorldState, Year, economy_mask

if TYPE_CHECKING:
    from decomp.table import WorldTable
    from sim.model.agents import CountryAgent
    from sim.scenario.labels import TableLabels

#: Economies that provide automation technology.
PROVIDERS = "automation-leaders"
#: Economy whose wage the wage gradient is measured from; the best-paid one where the table does not have it.
REFERENCE_ECONOMY = "USA"


class Settings(base.Settings, section="automation"):
    """Diffusion of robots and AI and what machines do to tasks."""

    active: StrictBool = Field(True, description="false keeps robots and AI at their base-year adoption.")
    robot_speed: float = setting("Speed of robot diffusion", "机器人扩散速度", "per year", 0, 2, factor=True)
    """Logistic speed at which robots spread where they pay and the frontier is open; an economy with a calibrated
    speed of its own (China) keeps it in proportion, unless `overrides` names it."""
    ai_speed: float = setting("Speed of AI diffusion", "人工智能扩散速度", "per year", 0, 10, factor=True)
    """Logistic speed at which AI services spread where they pay and the frontier is open."""
    robot_ceiling: float = setting(
        "Ceiling of robot adoption", "机器人普及上限", "share of automatable tasks", 0, 1, by_economy=True
    )
    """Adoption of robots that diffusion approaches."""
    ai_ceiling: float = setting(
        "Ceiling of AI adoption", "人工智能普及上限", "share of automatable tasks", 0, 1, by_economy=True
    )
    """Adoption of AI that diffusion approaches."""
    base_access: float = setting(
        "Access of non-providers", "非技术提供国的获取程度", "share of the frontier", 0, 1, by_economy=True
    )
    """Access to the frontier of economies that provide no automation technology; providers have 1."""
    open_source: float = setting("Open-source models", "开源模型", "share of services", 0, 1, by_economy=True)
    """Share of AI services that run on open-source models: raises access and the home share of AI services."""
    technology_sharing: float = setting(
        "Technology sharing", "技术共享", "share of the gap", 0, 1, kind="instrument", by_economy=True
    )
    """Share of the remaining access gap that providers close by sharing technology."""
    robot_cost: float = setting(
        "Cost of robots per task", "机器人成本系数", "ratio to labour cost", 0, 2, open_min=True
    )
    """Base-year cost of robot services for a task, relative to the labour they replace (μ)."""
    ai_cost: float = setting("Cost of AI per task", "人工智能成本系数", "ratio to labour cost", 0, 2, open_min=True)
    """Cost of AI services for a task, relative to the labour they replace (μ), in the year of `ai_cost_year`."""
    ai_cost_year: float = setting("Year of the cost of AI", "人工智能成本系数的年份", "year", 0, 2300)
    """Year in which `ai_cost` holds; by a later base year it has fallen by `ai_price_decline`. 0: the base year."""
    wage_gradient: float = setting("Wage gradient of savings", "工资梯度", "elasticity", 0, 2)
    """How much less machines save where labour is cheap (φ); 0 is the same saving everywhere."""
    reinstatement: float = setting("New tasks for labour", "新任务比例", "share of displaced work", 0, 1)
    """Share of displaced work that comes back as new labour tasks (ν)."""
    robot_price_decline: float = setting("Fall of robot prices", "机器人价格年降幅", "per year", 0, 0.5)
    """Yearly rate at which robot services get cheaper relative to their inputs."""
    ai_price_decline: float = setting("Fall of AI prices", "人工智能价格年降幅", "per year", 0, 0.5)
    """Yearly rate at which AI services get cheaper relative to their inputs."""
    ai_home_share: float = setting(
        "Home share of AI services", "人工智能服务本国比例", "share of purchases", 0, 1, by_economy=True
    )
    """Share of AI services bought at home; the rest comes from the provider economies."""
    ai_bundle: Literal["ict-business", "services-and-hardware"] = "services-and-hardware"
    """What AI is made of. ict-business: the table's sectors of that group, finance and real estate included, in its weights;
    services-and-hardware: business services and electronics in the same weights on every table that has both, else the former."""
    ai_hardware: float = setting("Hardware in AI", "人工智能中的硬件份额", "share of purchases", 0, 1)
    """Share of electronics in what AI is made of, bought from where machines are bought; in services-and-hardware only."""
    ai_trade_cost: float = setting("Trade costs saved by AI", "人工智能节省的贸易成本", "iceberg cost saved", 0, 0.2)
    """Share of the cost of trade (logistics, translation, compliance) saved between two economies that both use AI everywhere."""

    @field_validator("ai_cost_year")
    @classmethod
    def _dated(cls, year: float) -> float:
        """Refuse a year in which AI had no cost: it would be dated back or ahead for centuries."""
        if year and not 1950 <= year <= 2100:
            raise PydanticCustomError("bad_range", "expected a year from 1950 to 2100, or 0 for the year of the table")
        return year

    @model_validator(mode="before")
    @classmethod
    def _one_cost(cls, data: Any) -> Any:
        """`machine_saving` was the cost of both in the base year."""
        if not isinstance(data, Mapping) or "machine_saving" not in data:
            return data
        cost = data["machine_saving"]
        return {"robot_cost": cost, "ai_cost": cost, "ai_cost_year": 0.0} | {
            k: v for k, v in data.items() if k != "machine_saving"
        }


def cheaper(settings: Settings, base_year: int | None) -> float:
    """Price of AI in the base year relative to the year of ``ai_cost_year``, e^(−g (y₀ − y)); 1 where either has no year."""
    if not settings.ai_cost_year or base_year is None:
        return 1.0
    return math.exp(-settings.ai_price_decline * (base_year - settings.ai_cost_year))


#: What its decisions are explained by, in the order of the log.
DRIVERS = ("cost", "saving", "speed", "capability", "access", "rate", "ceiling")


@dataclass(frozen=True, slots=True, eq=False)
class Diffusion:
    """Adoption of robots and AI, with share of labour cost saved, logistic rate and access; shape (2,) each."""

    adoption: Array
    saving: Array
    rate: Array
    access: Array


class Automation(base.Rule):
    """Robots and AI spread where they save labour; what they do is taken from labour's tasks.

    State: ``diffusion`` (2, G), the adoption that diffusion alone has reached, which goes on beneath a policy; ``displaced``
    (G, N), the share of labour tasks that machines have taken since the base year.
    """

    name = "automation"
    always = True
    Settings = Settings
    about = "Diffusion of robots and AI."
    channel = "automation"

    def resolve(self, labels: TableLabels, years: Sequence[int]) -> Mapping[str, Any]:
        """Settings by economy; one with its own calibrated robot speed has it in proportion to the general one."""
        own = {"robot_speed": calibration.robot_speed(labels.table) / parameter("automation.robot_speed")}
        return base.by_economy(self.settings, labels, self.section, own)

    def idle(self, settings: Any) -> bool:
        """Nothing diffuses at no speed."""
        levels = [settings, *settings.overrides.values()]
        return super().idle(settings) or not any(own.robot_speed or own.ai_speed for own in levels)

    def expected(self, labels: TableLabels, years: Sequence[int]) -> Array:
        """Gain of real GDP by diffusion at the default settings, Σ_i (wages_i / GDP) Σ_k δ_ki m_k, with wages as in the base year.

        First order: machines do the share δ of the tasks for m less; that more capital follows is left out.
        """
        table, plain = labels.table, self.resolved(type(self.settings)(), labels, years)
        plain.calibrate(table)
        capability = np.array(calibration.ai_preparedness(table))
        provider = economy_mask(table, PROVIDERS)
        access = frontier_access(provider, base_access=plain.terms["base_access"], openness=0.0, sharing=0.0)
        share = plain.bill / np.maximum(plain.added.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        adoption, gains = plain.adoption, [np.zeros(labels.G)]
        for passed in range(len(years) - 1):
            cost = np.exp(-np.array(plain.price_decline) * passed)[:, None]
            saved = profit(plain.saving, cost, 1.0)
            adoption = diffuse(
                adoption, diffusion_rate(plain.speed, gain=saved, capability=capability, access=access), plain.ceiling
            )
            tasks = [automated_tasks(*given) for given in zip(plain.exposure, adoption, plain.adoption, strict=True)]
            limit = parameter("automation.max_displaced")
            done = displaced_shares(*tasks, reinstatement=plain.settings.reinstatement, limit=limit)
            gains.append(sum((share * delta * m[:, None]).sum(axis=1) for delta, m in zip(done, saved, strict=True)))
        return np.array(gains)

    def machines(self, table: WorldTable) -> Mapping[str, Any]:
        """What AI is made of, and where it is bought in the base year."""
        bundle: dict[str, Any] = {}
        if self.settings.ai_bundle == "services-and-hardware":
            weights, goods = calibration.ai_bundle(table, hardware=self.settings.ai_hardware)
            bundle = {"ai": weights, "ai_goods": goods} if weights else {}
        return bundle | {
            "ai_home_share": home_share(self.terms["ai_home_share"], self.terms["open_source"]),
            "ai_providers": np.array(calibration.ai_provider_weights(table)),
        }

    def prepare(self) -> None:
        """What the calibration knows; providers and their weights."""
        self.calibrate(self.world.table)
        self.provider = self.world.economies(PROVIDERS)
        self.provider_weights = self._provider_weights()

    def calibrate(self, table: WorldTable) -> None:
        """Exposures, base adoption and savings of a table."""
        settings, terms = self.settings, self.terms
        self.speed = np.stack([terms["robot_speed"], terms["ai_speed"]])
        self.ceiling = np.stack([terms["robot_ceiling"], terms["ai_ceiling"]])
        self.exposure = (calibration.robot_exposure(table), calibration.ai_exposure(table))
        self.added = np.maximum((table.V * table.X).reshape(table.G, table.N), 0.0)
        self.bill = self.added * np.array(calibration.labour_share(table))
        exposed = self.bill * np.stack(self.exposure)[:, None]  # wages that each technology could save, (2, G, N)
        total = exposed.sum(axis=2, keepdims=True)
        self.exposed = np.where(total > 0, exposed / np.where(total > 0, total, 1.0), 1.0 / table.N)
        self.adoption = np.stack([calibration.robot_adoption(table), calibration.ai_adoption(table)])
        wages = calibration.country_labour_share(table) * calibration.gdp_per_worker(table)
        reference = table.labels_of("economy", REFERENCE_ECONOMY)
        best = wages[table.economies.index(reference[0])] if reference else wages.max()
        self.price_decline = (settings.robot_price_decline, settings.ai_price_decline)
        costs = (settings.robot_cost, settings.ai_cost * cheaper(settings, table.year))
        self.saving = np.stack(
            [machine_saving(cost, gradient=settings.wage_gradient, relative_wage=wages / best) for cost in costs]
        )

    def _provider_weights(self) -> Array:
        """Weight of each provider in the supply of robots (exports of machinery) and of AI (compute), shape (2, G).

        All economies share the weights where a table names no leaders.
        """
        world, who = self.world, self.provider if self.provider.any() else np.ones(self.world.G, dtype=bool)
        machinery = world.sectors("machinery")
        sold = world.sales[:, machinery if machinery.any() else slice(None)].sum(axis=1)
        machines = sold.sum(axis=1) - sold.diagonal()
        supply = np.where(who, np.stack([machines, calibration.ai_provider_weights(world.table)]), 0.0)
        total = supply.sum(axis=1, keepdims=True)
        return np.where(total > 0, supply / np.where(total > 0, total, 1.0), who / who.sum())

    def shares(self) -> Mapping[str, Array]:
        """Openness of technology by the settings; every provider shares alike."""
        received = self.terms["technology_sharing"]
        sharing = np.broadcast_to(received, (len(received), len(received)))
        return {"open-source": self.terms["open_source"], "technology-sharing": sharing}

    def levels(self) -> Mapping[str, Array]:
        """Adoption of the base year, and openness."""
        return {**dict(zip(TECHNOLOGIES, self.adoption, strict=True)), **self.shares()}

    def start(self) -> Mapping[str, Array]:
        """Adoption of the base year; nothing is displaced since then."""
        return {"diffusion": self.adoption, "displaced": np.zeros((self.world.G, self.world.N))}

    def notes(self) -> Iterable[str]:
        """Calibrated speeds of single economies, and who provides the technology."""
        table, general = self.world.table, self.settings.robot_speed
        for name, speed in zip(table.economies, self.terms["robot_speed"], strict=True):
            if speed != general:
                own = f"Robots spread in {name} at a speed of its own, {speed:.3g} a year"
                yield f"{own} (the scenario's general speed is {general:.3g})."
        if self.provider.any():
            named = ", ".join(table.economies[r] for r in np.flatnonzero(self.provider))
            yield f"Full access to the technological frontier: {named}."

    def decide(self, agent: CountryAgent, seen: View) -> Diffusion:
        """Let both technologies spread by what they save and how open the frontier is; open source helps with AI only."""
        spread = seen.once(self._spread, seen.state, seen.now, seen.announced)
        return Diffusion(*(part[:, agent.position] for part in spread))

    def _spread(
        self, state: WorldState, now: Statistics, announced: Mapping[str, Array]
    ) -> tuple[Array, Array, Array, Array]:
        """Fields of :class:`Diffusion` of all economies, (2, G) each."""
        adoption, openness = state.diffusion, announced["open-source"]
        access = frontier_access(
            self.provider,
            base_access=self.terms["base_access"],
            openness=np.stack([np.zeros_like(openness), openness]),
            sharing=self.provider_weights @ announced["technology-sharing"],
        )
        wage = (self.exposed * now.sector_wage).sum(axis=2)  # of those whose work it could do
        saving = profit(self.saving, now.machine_cost, wage)
        if not self.settings.active:
            return adoption, saving, np.zeros_like(saving), access
        rate = diffusion_rate(self.speed, gain=saving, capability=state.capability, access=access)
        return diffuse(adoption, rate, self.ceiling), saving, rate, access

    def act(self, decisions: Sequence[Diffusion], year: Year) -> None:
        """Adoption is what diffusion has reached, unless a policy sets it."""
        diffusion = np.stack([decision.adoption for decision in decisions], axis=1)
        if year.adoption is not None:
            diffusion = observed_adoption(year.before.diffusion, year.adoption, otherwise=diffusion)
        year.variables["diffusion"] = diffusion
        year.chosen.update(zip(TECHNOLOGIES, diffusion, strict=True))

    def respond(self, year: Year) -> None:
        """Machines take tasks from labour, get cheaper every year, and AI runs at home on open-source models."""
        now = [year.levels[technology] for technology in TECHNOLOGIES]
        tasks = [automated_tasks(*given) for given in zip(self.exposure, now, self.adoption, strict=True)]
        limit = parameter("automation.max_displaced")
        displaced = displaced_shares(*tasks, reinstatement=self.settings.reinstatement, limit=limit)
        year.variables["displaced"] = displaced[0] + displaced[1]
        if year.variables["displaced"].any():
            year.shocks["automation"] = dict(zip(TECHNOLOGIES, displaced, strict=True))
        passed = year.year - self.world.years[0]
        prices = [float(np.exp(-rate * passed)) for rate in self.price_decline]
        year.shocks["machine_price"] = dict(zip(TECHNOLOGIES, prices, strict=True))
        year.shocks["machine_saving"] = dict(zip(TECHNOLOGIES, self.saving, strict=True))
        if self.settings.ai_trade_cost:
            use = np.maximum(year.levels["ai"] - self.adoption[1], 0.0)
            year.scale("friction", 1.0 - self.settings.ai_trade_cost * 0.5 * (use[:, None, None] + use))
        if (year.levels["open-source"] != year.base["open-source"]).any():
            year.shocks["ai_home_share"] = home_share(self.terms["ai_home_share"], year.levels["open-source"])

    def log(self, played: base.Played) -> Iterable[Decisions]:
        """Diffusion of both technologies, where it moved: by itself or as observed."""
        decisions, skills = played.decisions[self.name], played.before.capability
        asked = ("saving", "rate", "access", "adoption")
        saving, rate, access, own = (np.array([getattr(one, name) for one in decisions]).T for name in asked)
        for k, technology in enumerate(TECHNOLOGIES):
            before, after = played.before.diffusion[k], played.after.diffusion[k]
            numbers = (1.0 - saving[k], saving[k], self.speed[k], skills, access[k], rate[k], self.ceiling[k])
            for kind, named, decided in (("diffusion", DRIVERS, True), ("observed", ("rate",), False)):
                who = np.flatnonzero((after != before) & ((after == own[k]) == decided))
                told = {name: one[who] for name, one in zip(DRIVERS, numbers, strict=True) if name in named}
                if who.size:
                    yield self.batch(played, technology, kind, who, before[who], after[who], **told)
