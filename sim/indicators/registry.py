"""The registry of indicators: id, labels, unit, formula and source. Code, tables, command line, report and app read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from decomp.terms import GROUPS, TERMS

#: Units; values are stored in them. Prices are those of the simulated year in the base year's world factor income.
RATIO, SHARE, MONEY, INDEX = "ratio", "share", "million USD", "index"
#: Where an indicator is defined: for economies, for the world ("WLD"), or both.
ECONOMY, WORLD, BOTH = "economy", "world", "economy and world"

#: Sources, named once.
SNA = "System of National Accounts 2008"
WWZ = "Wang, Wei & Zhu (2013), NBER WP 19677"
JN = "Johnson & Noguera (2012), Journal of International Economics 86"
BF = "Baqaee & Farhi (2024), Econometrica 92; Caliendo & Parro (2015)"
DESIGN = "definition of this project"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One tracked indicator."""

    id: str
    label_en: str
    label_zh: str
    unit: str
    formula: str
    source: str
    scope: str = BOTH

    def label(self, lang: str) -> str:
        """Label in a language, ``en`` or ``zh``."""
        return self.label_zh if lang == "zh" else self.label_en


_MACRO = (
    Indicator("real_income", "Real income", "实际收入", RATIO, "Î / P̂_C, net of policy outlays; world: base-income mean", SNA),
    Indicator("real_wage", "Real wage", "实际工资", RATIO, "ŵ / P̂_C per employed hour; world: wage-bill mean", SNA),
    Indicator("gdp", "Gross domestic product", "国内生产总值", MONEY, "wages + capital income + tariff revenue", SNA),
    Indicator("real_gdp", "Real gross domestic product", "实际国内生产总值", RATIO,
              "double-deflated value added at factor cost, chained yearly (Laspeyres); world: base-income mean", SNA),
    Indicator("tfp", "Total factor productivity", "全要素生产率", RATIO,
              "real GDP / (L̂^s K̂^(1−s)), s the mean labour share of both years, chained; world: base-value-added mean", "Solow (1957)"),
    Indicator("labour_share", "Labour's share of income", "劳动收入占比", SHARE, "wL / (wL + ρK)", SNA),
    Indicator("unemployment", "Unemployment", "失业率", SHARE, "u; world: labour-force mean", "Blanchflower & Oswald (1994)"),
    Indicator("employment", "Employment", "就业", RATIO, "L̂; world: mean weighted with base employment", SNA),
    Indicator("capital", "Capital stock", "资本存量", RATIO, "K̂ = (ρ̂ / P̂_C)^ε times the scenario's path", DESIGN, ECONOMY),
    Indicator("consumer_price", "Consumer prices", "消费价格", RATIO, "P̂_C in world factor income", DESIGN, ECONOMY),
    Indicator("terms_of_trade", "Terms of trade", "贸易条件", RATIO,
              "price index of exports over that of imports, before tariffs, base year = 1", SNA, ECONOMY),
    Indicator("theil", "Inequality between economies (Theil)", "经济体间不平等（泰尔指数）", INDEX,
              "Σ_r y_r ln(y_r / n_r), y share of base-price real GDP, n share of base-year population: "
              "inequality of GDP per head between economies, people weighted",
              "Theil (1967)", WORLD),
)  # fmt: skip

_WELFARE = tuple(
    Indicator(f"welfare_{part}", f"Real income: {en}", f"实际收入变化：{zh}", "log points", formula, source, ECONOMY)
    for part, en, zh, formula, source in (
        ("employment", "employment", "就业", "Σ_y w L dln L / I", BF),
        ("capital", "capital", "资本", "Σ_y ρ K dln K / I", BF),
        (
            "technology",
            "technology",
            "技术",
            "Σ_y (Σ_j X_j τ_j − Σ M dln κ) / I: automation, productivity, frictions",
            BF,
        ),
        ("terms_of_trade", "terms of trade", "贸易条件", "Σ_y (Σ E dln p − Σ M dln p) / I, before tariffs", BF),
        (
            "allocation",
            "volume of taxed trade",
            "受关税影响的贸易量",
            "Σ_y Σ t p κ dm / I: wedges times quantities; revenue and duties are its two sides",
            BF,
        ),
        ("outlays", "spending on policies", "政策支出", "change of ln(1 − outlays / I): education, ledgers", DESIGN),
        ("revenue", "tariff revenue", "关税收入", "Σ_y d(R/P) P / I, a side of welfare_allocation", BF),
        ("duties", "duties on what is bought", "购买中负担的关税", "welfare_allocation − welfare_revenue", BF),
        ("other", "remainder", "余项", "ln real income − the six parts: price index, transfers", DESIGN),
    )
)

