"""The page Assumptions as data, straight from the registries: parameters, levers, indicators, terms, data, and what speaks for them.

That is printed figures beside ours, sizes beside the literature's, and the words of the subject in both languages.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import pandas as pd
from pandas import DataFrame

from decomp.codes import rows_in
from decomp.io import bundled_names, load
from decomp.names import data_rows, estimate_text
from decomp.structure import structure_of
from decomp.terms import GROUPS, TERMS, label
from sim.calibration import parameters
from sim.charts.figure import Figure
from sim.charts.lines import printed
from sim.explorer.contents import framed
from sim.explorer.contents.flows import Flow, Source
from sim.explorer.setups.levers import CONTROLS, SIGNED
from sim.indicators import INDICATORS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.report.evidence import sizings
from sim.report.names import Names, parameter_label
from sim.runs.saved import Run
from sim.texts import Texts, catalogue
from sim.texts.formats import number

#: Calibration files with the column that names the quantity; without one the file is the quantity.
CALIBRATED = {"countries": "parameter", "elasticities": "set", "exposure": "kind", "labour_profile": "file"}
CALIBRATED |= {"ai_providers": "file", "emissions": "file", "types": "parameter", "facts": "fact"}
#: First words of the status of a parameter, from firm to soft.
STATUSES = ("data", "literature", "judgement")
#: Columns of the downloaded table of parameters.
PARAMETER_COLUMNS = "id label value default changed low high unit effect sign status source note"
#: Accounting behind everything, from the table to the sixteen terms and to the equilibrium.
EQUATIONS = tuple((row["name"], row["equation"]) for row in rows_in("sim.explorer.contents", "equations.csv"))
#: Columns of the published table: vertical specialisation in % of exports, and its parts in % of it.
MEASURES = ("vs_share", "mva", "ova", "fdc", "fva_fin", "fva_int")
#: The order of play of one simulated year.
PLAY = ("observe", "decide", "solve", "table", "decompose", "track")
#: Our own critiques of the model.
CRITIQUES = 8


def parameter_table(run: Run | None, texts: Texts) -> DataFrame:
    """Every parameter with its value in the run, columns :data:`PARAMETER_COLUMNS`; ``changed``: not the default there."""
    used = {} if run is None else {str(row["id"]): row for row in run["assumptions"].to_dict("records")}
    rows = []
    for id, entry in parameters().items():
        own = used.get(id, {"value": f"{entry.value:g}", "changed": False})
        row = {"id": id, "label": parameter_label(id, texts), "default": f"{entry.value:g}", "effect": "", "sign": 0}
        if (control := CONTROLS.get(SIGNED.get(id, ""))) is not None:  # what it moves, and whereto: both are tested
            name = INDICATORS[control.moves].label(texts.lang)
            row["effect"] = texts("method.raises" if control.sign > 0 else "method.lowers", name=name)
            row["sign"] = control.sign
        row |= {key: getattr(entry, key) for key in ("low", "high", "unit", "status", "source", "note")}
        rows.append(row | {"value": str(own["value"]), "changed": bool(own["changed"])})
    for id, own in used.items():
        if run is not None and id not in parameters():  # an override for one economy
            words = {key: str(own[key]) for key in ("value", "default", "unit", "status", "source", "note")}
            label = Names.of(run, texts).parameter(id)
            ends = {"low": own["low"], "high": own["high"], "changed": bool(own["changed"])}
            rows.append({"id": id, "label": label, "effect": "", "sign": 0} | words | ends)
    return DataFrame(rows)[PARAMETER_COLUMNS.split()]


def filtered(frame: DataFrame, words: str, statuses: Sequence[str] = (), *, changed: bool = False) -> DataFrame:
    """Rows that hold every word in some column, with one of the statuses, and changed if asked for."""
    for word in words.casefold().split():
        hit = frame.astype(str).apply(lambda column, word=word: column.str.casefold().str.contains(word, regex=False))
        frame = frame[hit.any(axis=1)]
    if statuses:
        frame = frame[frame["status"].astype(str).str.startswith(tuple(statuses))]
    return frame[frame["changed"]] if changed else frame


def lever_table(texts: Texts) -> DataFrame:
    """Every lever of policies and every kind of event."""
    rows = [
        (row.id, used_as, getattr(row, f"label_{texts.lang}"), row.unit, row.allowed, row.kind, row.shape, row.meaning)
        for used_as, registry in (("policy", POLICY), ("event", EVENT))
        for row in registry.values()
    ]
    return framed(rows, "id used_as label unit allowed kind applies_to meaning")


def indicator_table(texts: Texts) -> DataFrame:
    """Every indicator with its formula; those of pairs only come last."""
    pairs = {id: entry for id, entry in PAIR_INDICATORS.items() if id not in INDICATORS}
    rows = [
        (id, entry.label(texts.lang), entry.unit, entry.formula, "pair" if id in pairs else entry.scope, entry.source)
        for id, entry in {**INDICATORS, **pairs}.items()
    ]
    return framed(rows, "id label unit formula scope source")


def term_table(texts: Texts) -> DataFrame:
    """The sixteen terms with their equations, then their sums."""
    rows = [(f"T{term.number}", term.code, label(term.code, texts.lang), term.equation) for term in TERMS]
    rows += [("Σ", group.code, label(group.code, texts.lang), group.equation) for group in GROUPS]
    return framed(rows, "term code label equation")


def check_table(run: Run, texts: Texts) -> DataFrame:
    """The worst value of each accounting check over the years of a run."""
    checks = run["checks"].assign(worst=run["checks"]["value"].abs())
    frame = checks.groupby("check", sort=False).agg(
        worst=("worst", "max"), tolerance=("tolerance", "first"), years=("year", "size"), passed=("passed", "all")
    )
    frame.insert(0, "label", [texts.get(f"check.{name}") or str(name) for name in frame.index])
    return frame.reset_index()


def table_list() -> DataFrame:
    """The bundled tables: size, year, unit, what is estimated, source, licence and checksum."""
    tables = {name: load(name) for name in bundled_names()}
    rows = [
        (name, one.year, one.G, one.N, one.unit, one.estimate or "", one.source, one.licence, one.checksum()[:12])
        for name, one in tables.items()
    ]
    return framed(rows, "table year economies sectors unit estimate source licence checksum")


@lru_cache(maxsize=64)
def estimate_of(table: str, lang: str) -> str:
    """What of a bundled table is estimated, in a language; empty for exact tables and for those that are not bundled."""
    return estimate_text(load(table).estimate, lang) if table in bundled_names() else ""


def source_list() -> DataFrame:
    """What is calibrated besides the parameters: each quantity with the number of values, their sources and statuses."""
    rows = []
    for file, first in CALIBRATED.items():
        with (files("sim.calibration") / f"{file}.csv").open(encoding="utf-8") as stream:
            frame = pd.read_csv(stream, dtype=str, keep_default_na=False).assign(file=file)
        for name, part in frame.groupby(first, sort=False):
            sources, statuses = (filter(None, part[key].unique()) for key in ("source", "status"))
            rows.append((name, f"{file}.csv", len(part), "; ".join(sources), ", ".join(statuses)))
    return framed(rows, "quantity file values source status")


def published_table() -> DataFrame:
    """Every printed cell with ours: year, exporter, importer, measure, printed, full, bundled, suspect.

    ``full``: on the full WIOD tables, recorded by ``unweave published table4``; ``bundled``: computed here on the bundled
    16 × 20 tables, which are coarser.
    """
    with (files("sim.explorer") / "table4_full.csv").open(encoding="utf-8") as stream:
        full = pd.read_csv(stream, dtype=str).set_index(["year", "exporter"]).to_dict("index")
    source, rows = Source(), []
    for row in data_rows("published", "table4_china_korea.csv"):
        exporter, importer, year = row["exporter"], row["importer"], int(row["year"])
        own = structure_of(source.values(Flow(exporter, importer), year), exporter, importer, "one-minus-dva")
        for measure in MEASURES:
            recorded, suspect = float(full[row["year"], exporter][measure]), measure in row["suspect"].split()
            numbers = (float(row[measure]), recorded, float(getattr(own, measure)))
            rows.append((year, exporter, importer, measure, *numbers, suspect))
    return framed(rows, "year exporter importer measure printed full bundled suspect")


def published(texts: Texts) -> Figure:
    """Vertical specialisation of China–Korea trade: printed points, our line on the full tables, and on the bundled ones."""
    data = published_table()
    names = {f"{a}→{b}": f"{texts.economy(a)} → {texts.economy(b)}" for a, b in (("KOR", "CHN"), ("CHN", "KOR"))}
    shown = data.assign(flow=(data["exporter"] + "→" + data["importer"]).map(names))
    is_vs = data["measure"] == "vs_share"
    gap = (data["full"] - data["printed"]).abs()[~data["suspect"]]
    kinds = {kind: texts(f"method.{kind}") for kind in ("printed", "full", "bundled")}
    long = shown[is_vs].melt(["year", "flow", "suspect"], list(kinds), var_name="kind", value_name="value")
    shown = shown.assign(
        measure=data["measure"].str.upper(),
        printed=[f"{number(v, 2)}{'*' if s else ''}" for v, s in zip(data["printed"], data["suspect"], strict=True)],
    )
    heads = {"year": texts("table.year"), "flow": texts("method.flow"), "measure": texts("table.indicator"), **kinds}
    return Figure(
        id="table4",
        title=texts("method.table4"),
        subtitle=texts("method.table4_note"),
        alt=texts("method.table4_alt", vs=number(gap[is_vs].max(), 2), parts=number(gap[~is_vs].max(), 2)),
        chart=printed(long, list(names.values())),
        table=shown[list(heads)].round(2).rename(columns=heads),
        data=data.assign(unit="per cent"),
        about=[
            (texts("chart.source"), texts("method.table4_source")),
            (texts("method.bundled"), texts("method.bundled_about")),
        ],
    )


def foretold(years: tuple[int, int], texts: Texts) -> tuple[DataFrame, list[str]]:
    """Errors of a year predicted from an earlier table, one row per prediction, and what is to be said of them."""
    from sim.studies.hindcast import PREDICTIONS, hindcast, sentences

    found = hindcast(*years)
    told = [PREDICTIONS[p.name][texts.lang == "zh"] for p in found.predictions]
    columns = ["told", "wedge", "bilateral", "export_shares", "foreign_content", "prediction"]
    return found.frame.assign(told=told)[columns], sentences(found, texts)


def literature(run: Run, texts: Texts) -> DataFrame:
    """Sizes of the run beside published ones over the same years; empty where nothing can be compared."""
    names, rows = Names.of(run, texts), []
    for sizing in sizings(run):
        benchmark = sizing.benchmark
        what = " / ".join(names.indicator(part) for part in benchmark.indicator.split("/"))
        place = (what, names.economy(benchmark.economy), f"{sizing.first}–{sizing.last}")
        sizes = (round(value, 2) for value in (sizing.ours, sizing.low, sizing.high))
        unit = "percentage points" if benchmark.kind == "points" else "per cent"
        verdict = texts(f"literature.{sizing.verdict}")
        rows.append((*place, *sizes, unit, verdict, benchmark.source, benchmark.status))
    return framed(rows, "measure economy years ours low high unit verdict source status")


def glossary(texts: Texts) -> DataFrame:
    """Every term in both languages with its meaning in the language of the session, in the order in which one meets them."""
    en, zh = catalogue("en"), catalogue("zh")
    keys = [key.removeprefix("glossary.") for key in en if key.startswith("glossary.")]
    rows = [(en[f"glossary.{key}"], zh[f"glossary.{key}"], texts(f"means.{key}")) for key in keys]
    return framed(rows, "english chinese meaning")


def structure(texts: Texts) -> str:
    """The order of play of one simulated year as a mermaid diagram."""
    steps = " --> ".join(f'{key}["{texts(f"method.node_{key}")}"]' for key in PLAY)
    return f"flowchart LR\n  {steps}\n  track -. {texts('method.node_next')} .-> observe\n"
