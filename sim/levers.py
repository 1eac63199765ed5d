"""The registry of levers: everything a scenario can set, with its label, unit, limits and kind.

The scenario schema, the semantic checks, ``unweave list levers`` and the explorer read the same entries. Defaults and
calibration ranges of the numeric settings are rows of ``sim/calibration/parameters.csv`` with the same id.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

#: instrument: a government can choose it; assumption: about the world; behaviour: how agents react.
Kind = Literal["instrument", "assumption", "behaviour"]
#: What one value applies to: pair (origin, sector, destination), cell (economy, sector), demand (sector, economy),
#: economy, partners (giving economy, receiving economy), or scalar (the whole model).
Shape = Literal["pair", "cell", "demand", "economy", "partners", "scalar"]


@dataclass(frozen=True, slots=True)
class Lever:
    """One entry: ``min`` and ``max`` are hard limits of the model (``open_min``: the limit itself is excluded)."""

    id: str
    label_en: str
    label_zh: str
    unit: str
    min: float
    max: float
    kind: Kind
    shape: Shape
    meaning: str
    open_min: bool = False
    #: Of a pair: `who` are the exporters and `partners` the users; else `who` are the importers.
    outward: bool = False

    def allows(self, value: float) -> bool:
        """Whether the model can use the value."""
        low = value > self.min if self.open_min else value >= self.min
        return bool(low and value <= self.max)

    @property
    def allowed(self) -> str:
        """The limits in words.

        >>> POLICY["robots"].allowed
        'from 0 to 1'
        """
        low = f"above {self.min:g}" if self.open_min else f"from {self.min:g}"
        return f"{low}, no upper limit" if math.isinf(self.max) else f"{low} to {self.max:g}"


def _registry(*levers: Lever) -> Mapping[str, Lever]:
    return MappingProxyType({lever.id: lever for lever in levers})


#: Levers that `policies:` can set (value = level, add = increment over what would hold otherwise).
POLICY: Mapping[str, Lever] = _registry(
    Lever("tariff", "Tariff", "关税", "share of the import value", -1.0, 10.0, "instrument", "pair",
          "Ad-valorem tariff that `who` levies on imports from `partners` of `sectors`; 0.25 is 25 %.", open_min=True),
    Lever("export-tax", "Export tax", "出口税", "share of the export value", -1.0, 10.0, "instrument", "pair",
          "Ad-valorem tax that `who` levies on exports to `partners` of `sectors`; 0.25 is 25 % of the producer's price.",
          open_min=True, outward=True),
    Lever("friction", "Trade friction", "贸易摩擦", "ratio to the base year", 0.0, math.inf, "assumption", "pair",
          "Iceberg cost of the imports of `who` from `partners`; 1 leaves it as in the base year, .inf shuts the trade.",
          open_min=True),
    Lever("robots", "Robot adoption", "机器人普及率", "share of automatable tasks", 0.0, 1.0, "assumption", "economy",
          "Adoption of robots in `who`, instead of what diffusion would give."),
    Lever("ai", "AI adoption", "人工智能普及率", "share of automatable tasks", 0.0, 1.0, "assumption", "economy",
          "Adoption of AI services in `who`, instead of what diffusion would give."),
    Lever("education", "AI education and infrastructure", "人工智能教育与基础设施", "share of GDP", 0.0, 0.2, "instrument", "economy",
          "Spending of `who` on top of the base year's, bought from public services: raises capability with a lag, costs real income."),
    Lever("open-source", "Open-source models", "开源模型", "share of services", 0.0, 1.0, "instrument", "economy",
          "Share of AI services in `who` that run on open-source models: raises access and the home share of AI services."),
    Lever("technology-sharing", "Technology sharing", "技术共享", "share of the gap", 0.0, 1.0, "instrument", "partners",
          "Share of the access gap of `partners` that the providers among `who` close, each by its weight among providers."),
    Lever("productivity", "Productivity", "生产率", "ratio to the base year", 0.0, 100.0, "assumption", "cell",
          "Output per unit of all inputs in `sectors` of `who`; 1 is the base year.", open_min=True),
    Lever("labour", "Labour supply", "劳动供给", "ratio to the base year", 0.0, 100.0, "assumption", "economy",
          "Labour force of `who`; 1 is the base year.", open_min=True),
    Lever("capital", "Capital stock", "资本存量", "ratio to the base year", 0.0, 100.0, "assumption", "economy",
          "Capital of `who` at unchanged real returns; 1 is the base year.", open_min=True),
    Lever("demand", "Demand shifter", "需求偏好", "ratio to the base year", 0.0, 100.0, "assumption", "demand",
          "Weight of `sectors` in the final demand of `who`; 1 is the base year.", open_min=True),
)  # fmt: skip

#: Kinds of `events:`; their `size` has these limits.
EVENT: Mapping[str, Lever] = _registry(
    Lever("export-restriction", "Export restriction", "出口限制", "share of the exports cut", 0.0, 0.99, "instrument", "pair",
          "Cut of the exports of `who` to `partners` in `sectors`: an iceberg cost of (1 − size)^(−1/θ).", outward=True),
    Lever("tariff", "Tariff announcement", "加征关税", "points on the tariff", -1.0, 10.0, "instrument", "pair",
          "Points that `who` adds to its tariff on imports from `partners` of `sectors`.", open_min=True),
    Lever("export-tax", "Export tax", "加征出口税", "points on the export tax", -1.0, 10.0, "instrument", "pair",
          "Points that `who` adds to its tax on exports to `partners` of `sectors`.", open_min=True, outward=True),
    Lever("productivity", "Productivity shock", "生产率冲击", "relative change", -1.0, 10.0, "assumption", "cell",
          "Relative change of productivity in `sectors` of `who`; −0.1 is ten percent less.", open_min=True),
    Lever("demand", "Demand shock", "需求冲击", "relative change", -1.0, 10.0, "assumption", "demand",
          "Relative change of the weight of `sectors` in the final demand of `who`.", open_min=True),
    Lever("technology-sharing", "Technology sharing", "技术共享", "share of the gap", 0.0, 1.0, "instrument", "partners",
          "Share of the access gap of `partners` that the providers among `who` close in addition, each by its weight."),
    Lever("open-source", "Open-source release", "开源发布", "share of services", 0.0, 1.0, "instrument", "economy",
          "Share of AI services in `who` that run on open-source models in addition."),
)  # fmt: skip

#: Numeric settings of `economy:` and `behaviour:`; id = id of the parameter that gives the default.
SETTING: Mapping[str, Lever] = _registry(
    Lever("economy.capital_supply", "Elasticity of capital supply", "资本供给弹性", "elasticity", 0.0, math.inf, "assumption", "scalar",
          "Capital answers real returns with this elasticity: 0 keeps the stock, .inf holds the real return constant."),
    Lever("economy.sluggishness", "Speed of sourcing", "采购调整速度", "share a year", 0.0, 1.0, "assumption", "scalar",
          "Share of the way that import sourcing moves to its new equilibrium within a year; 1 is at once.", open_min=True),
    Lever("economy.substitution.value_added", "Primary factors against inputs", "要素与中间投入的替代弹性", "elasticity", 0.0, 10.0, "assumption",
          "scalar", "Elasticity of substitution between the primary-and-task composite and intermediate inputs.", open_min=True),
    Lever("economy.substitution.inputs", "Among inputs", "中间投入之间的替代弹性", "elasticity", 0.0, 10.0, "assumption", "scalar",
          "Elasticity of substitution among intermediate inputs of different sectors.", open_min=True),
    Lever("economy.substitution.consumption", "Among final goods", "最终产品之间的替代弹性", "elasticity", 0.0, 10.0, "assumption", "scalar",
          "Elasticity of substitution among sectors in final demand.", open_min=True),
    Lever("economy.substitution.tasks", "Labour, capital and machines", "劳动、资本与机器的替代弹性", "elasticity", 0.0, 10.0, "assumption", "scalar",
          "Elasticity of substitution among labour, capital and machine services.", open_min=True),
    Lever("automation.robot_speed", "Speed of robot diffusion", "机器人扩散速度", "per year", 0.0, 2.0, "behaviour", "economy",
          "Logistic speed at which robots spread where they pay and the frontier is open; an economy with a calibrated speed of "
          "its own (China) keeps it in proportion, unless `overrides` names it."),
    Lever("automation.ai_speed", "Speed of AI diffusion", "人工智能扩散速度", "per year", 0.0, 2.0, "behaviour", "economy",
          "Logistic speed at which AI services spread where they pay and the frontier is open."),
    Lever("automation.robot_ceiling", "Ceiling of robot adoption", "机器人普及上限", "share of automatable tasks", 0.0, 1.0, "behaviour",
          "economy", "Adoption of robots that diffusion approaches."),
    Lever("automation.ai_ceiling", "Ceiling of AI adoption", "人工智能普及上限", "share of automatable tasks", 0.0, 1.0, "behaviour",
          "economy", "Adoption of AI that diffusion approaches."),
    Lever("automation.base_access", "Access of non-providers", "非技术提供国的获取程度", "share of the frontier", 0.0, 1.0, "behaviour",
          "economy", "Access to the frontier of economies that provide no automation technology; providers have 1."),
    Lever("automation.open_source", "Open-source models", "开源模型", "share of services", 0.0, 1.0, "behaviour", "economy",
          "Share of AI services that run on open-source models: raises access and the home share of AI services."),
    Lever("automation.technology_sharing", "Technology sharing", "技术共享", "share of the gap", 0.0, 1.0, "instrument", "economy",
          "Share of the remaining access gap that providers close by sharing technology."),
    Lever("automation.machine_saving", "Cost of machines per task", "机器成本系数", "ratio to labour cost", 0.0, 2.0, "behaviour", "scalar",
          "Base-year cost of machine services for a task, relative to the labour they replace (μ).", open_min=True),
    Lever("automation.wage_gradient", "Wage gradient of savings", "工资梯度", "elasticity", 0.0, 2.0, "behaviour", "scalar",
          "How much less machines save where labour is cheap (φ); 0 is the same saving everywhere."),
    Lever("automation.reinstatement", "New tasks for labour", "新任务比例", "share of displaced work", 0.0, 1.0, "behaviour", "scalar",
          "Share of displaced work that comes back as new labour tasks (ν)."),
    Lever("automation.robot_price_decline", "Fall of robot prices", "机器人价格年降幅", "per year", 0.0, 0.5, "behaviour", "scalar",
          "Yearly rate at which robot services get cheaper relative to their inputs."),
    Lever("automation.ai_price_decline", "Fall of AI prices", "人工智能价格年降幅", "per year", 0.0, 0.5, "behaviour", "scalar",
          "Yearly rate at which AI services get cheaper relative to their inputs."),
    Lever("automation.ai_home_share", "Home share of AI services", "人工智能服务本国比例", "share of purchases", 0.0, 1.0, "behaviour",
          "economy", "Share of AI services bought at home; the rest comes from the provider economies."),
    Lever("protection.sensitivity", "Protection per grievance", "保护主义敏感度", "tariff (1 = 100 %) per unit of grievance", 0.0, 10.0,
          "behaviour", "economy", "Rise of the tariff target for each unit of grievance."),
    Lever("protection.memory", "Memory of grievance", "不满情绪的持续性", "share a year", 0.0, 1.0, "behaviour", "economy",
          "Share of last year's grievance that is still felt."),
    Lever("protection.adjustment", "Speed of tariff policy", "关税调整速度", "share a year", 0.0, 1.0, "behaviour", "economy",
          "Share of the way to its target that a tariff moves within a year."),
    Lever("protection.cap", "Highest tariff increase", "关税增幅上限", "points on the tariff", 0.0, 10.0, "behaviour", "economy",
          "No economy adds more than this to its base tariff by itself."),
    Lever("protection.threshold", "Tolerated grievance", "不满容忍度", "grievance", 0.0, 10.0, "behaviour", "economy",
          "Grievance below this leaves tariffs alone."),
    Lever("protection.retaliation", "Retaliation", "报复系数", "points per point", 0.0, 2.0, "behaviour", "economy",
          "Points of tariff that answer each point a partner adds; the product of a pair's coefficients must stay below 1."),
    Lever("protection.weights.job_loss", "Weight of job loss", "就业流失权重", "weight", 0.0, 10.0, "behaviour", "scalar",
          "Weight of the relative loss of manufacturing employment in grievance."),
    Lever("protection.weights.import_penetration", "Weight of imports", "进口渗透权重", "weight", 0.0, 10.0, "behaviour", "scalar",
          "Weight of the rise of import penetration in grievance."),
    Lever("protection.weights.unemployment", "Weight of unemployment", "失业权重", "weight", 0.0, 10.0, "behaviour", "scalar",
          "Weight of the rise of the unemployment rate in grievance."),
    Lever("protection.weights.labour_share", "Weight of the labour share", "劳动份额权重", "weight", 0.0, 10.0, "behaviour", "scalar",
          "Weight of the fall of labour's share in income in grievance."),
    Lever("trust.initial", "Initial trust", "初始信任", "share", 0.0, 1.0, "behaviour", "scalar",
          "Bilateral trust in the base year; friction of trust is measured from here."),
    Lever("trust.hostility", "Loss of trust", "信任损失", "trust lost per 1.00 of tariff", 0.0, 10.0, "behaviour", "scalar",
          "Fall of a pair's trust when one adds a tariff of 100 % against the other; proportional below."),
    Lever("trust.recovery", "Recovery of trust", "信任恢复", "share a year", 0.0, 1.0, "behaviour", "scalar",
          "Share of the lost trust that comes back within a year without hostile acts."),
    Lever("trust.friction", "Friction of distrust", "不信任摩擦", "iceberg cost at zero trust", 0.0, 2.0, "behaviour", "scalar",
          "Iceberg cost that a pair without any trust adds to its trade."),
    Lever("automation.education_scale", "Scale of education spending", "教育支出尺度", "share of GDP", 0.0, 1.0, "behaviour", "scalar",
          "Lasting spending that closes 63 % of the gap between capability and its ceiling.", open_min=True),
    Lever("automation.education_speed", "Speed of education", "教育见效速度", "share a year", 0.0, 1.0, "behaviour", "scalar",
          "Share of the way to its target that capability moves within a year."),
    Lever("automation.capability_ceiling", "Ceiling of capability", "能力上限", "index", 0.0, 1.0, "behaviour", "scalar",
          "Capability that ever more spending approaches; an economy above it gains nothing."),
    Lever("ledger.documents", "Documentary saving", "单证成本节省", "iceberg cost saved", 0.0, 0.5, "behaviour", "scalar",
          "Share of the delivered cost of goods that members save on each other's documents where a customs border is crossed."),
    Lever("ledger.payments", "Payment saving", "支付结算成本节省", "iceberg cost saved", 0.0, 0.5, "behaviour", "scalar",
          "Share of the cost of all trade among members that cheaper payment and settlement saves."),
    Lever("ledger.entry_cost", "Entry cost of the ledger", "加入联盟链的初始成本", "share of GDP once", 0.0, 0.1, "behaviour", "economy",
          "Outlay in the first year of membership, bought from business services."),
    Lever("ledger.running_cost", "Running cost of the ledger", "联盟链的运行成本", "share of GDP a year", 0.0, 0.1, "behaviour", "economy",
          "Outlay in every year of membership, bought from business services."),
    Lever("ledger.horizon", "Horizon of joining", "加入决策期限", "years", 1.0, 100.0, "behaviour", "scalar",
          "Years over which the entry cost is spread when an economy decides whether to join."),
    Lever("ledger.patience", "Patience of members", "成员耐心", "years", 1.0, 200.0, "behaviour", "scalar",
          "Years in a row in which membership does not pay before a member leaves."),
    Lever("ledger.commitment", "Commitment among members", "成员承诺约束力", "share of the increment", 0.0, 1.0, "behaviour", "scalar",
          "Share by which members cut their own tariff increments against each other."),
    Lever("ledger.trust_shield", "Trust shield", "信任保护", "share of the loss", 0.0, 1.0, "behaviour", "scalar",
          "Share of a loss of trust between members that verified facts prevent."),
    Lever("ledger.trust_recovery", "Faster recovery of trust", "信任恢复加快", "share a year", 0.0, 1.0, "behaviour", "scalar",
          "Added to the yearly recovery of trust between members."),
    Lever("ledger.precision_gain", "Precision from the ledger", "联盟链提高的精准度", "share of the imprecision", 0.0, 1.0, "behaviour", "scalar",
          "Share of the untargeted part of a member's tariffs that verified data put on target."),
    Lever("ledger.lag_cut", "Lag saved by the ledger", "联盟链缩短的时滞", "share of the lag", 0.0, 1.0, "behaviour", "scalar",
          "Share of its policy lag that a member saves."),
    Lever("governance.lag", "Policy lag", "政策时滞", "years", 0.0, 20.0, "behaviour", "economy",
          "Years between observation and act beyond the one that every decision takes."),
    Lever("governance.precision", "Targeting precision", "政策精准度", "share of the increment", 0.0, 1.0, "behaviour", "economy",
          "Share of a tariff increment that hits its aim; the rest spreads evenly over foreign goods."),
    Lever("carbon.abatement_slope", "Slope of abatement costs", "减排成本斜率", "USD per tonne at full abatement", 0.0, 1e5, "behaviour", "scalar",
          "Marginal cost of abating the last tonne of a producer of mean intensity; costs rise linearly from 0.", open_min=True),
    Lever("carbon.income_gradient", "Income gradient of emissions", "排放的收入梯度", "elasticity", 0.0, 2.0, "behaviour", "scalar",
          "How much more poorer economies emit per dollar in the stylised set."),
)  # fmt: skip
