"""The registry of indicators: id, labels, unit, formula, source, and which of them each place shows.

Code, tables, command line, report and explorer read it. A new indicator is its entry, its formula, the places that show
it, and a line where its values are set (:mod:`sim.indicators.track`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from decomp.terms import GROUPS, TERMS

#: Units; values are stored in them. Prices are those of the simulated year in the base year's world factor income.
RATIO, SHARE, MONEY, INDEX, LOG = "ratio", "share", "million USD", "index", "log points"
#: Where an indicator is defined: for economies, for the world ("WLD"), or both.
ECONOMY, WORLD, BOTH = "economy", "world", "economy and world"

#: Sources, named once.
SNA = "System of National Accounts 2008"
WWZ = "Wang, Wei & Zhu (2013), NBER WP 19677"
JN = "Johnson & Noguera (2012), Journal of International Economics 86"
HIY = "Hummels, Ishii & Yi (2001), Journal of International Economics 54"
BF = "Baqaee & Farhi (2024), Econometrica 92; Caliendo & Parro (2015)"
DESIGN = "definition of this project"

#: Indicators that several places show, in the order of prominence.
_HEADLINE = (
    "interdependence",
    "vs_foreign_content",
    "mean_tariff",
    "us_china_manufacturing_share",
    "dva_share",
    "real_income",
)
_FIRST = (*_HEADLINE, "vs_one_minus_dva", "real_wage", "labour_share", "unemployment")
_AGENTS = ("robots", "ai", "trust")
_REVERSAL = ("reversal_labour_abundance", "reversal_robots", "reversal_gain")
_MANUFACTURING = ("manufacturing_va_share", "manufacturing_employment_share", "manufacturing_export_share")
#: Which indicators each place shows (or, where it says so, keeps), in its order; the names of places are no contract.
PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # the report's sentence and cards: the first four of these that a run has
        "headline": _HEADLINE,
        # the laboratory's numbers; the sentence about each scenario of a comparison
        "numbers": ("interdependence", "vs_foreign_content", "mean_tariff", "real_income"),
        # charts of the laboratory, choices of the page Compare
        "lab": (*_FIRST, "export_volume", "manufacturing_va_share", *_AGENTS, "grievance", "displaced_labour", "theil"),
        # the report's panels of what drives a run; by economy and year on the page Agents
        "drivers": ("mean_tariff", *_AGENTS, "unemployment", "labour_share"),
        "agents": ("grievance", "mean_tariff", "trust", "ledger", "robots", "ai", "unemployment"),
        # `unweave compare`, of the world and of each economy; the page Compare, of the world
        "compare": (*_FIRST, *_AGENTS, "theil"),
        "compare_economies": ("real_income", "vs_foreign_content", "manufacturing_va_share", "unemployment"),
        "comparison": (*_FIRST, "export_volume", *_AGENTS, "theil"),
        # of the world, with bands: report and command line
        "bands": (
            "interdependence",
            "vs_foreign_content",
            "us_china_manufacturing_share",
            "labour_share",
            "unemployment",
        ),
        # attributed to channels unless others are asked for
        "attribution": ("interdependence", "vs_foreign_content", "vs_one_minus_dva", "import_dependence"),
        # kept of the runs that a run is set against; kept of the members of a sweep unless others are asked for, and its summary
        "companions": (*_FIRST, "tfp", "theil", "leaders_manufacturing_share", *_REVERSAL, *_MANUFACTURING),
        "sweep": (*_FIRST, "manufacturing_va_share", *_AGENTS, "grievance"),
        "sweep_summary": ("interdependence", "vs_foreign_content"),
    }
)

#: How each is computed.
FORMULAS: Mapping[str, str] = {
    # Income, prices, factors
    "real_income": "Î / P̂_C, net of policy outlays; world: base-income mean",
    "real_wage": "ŵ / P̂_C per employed hour; world: wage-bill mean",
    "gdp": "wages + capital income + tariff and export-tax revenue",
    "real_gdp": "double-deflated value added at factor cost, chained yearly (Laspeyres); world: base-income mean",
    "tfp": "real GDP / (L̂^s K̂^(1−s)), s the mean labour share of both years, chained; world: base-value-added mean",
    "labour_share": "wL / (wL + ρK)",
    "unemployment": "u; world: labour-force mean",
    "employment": "L̂; world: mean weighted with base employment",
    "capital": "K̂ = (ρ̂ / P̂_C)^ε times the scenario's path",
    "consumer_price": "P̂_C in world factor income",
    "terms_of_trade": "price index of exports over that of imports, before tariffs, base year = 1",
    "theil": "Σ_r y_r ln(y_r / n_r), y share of base-price real GDP, n share of base-year population: inequality of "
    "GDP per head between economies, people weighted",
    # Parts of the change of real income since the base year
    "welfare_employment": "Σ_y w L dln L / I",
    "welfare_capital": "Σ_y ρ K dln K / I",
    "welfare_technology": "Σ_y (Σ_j X_j τ_j − Σ M dln κ) / I: automation, productivity, frictions",
    "welfare_terms_of_trade": "Σ_y (Σ E dln p − Σ M dln p) / I, before tariffs",
    "welfare_allocation": "Σ_y Σ t p κ dm / I: wedges times quantities; revenue and duties are its two sides",
    "welfare_outlays": "change of ln(1 − outlays / I): education, ledgers",
    "welfare_revenue": "Σ_y d(R/P) P / I, a side of welfare_allocation",
    "welfare_duties": "welfare_allocation − welfare_revenue",
    "welfare_other": "ln real income − the six parts: price index, transfers",
    # Trade and value chains
    "exports": "Σ_r Σ_i E_sr, basic prices",
    "imports": "Σ_s Σ_i E_sr, basic prices, before tariffs",
    "export_volume": "Σ E / (ĉ κ): what arrives",
    "vax": "T1 + … + T5: home value added absorbed abroad",
    "vax_ratio": "VAX / E",
    "dva_share": "(T1 + … + T8) / E",
    "vs_one_minus_dva": "1 − (T1 + … + T8) / E, as in the China–Korea paper",
    "vs_foreign_content": "(T11 + … + T16) / E",
    "dva_share_labour_capital": "(T1 + … + T8) / E with V = labour + capital, trade taxes left out",
    "vs_foreign_content_labour_capital": "(T11 + … + T16) / E with V = labour + capital, trade taxes left out",
    "tariff_content": "Σ_t τ_t B_t E / E, τ tariffs on inputs and export taxes per unit of output",
    "gvc_forward": "(T3 + T4 + T5) / E",
    "gvc_backward": "(T11 + … + T16) / E",
    "interdependence": "Σ_{s≠r} W / Σ W, W[s, r] = V_s B_s Y_r with V = labour + capital",
    "interdependence_with_tariffs": "Σ_{s≠r} W / Σ W with V = labour + capital + tariffs on inputs + export taxes",
    "import_dependence": "Σ_{s≠r} W[s, r] / Σ_s W[s, r], V = labour + capital",
    "export_dependence": "Σ_{r≠s} W[s, r] / Σ_r W[s, r], V = labour + capital",
    # Manufacturing, advantage, blocs
    "manufacturing_va_share": "labour and capital income of manufacturing / of all sectors",
    "manufacturing_employment_share": "wage bill of manufacturing / of all sectors (efficiency units); world: base-employment mean",
    "manufacturing_employment": "wage bill of manufacturing / ŵ, base year = 1; world: base-wage mean",
    "import_penetration": "imports / (output − exports + imports) of manufactures, basic prices",
    "manufacturing_export_share": "Σ_{i in manufacturing} T1 … T8 over the world's",
    "us_china_manufacturing_share": "sum of manufacturing_export_share of USA and CHN",
    "leaders_manufacturing_share": "sum of manufacturing_export_share of the group automation-leaders",
    "manufacturing_concentration": "Herfindahl–Hirschman index Σ_s share² of manufacturing_export_share",
    "rca_labour_intensive": "(DVA of c4, c5, c16 / DVA) over the world's, T1 … T8; the world's is 1",
    "reversal_labour_abundance": "correlation over economies (ROW left out) of (RCA − 1)/(RCA + 1) in labour-intensive goods with −ln GDP "
    "per worker in the base year: positive = Heckscher–Ohlin (N1.1), toward zero or negative = weakened or "
    "reversed (N1.2)",
    "reversal_robots": "correlation over economies (ROW left out) of (RCA − 1)/(RCA + 1) in labour-intensive goods with robot "
    "adoption K^R",
    "reversal_gain": "correlation over economies (ROW left out) of the change of (RCA − 1)/(RCA + 1) in labour-intensive "
    "goods since the base year with the share of these sectors' labour tasks that machines took (N1.2: most "
    "where machines are used most)",
    "bloc_trade": "(Σ_{s in a, r in b} W + Σ_{s in b, r in a} W) / Σ_{r in a or b} Σ_s W; a, b: the first two groups of "
    "the scenario named bloc…, else western-bloc and eastern-bloc",
    "decoupling": "1 − bloc_trade / bloc_trade of the base year: 0 unchanged, 1 complete, below 0 closer",
    "bloc_polarisation": "Σ_{s≠r of the same bloc} W / Σ_{s≠r} W: 1 when no bloc trades with another economy",
    # What agents decide
    "mean_tariff": "Σ M⁰ t / Σ M⁰ over foreign goods, base-year imports",
    "tariff_revenue": "Σ t · (Z + Y) over imports",
    "robots": "K^R; world: mean weighted with base value added",
    "ai": "K^A; world: mean weighted with base value added",
    "displaced_labour": "Σ_j δ_j w⁰L⁰_j / Σ_j w⁰L⁰_j since the base year, after new tasks",
    "trust": "mean trust between an economy and its partners, base-year trade weights",
    "grievance": "m g + Σ_k w_k loss_k; world: mean weighted with base value added",
    # Ledger, capability, carbon
    "ledger": "1 for a member of the ledger; world: number of members",
    "ledger_trade_share": "exports and imports among members / all exports and imports",
    "capability": "h: preparedness of the base year plus what education adds; world: mean weighted with base value added",
    "policy_outlays": "spending on AI education and infrastructure and on the ledger / GDP",
    "carbon_price": "price at which allowances among members clear; 0 without a market or a cap that binds",
    "carbon_emissions": "Σ_j intensity · real output of last year · (1 − abated share), members only",
    "carbon_sales": "price · (allowances − emissions)",
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One tracked indicator."""

    id: str
    label_en: str
    label_zh: str
    unit: str
    source: str
    scope: str = BOTH
    formula: str = ""

    def label(self, lang: str) -> str:
        """Label in a language, ``en`` or ``zh``."""
        return self.label_zh if lang == "zh" else self.label_en

    @property
    def shown(self) -> tuple[str, ...]:
        """The places that show it, see :data:`PLACES`."""
        return tuple(place for place, ids in PLACES.items() if self.id in ids)