_TRADE = (
    Indicator("exports", "Gross exports", "总出口", MONEY, "Σ_r Σ_i E_sr, basic prices", WWZ),
    Indicator("imports", "Gross imports", "总进口", MONEY, "Σ_s Σ_i E_sr, basic prices, before tariffs", WWZ, ECONOMY),
    Indicator("export_volume", "Export volume", "出口量", "million USD at base prices", "Σ E / (ĉ κ): what arrives", DESIGN),
    Indicator("vax", "Value-added exports", "增加值出口", MONEY, "T1 + … + T5: home value added absorbed abroad", JN),
    Indicator("vax_ratio", "Value-added export ratio", "增加值出口率", SHARE, "VAX / E", JN),
    Indicator("dva_share", "Domestic value in exports", "出口中的国内增加值占比", SHARE, "(T1 + … + T8) / E", WWZ),
    Indicator("vs_one_minus_dva", "Vertical specialisation (1 − DVA)", "垂直专业化率（1 − DVA）", SHARE,
              "1 − (T1 + … + T8) / E, as in the China–Korea paper", WWZ),
    Indicator("vs_foreign_content", "Vertical specialisation (foreign content)", "垂直专业化率（国外含量）", SHARE,
              "(T11 + … + T16) / E", "Hummels, Ishii & Yi (2001), Journal of International Economics 54"),
    Indicator("dva_share_labour_capital", "Domestic value in exports, labour and capital only", "出口中的国内增加值占比（仅劳动与资本）",
              SHARE, "(T1 + … + T8) / E with V = labour + capital, tariffs left out", DESIGN),
    Indicator("vs_foreign_content_labour_capital", "Foreign content, labour and capital only", "国外含量（仅劳动与资本）", SHARE,
              "(T11 + … + T16) / E with V = labour + capital, tariffs left out", DESIGN),
    Indicator("tariff_content", "Tariffs on inputs in exports", "出口中的关税含量", SHARE,
              "Σ_t τ_t B_t E / E, τ the tariff on inputs per unit of output", DESIGN),
    Indicator("gvc_forward", "Forward participation in value chains", "价值链前向参与度", SHARE, "(T3 + T4 + T5) / E", WWZ),
    Indicator("gvc_backward", "Backward participation in value chains", "价值链后向参与度", SHARE, "(T11 + … + T16) / E", WWZ),
    Indicator("interdependence", "Trade interdependence", "贸易相互依存", SHARE,
              "Σ_{s≠r} W / Σ W, W[s, r] = V_s B_s Y_r with V = labour + capital", JN, WORLD),
    Indicator("interdependence_with_tariffs", "Trade interdependence, tariffs counted as value", "贸易相互依存（含关税）", SHARE,
              "Σ_{s≠r} W / Σ W with V = labour + capital + tariffs on inputs", JN, WORLD),
    Indicator("import_dependence", "Foreign value in home use", "本国使用中的国外增加值占比", SHARE,
              "Σ_{s≠r} W[s, r] / Σ_s W[s, r], V = labour + capital", JN, ECONOMY),
    Indicator("export_dependence", "Home value used abroad", "本国增加值的国外使用占比", SHARE,
              "Σ_{r≠s} W[s, r] / Σ_r W[s, r], V = labour + capital", JN, ECONOMY),
)  # fmt: skip

