"""What speaks for and against the numbers: printed figures beside ours, sizes beside the literature's, words of both languages."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import TYPE_CHECKING

from decomp.names import data_rows
from decomp.structure import structure_of
from sim.charts import Figure, printed
from sim.explorer.contents.sources import Flow, observed
from sim.report.evidence import sizings
from sim.report.names import Names
from sim.runs.saved import Run
from sim.texts import Texts, catalogue
from sim.texts.formats import number

if TYPE_CHECKING:
    from pandas import DataFrame

#: Columns of the published table: vertical specialisation in % of exports, and its parts in % of it.
MEASURES = ("vs_share", "mva", "ova", "fdc", "fva_fin", "fva_int")
#: Terms of the glossary, in the order in which one meets them.
GLOSSARY = (
    "gross_exports",
    "decomposition",
    "dva",
    "fva",
    "vs",
    "double",
    "returned",
    "mva",
    "ova",
    "technical",
    "leontief",
    "final",
    "intermediate",
    "gvc",
    "advantage",
    "endowment",
    "tariff",
    "retaliation",
    "interdependence",
    "deglobalisation",
    "premature",
    "labour_share",
    "trust",
    "ledger",
    "iceberg",
    "baseline",
    "scenario",
)
#: The order of play of one simulated year.
PLAY = ("observe", "decide", "solve", "table", "decompose", "track")
#: Our own critiques of the model.
CRITIQUES = 8


def published_table() -> DataFrame:
    """Every printed cell with ours: year, exporter, importer, measure, printed, full, bundled, suspect.

    ``full``: on the full WIOD tables, recorded by ``unweave published table4``; ``bundled``: computed here on the bundled
    16 × 20 tables, which are coarser.
    """
    import pandas as pd

    with (files("sim.explorer") / "table4_full.csv").open(encoding="utf-8") as stream:
        full = {(row["year"], row["exporter"]): row for row in csv.DictReader(stream)}
    source = observed()
    rows = []
    for row in data_rows("published", "table4_china_korea.csv"):
        values = source.values(Flow(row["exporter"], row["importer"]), int(row["year"]))
        own = structure_of(values, row["exporter"], row["importer"], "one-minus-dva")
        recorded = full[row["year"], row["exporter"]]
        rows += [
            (
                int(row["year"]),
                row["exporter"],
                row["importer"],
                measure,
                float(row[measure]),
                float(recorded[measure]),
                float(getattr(own, measure)),
                measure in row["suspect"].split(),
            )
            for measure in MEASURES
        ]
    return pd.DataFrame(
        rows, columns=["year", "exporter", "importer", "measure", "printed", "full", "bundled", "suspect"]
    )


def published(texts: Texts) -> Figure:
    """Vertical specialisation of China–Korea trade: printed points, our line on the full tables, and on the bundled ones."""
    data = published_table()
    own = data[data["measure"] == "vs_share"]
    gap = (data["full"] - data["printed"]).abs()
    firm = ~data["suspect"]
    is_vs = data["measure"] == "vs_share"
    worst = {"vs": float(gap[firm & is_vs].max()), "parts": float(gap[firm & ~is_vs].max())}
    names = {f"{a}→{b}": f"{texts.economy(a)} → {texts.economy(b)}" for a, b in (("KOR", "CHN"), ("CHN", "KOR"))}
    flow = own["exporter"] + "→" + own["importer"]
    long = own.assign(flow=flow.map(names)).melt(
        id_vars=["year", "flow", "suspect"],
        value_vars=["printed", "full", "bundled"],
        var_name="kind",
        value_name="value",
    )
    kinds = {kind: texts(f"method.{kind}") for kind in ("printed", "full", "bundled")}
    shown = data.assign(
        flow=(data["exporter"] + "→" + data["importer"]).map(names),
        measure=data["measure"].str.upper(),
        printed=[f"{number(v, 2)}{'*' if s else ''}" for v, s in zip(data["printed"], data["suspect"], strict=True)],
    )
    shown = shown[["year", "flow", "measure", "printed", "full", "bundled"]].round(2)
    return Figure(
        id="table4",
        title=texts("method.table4"),
        subtitle=texts("method.table4_note"),
        alt=texts("method.table4_alt", vs=number(worst["vs"], 2), parts=number(worst["parts"], 2)),
        chart=printed(long, list(names.values())),
        table=shown.rename(
            columns={
                "year": texts("table.year"),
                "flow": texts("method.flow"),
                "measure": texts("table.indicator"),
                **kinds,
            }
        ),
        data=data.assign(unit="per cent"),
        about=[
            (texts("chart.source"), texts("method.table4_source")),
            (texts("method.bundled"), texts("method.bundled_about")),
        ],
    )


def literature(run: Run, texts: Texts) -> DataFrame:
    """Sizes of the run beside published ones over the same years; empty where nothing can be compared."""
    import pandas as pd

    names = Names.of(run, texts)
    rows = []
    for one in sizings(run):
        over, _, under = one.benchmark.indicator.partition("/")
        what = names.indicator(over) + (f" / {names.indicator(under)}" if under else "")
        unit = "percentage points" if one.benchmark.kind == "points" else "per cent"
        rows.append(
            (
                what,
                names.economy(one.benchmark.economy),
                f"{one.first}–{one.last}",
                round(one.ours, 2),
                round(one.low, 2),
                round(one.high, 2),
                unit,
                texts(f"literature.{one.verdict}"),
                one.benchmark.source,
                one.benchmark.status,
            )
        )
    return pd.DataFrame(
        rows, columns=["measure", "economy", "years", "ours", "low", "high", "unit", "verdict", "source", "status"]
    )


def glossary(texts: Texts) -> DataFrame:
    """Every term in both languages with its meaning in the language of the session."""
    import pandas as pd

    en, zh = catalogue("en"), catalogue("zh")
    rows = [(en[f"glossary.{key}"], zh[f"glossary.{key}"], texts(f"means.{key}")) for key in GLOSSARY]
    return pd.DataFrame(rows, columns=["english", "chinese", "meaning"])


def structure_line(texts: Texts) -> str:
    """The order of play of one simulated year in a line of words."""
    return " → ".join(texts(f"method.node_{key}") for key in (*PLAY, "next"))


def structure(texts: Texts) -> str:
    """The order of play of one simulated year as a mermaid diagram."""
    word = {key: texts(f"method.node_{key}") for key in PLAY}
    steps = " --> ".join(f'{key}["{label}"]' for key, label in word.items())
    return f"flowchart LR\n  {steps}\n  track -. {texts('method.node_next')} .-> observe\n"