_OF_WORLD = "占世界制造业增加值出口份额"
#: id, labels, unit, source, and the scope where it is not both.
_TRACKED: tuple[tuple[str, ...], ...] = (
    ("real_income", "Real income", "实际收入", RATIO, SNA),
    ("real_wage", "Real wage", "实际工资", RATIO, SNA),
    ("gdp", "Gross domestic product", "国内生产总值", MONEY, SNA),
    ("real_gdp", "Real gross domestic product", "实际国内生产总值", RATIO, SNA),
    ("tfp", "Total factor productivity", "全要素生产率", RATIO, "Solow (1957)"),
    ("labour_share", "Labour's share of income", "劳动收入占比", SHARE, SNA),
    ("unemployment", "Unemployment", "失业率", SHARE, "Blanchflower & Oswald (1994)"),
    ("employment", "Employment", "就业", RATIO, SNA),
    ("capital", "Capital stock", "资本存量", RATIO, DESIGN, ECONOMY),
    ("consumer_price", "Consumer prices", "消费价格", RATIO, DESIGN, ECONOMY),
    ("terms_of_trade", "Terms of trade", "贸易条件", RATIO, SNA, ECONOMY),
    ("theil", "Inequality between economies (Theil)", "经济体间不平等（泰尔指数）", INDEX, "Theil (1967)", WORLD),
    *(
        (f"welfare_{part}", f"Real income: {en}", f"实际收入变化：{zh}", LOG, source, ECONOMY)
        for part, en, zh, source in (
            ("employment", "employment", "就业", BF),
            ("capital", "capital", "资本", BF),
            ("technology", "technology", "技术", BF),
            ("terms_of_trade", "terms of trade", "贸易条件", BF),
            ("allocation", "volume of taxed trade", "受关税影响的贸易量", BF),
            ("outlays", "spending on policies", "政策支出", DESIGN),
            ("revenue", "tariff revenue", "关税收入", BF),
            ("duties", "duties on what is bought", "购买中负担的关税", BF),
            ("other", "remainder", "余项", DESIGN),
        )
    ),
    ("exports", "Gross exports", "总出口", MONEY, WWZ),
    ("imports", "Gross imports", "总进口", MONEY, WWZ, ECONOMY),
    ("export_volume", "Export volume", "出口量", "million USD at base prices", DESIGN),
    ("vax", "Value-added exports", "增加值出口", MONEY, JN),
    ("vax_ratio", "Value-added export ratio", "增加值出口率", SHARE, JN),
    ("dva_share", "Domestic value in exports", "出口中的国内增加值占比", SHARE, WWZ),
    ("vs_one_minus_dva", "Vertical specialisation (1 − DVA)", "垂直专业化率（1 − DVA）", SHARE, WWZ),
    ("vs_foreign_content", "Vertical specialisation (foreign content)", "垂直专业化率（国外含量）", SHARE, HIY),
    *(
        (f"{id}_labour_capital", f"{en}, labour and capital only", f"{zh}（仅劳动与资本）", SHARE, DESIGN)
        for id, en, zh in (
            ("dva_share", "Domestic value in exports", "出口中的国内增加值占比"),
            ("vs_foreign_content", "Foreign content", "国外含量"),
        )
    ),
    ("tariff_content", "Tariffs on inputs in exports", "出口中的关税含量", SHARE, DESIGN),
    ("gvc_forward", "Forward participation in value chains", "价值链前向参与度", SHARE, WWZ),
    ("gvc_backward", "Backward participation in value chains", "价值链后向参与度", SHARE, WWZ),
    ("interdependence", "Trade interdependence", "贸易相互依存", SHARE, JN, WORLD),
    (
        "interdependence_with_tariffs",
        "Trade interdependence, tariffs counted as value",
        "贸易相互依存（含关税）",
        SHARE,
        JN,
        WORLD,
    ),
    ("import_dependence", "Foreign value in home use", "本国使用中的国外增加值占比", SHARE, JN, ECONOMY),
    ("export_dependence", "Home value used abroad", "本国增加值的国外使用占比", SHARE, JN, ECONOMY),
    ("manufacturing_va_share", "Manufacturing in value added", "制造业增加值占比", SHARE, SNA),
    ("manufacturing_employment_share", "Manufacturing in employment", "制造业就业占比", SHARE, SNA),
    ("manufacturing_employment", "Manufacturing employment", "制造业就业", RATIO, SNA),
    ("import_penetration", "Import penetration of manufactures", "制造品进口渗透率", SHARE, SNA),
    ("manufacturing_export_share", "Share of world manufacturing exports in value added", _OF_WORLD, SHARE, WWZ),
    *(
        (f"{group}_manufacturing_share", f"{en} in manufacturing exports", f"{zh}{_OF_WORLD}", SHARE, DESIGN, WORLD)
        for group, en, zh in (
            ("us_china", "United States and China", "中美"),
            ("leaders", "Automation leaders", "自动化领先者"),
        )
    ),
    (
        "manufacturing_concentration",
        "Concentration of manufacturing exports",
        "制造业出口集中度",
        INDEX,
        "Hirschman (1964)",
        WORLD,
    ),
    (
        "rca_labour_intensive",
        "Revealed advantage in labour-intensive goods",
        "劳动密集型产品的显性比较优势",
        RATIO,
        "Balassa (1965) in value-added terms",
    ),
    ("reversal_labour_abundance", "Advantage follows cheap labour", "比较优势与劳动丰裕度的相关", INDEX, DESIGN, WORLD),
    ("reversal_robots", "Advantage follows robots", "比较优势与机器人普及率的相关", INDEX, DESIGN, WORLD),
    ("reversal_gain", "Advantage moves to where machines work", "比较优势向机器密集处转移", INDEX, DESIGN, WORLD),
    ("bloc_trade", "Value added absorbed across blocs", "跨阵营吸收的增加值占比", SHARE, DESIGN, WORLD),
    ("decoupling", "Decoupling of the blocs", "阵营脱钩程度", SHARE, DESIGN, WORLD),
    ("bloc_polarisation", "Foreign value absorbed inside blocs", "阵营内部的跨境增加值占比", SHARE, DESIGN, WORLD),
    ("mean_tariff", "Mean tariff on goods", "货物平均关税", SHARE, DESIGN),
    ("tariff_revenue", "Tariff revenue", "关税收入", MONEY, SNA),
    ("robots", "Robot adoption", "机器人普及率", SHARE, DESIGN),
    ("ai", "AI adoption", "人工智能普及率", SHARE, DESIGN),
    ("displaced_labour", "Tasks taken by machines", "机器替代的劳动任务占比", SHARE, "Acemoglu & Restrepo (2019)"),
    ("trust", "Trust", "信任", INDEX, DESIGN),
    ("grievance", "Grievance", "不满", INDEX, DESIGN),
    ("ledger", "Ledger membership", "联盟链成员", "members", DESIGN),
    ("ledger_trade_share", "Trade on the ledger", "联盟链上的贸易占比", SHARE, DESIGN),
    ("capability", "Capability for new machines", "应用新技术的能力", INDEX, DESIGN),
    ("policy_outlays", "Spending on education and the ledger", "教育与联盟链支出占比", SHARE, DESIGN),
    ("carbon_price", "Carbon price", "碳价", "USD per tonne", DESIGN, WORLD),
    ("carbon_emissions", "Emissions under the cap", "配额覆盖的排放", "kilotonnes of CO2", DESIGN),
    ("carbon_sales", "Net sales of allowances", "碳配额净销售", MONEY, DESIGN, ECONOMY),
)
#: The sixteen terms and their groups, summed over an exporter's partners (or of a pair), as indicators.
_DECOMPOSED = {
    t.code: Indicator(t.code, t.label_en, t.label_zh, MONEY, WWZ, formula=f"T{t.number} = {t.equation}") for t in TERMS
} | {g.code: Indicator(g.code, g.label_en, g.label_zh, MONEY, WWZ, formula=g.equation) for g in GROUPS}