_INDUSTRY = (
    Indicator("manufacturing_va_share", "Manufacturing in value added", "制造业增加值占比", SHARE,
              "labour and capital income of manufacturing / of all sectors", SNA),
    Indicator("manufacturing_employment_share", "Manufacturing in employment", "制造业就业占比", SHARE,
              "wage bill of manufacturing / of all sectors (efficiency units); world: base-employment mean", SNA),
    Indicator("manufacturing_employment", "Manufacturing employment", "制造业就业", RATIO,
              "wage bill of manufacturing / ŵ, base year = 1; world: base-wage mean", SNA),
    Indicator("import_penetration", "Import penetration of manufactures", "制造品进口渗透率", SHARE,
              "imports / (output − exports + imports) of manufactures, basic prices", SNA),
    Indicator("manufacturing_export_share", "Share of world manufacturing exports in value added", "占世界制造业增加值出口份额", SHARE,
              "Σ_{i in manufacturing} T1 … T8 over the world's", WWZ),
    Indicator("us_china_manufacturing_share", "United States and China in manufacturing exports", "中美占世界制造业增加值出口份额", SHARE,
              "sum of manufacturing_export_share of USA and CHN", DESIGN, WORLD),
    Indicator("leaders_manufacturing_share", "Automation leaders in manufacturing exports", "自动化领先者占世界制造业增加值出口份额",
              SHARE, "sum of manufacturing_export_share of the group automation-leaders", DESIGN, WORLD),
    Indicator("manufacturing_concentration", "Concentration of manufacturing exports", "制造业出口集中度", INDEX,
              "Herfindahl–Hirschman index Σ_s share² of manufacturing_export_share", "Hirschman (1964)", WORLD),
    Indicator("rca_labour_intensive", "Revealed advantage in labour-intensive goods", "劳动密集型产品的显性比较优势", RATIO,
              "(DVA of c4, c5, c16 / DVA) over the world's, T1 … T8; the world's is 1", "Balassa (1965) in value-added terms"),
    Indicator("reversal_labour_abundance", "Advantage follows cheap labour", "比较优势与劳动丰裕度的相关", INDEX,
              "correlation over economies (ROW left out) of (RCA − 1)/(RCA + 1) in labour-intensive goods with −ln GDP per "
              "worker in the base year: positive = Heckscher–Ohlin (N1.1), toward zero or negative = weakened or reversed (N1.2)",
              DESIGN, WORLD),
    Indicator("reversal_robots", "Advantage follows robots", "比较优势与机器人普及率的相关", INDEX,
              "correlation over economies (ROW left out) of (RCA − 1)/(RCA + 1) in labour-intensive goods with robot adoption K^R",
              DESIGN, WORLD),
    Indicator("reversal_gain", "Advantage moves to where machines work", "比较优势向机器密集处转移", INDEX,
              "correlation over economies (ROW left out) of the change of (RCA − 1)/(RCA + 1) in labour-intensive goods since "
              "the base year with the share of these sectors' labour tasks that machines took (N1.2: most where machines are used most)",
              DESIGN, WORLD),
    Indicator("bloc_trade", "Value added absorbed across blocs", "跨阵营吸收的增加值占比", SHARE,
              "(Σ_{s in a, r in b} W + Σ_{s in b, r in a} W) / Σ_{r in a or b} Σ_s W; a, b: the first two groups of the scenario "
              "named bloc…, else western-bloc and eastern-bloc", DESIGN, WORLD),
    Indicator("decoupling", "Decoupling of the blocs", "阵营脱钩程度", SHARE,
              "1 − bloc_trade / bloc_trade of the base year: 0 unchanged, 1 complete, below 0 closer", DESIGN, WORLD),
    Indicator("bloc_polarisation", "Foreign value absorbed inside blocs", "阵营内部的跨境增加值占比", SHARE,
              "Σ_{s≠r of the same bloc} W / Σ_{s≠r} W: 1 when no bloc trades with another economy", DESIGN, WORLD),
)  # fmt: skip