#: Indicators by id, in the order in which tables list them.
INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {row[0]: replace(Indicator(*row), formula=FORMULAS[row[0]]) for row in _TRACKED} | _DECOMPOSED
)

_OF_PAIRS: tuple[tuple[str, ...], ...] = (
    ("tariff", "Mean tariff on goods", "货物平均关税", SHARE, DESIGN),
    ("trust", "Trust", "信任", INDEX, DESIGN),
    ("value_added_absorbed", "Value added absorbed", "被吸收的增加值", MONEY, JN),
    ("dependence", "Dependence on the exporter's value added", "对出口方增加值的依存度", SHARE, JN),
)
_PAIR_FORMULAS = {
    "tariff": "Σ_i M⁰ t / Σ_i M⁰ that the importer levies on the exporter's goods",
    "trust": "mean of the two sides' trust in each other",
    "value_added_absorbed": "W[s, r] = V_s B_s Y_r with V = labour + capital",
    "dependence": "D[r, s] = W[s, r] / Σ_s W[s, r]",
}
#: What is tracked for every pair of economies, exporter s to importer r, by id.
PAIR_INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {"exports": INDICATORS["exports"]}
    | _DECOMPOSED
    | {id: INDICATORS[id] for id in ("vs_one_minus_dva", "vs_foreign_content")}
    | {row[0]: replace(Indicator(*row), formula=_PAIR_FORMULAS[row[0]]) for row in _OF_PAIRS}
)