_CONDUCT = (
    Indicator("mean_tariff", "Mean tariff on goods", "货物平均关税", SHARE, "Σ M⁰ t / Σ M⁰ over foreign goods, base-year imports", DESIGN),
    Indicator("tariff_revenue", "Tariff revenue", "关税收入", MONEY, "Σ t · (Z + Y) over imports", SNA),
    Indicator("robots", "Robot adoption", "机器人普及率", SHARE, "K^R; world: mean weighted with base value added", DESIGN),
    Indicator("ai", "AI adoption", "人工智能普及率", SHARE, "K^A; world: mean weighted with base value added", DESIGN),
    Indicator("displaced_labour", "Tasks taken by machines", "机器替代的劳动任务占比", SHARE,
              "Σ_j δ_j w⁰L⁰_j / Σ_j w⁰L⁰_j since the base year, after new tasks", "Acemoglu & Restrepo (2019)"),
    Indicator("trust", "Trust", "信任", INDEX, "mean trust between an economy and its partners, base-year trade weights", DESIGN),
    Indicator("grievance", "Grievance", "不满", INDEX, "m g + Σ_k w_k loss_k; world: mean weighted with base value added", DESIGN),
)  # fmt: skip

_COOPERATION = (
    Indicator("ledger", "Ledger membership", "联盟链成员", "members", "1 for a member of the ledger; world: number of members", DESIGN),
    Indicator("ledger_trade_share", "Trade on the ledger", "联盟链上的贸易占比", SHARE,
              "exports and imports among members / all exports and imports", DESIGN),
    Indicator("capability", "Capability for new machines", "应用新技术的能力", INDEX,
              "h: preparedness of the base year plus what education adds; world: mean weighted with base value added", DESIGN),
    Indicator("policy_outlays", "Spending on education and the ledger", "教育与联盟链支出占比", SHARE,
              "spending on AI education and infrastructure and on the ledger / GDP", DESIGN),
    Indicator("carbon_price", "Carbon price", "碳价", "USD per tonne", "price at which allowances among members clear; 0 without a market or a cap that binds", DESIGN, WORLD),
    Indicator("carbon_emissions", "Emissions under the cap", "配额覆盖的排放", "kilotonnes of CO2",
              "Σ_j intensity · real output of last year · (1 − abated share), members only", DESIGN),
    Indicator("carbon_sales", "Net sales of allowances", "碳配额净销售", MONEY, "price · (allowances − emissions)", DESIGN, ECONOMY),
)  # fmt: skip


def _from_decomp() -> tuple[Indicator, ...]:
    """The sixteen terms and their groups, summed over an exporter's partners, as indicators."""
    terms = tuple(Indicator(t.code, t.label_en, t.label_zh, MONEY, f"T{t.number} = {t.equation}", WWZ) for t in TERMS)
    return terms + tuple(Indicator(g.code, g.label_en, g.label_zh, MONEY, g.equation, WWZ) for g in GROUPS)


#: Indicators by id, in the order in which tables list them.
INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {one.id: one for one in (*_MACRO, *_WELFARE, *_TRADE, *_INDUSTRY, *_CONDUCT, *_COOPERATION, *_from_decomp())}
)

#: What is tracked for every pair of economies: id, unit and meaning, exporter s to importer r.
PAIR_INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {
        one.id: one
        for one in (
            INDICATORS["exports"],
            *_from_decomp(),
            INDICATORS["vs_one_minus_dva"],
            INDICATORS["vs_foreign_content"],
            Indicator("tariff", "Mean tariff on goods", "货物平均关税", SHARE,
                      "Σ_i M⁰ t / Σ_i M⁰ that the importer levies on the exporter's goods", DESIGN),
            Indicator("trust", "Trust", "信任", INDEX, "mean of the two sides' trust in each other", DESIGN),
            Indicator("value_added_absorbed", "Value added absorbed", "被吸收的增加值", MONEY,
                      "W[s, r] = V_s B_s Y_r with V = labour + capital", JN),
            Indicator("dependence", "Dependence on the exporter's value added", "对出口方增加值的依存度", SHARE,
                      "D[r, s] = W[s, r] / Σ_s W[s, r]", JN),
        )
    }
)  # fmt: skip
