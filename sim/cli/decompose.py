"""``unweave decompose``: what one economy's exports to another are made of, by one of four methods."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import typer
from typer import Argument, Option

from decomp import borin_mancini, group_exporter, kww, wwz
from decomp.check import imbalance
from decomp.errors import LabelError
from decomp.io import tables
from decomp.structure import VS_PARTS, VsStructure, structure_of
from decomp.table import WorldTable
from decomp.terms import GROUPS, NET_TAXES, TERM_CODES
from sim.cli import options
from sim.cli import tables as cli
from sim.texts.plain import csv_rows

#: Columns of the CSV file.
COLUMNS = ("table", "year", "exporter", "importer", "sectors", "kind", "item", "value", "unit", "method", "estimate")


@dataclass(frozen=True, slots=True)
class Flow:
    """One export flow in one year: terms of the method; of WWZ also groups and VS structure.

    ``inside`` is the trade of several exporters with each other that the flow contains; None when they are one area.
    """

    table: WorldTable
    exporter: str
    importer: str
    sectors: tuple[str, ...] | None
    method: options.Method
    exports: float
    terms: dict[str, float]
    groups: dict[str, float]
    structures: dict[str, VsStructure]
    residual: float
    members: tuple[str, ...]
    inside: float | None

    def share(self, value: float) -> float:
        """A value as a percentage of the flow; not a number when there is none."""
        return 100.0 * value / self.exports if self.exports else float("nan")


def decompose(
    table: Annotated[
        str,
        Argument(help="A bundled table (world-2022) or series (world), a table file, or a folder of yearly files."),
    ],
    exporter: options.Exporter,
    importer: options.Importer,
    sectors: options.Sectors = None,
    method: options.MethodOption = "wwz",
    area: Annotated[
        bool, Option("--area", "--as-one", help="A group as one exporter, without trade among its members (wwz).")
    ] = False,
    year: Annotated[int | None, Option("--year", help="Year of the table.")] = None,
    years: Annotated[str | None, Option("--years", help="Years, as 1995:2011 or 1995,2003,2011.")] = None,
    value_added: Annotated[
        Literal["residual", "published"] | None,
        Option("--value-added", help="Value added as the residual of each column, or as the file publishes it."),
    ] = None,
    parts: options.Parts = "sum",
    accept_imbalance: options.AcceptImbalance = False,
    definition: options.VsDefinition = "one-minus-dva",
    lang: options.LabelLang = "en",
    as_json: options.AsJson = False,
    csv_path: options.CsvFile = None,
    force: options.Force = False,
) -> None:
    """Decompose gross exports of one economy to another: into the 16 terms of Wang, Wei & Zhu, or by another method.

    For example:
      unweave decompose world-2022 --exporter CHN --importer KOR
      unweave decompose world --exporter KOR --importer CHN --years 1995:2011
      unweave decompose world-2022 -e USA -i CHN --sectors manufacturing --definition foreign-content --json
      unweave decompose world-2022 -e USA -i all --method kww
      unweave decompose world-2022 -e eu -i all --area
    """
    if year is not None and years is not None:
        raise typer.BadParameter("give --year or --years, not both.", param_hint="--years")
    wanted = options.parse_years(years) if years is not None else [year] if year is not None else []
    options.refuse_existing(csv_path, force=force, option="--csv")
    flows: list[Flow] = []
    for loaded in tables(table, wanted, value_added=value_added, parts=parts, accept_imbalance=accept_imbalance):
        with options.labels_as_typed():
            flows.append(flow_of(loaded, exporter, importer, options.split(sectors), method=method, area=area))
        if len(wanted) > 1:
            sys.stderr.write(f"{loaded.year}: residual {flows[-1].residual:.1e}\n")
    if csv_path is not None:
        cli.write_file(csv_path, csv_rows([COLUMNS, *(row for flow in flows for row in _rows(flow))]))
    if as_json:
        chosen = flows[0].sectors
        asked: dict[str, Any] = {"exporter": exporter, "importer": importer, "method": method, "area": area}
        asked |= {"sectors": "all" if chosen is None else list(chosen), "definition": definition}
        cli.print_json("decompose", **asked, results=[_as_json(flow) for flow in flows])
    elif len(flows) == 1:
        cli.print_flow(flows[0], definition, lang)
    else:
        cli.print_series(flows, definition, lang)


def flow_of(
    table: WorldTable,
    exporter: str,
    importer: str,
    sectors: Sequence[str] | None,
    *,
    method: options.Method = "wwz",
    area: bool = False,
) -> Flow:
    """Decompose a table and read off one flow; an ``area`` is several exporters as one, without their trade with each other."""
    # A wrong label must not wait for the inverse.
    chosen = None if sectors is None else tuple(table.sectors[i] for i in table.sectors_in(sectors))
    s, r = table.economies_in(exporter), table.economies_in(importer)
    if area and method != "wwz":
        raise LabelError(
            f"--area: {method} has no group of economies as one exporter; use --method wwz, or sum the economies first with "
            "`unweave data convert TABLE OUT --economies FILE`."
        )
    if method == "kww" and (chosen is not None or not set(range(table.G)) - set(s) <= set(r)):
        raise LabelError(
            "the nine terms of Koopman, Wang & Wei exist for an economy's total exports only: use --importer all and leave "
            "--sectors out, or decompose the flow with --method wwz."
        )
    members = tuple(table.economies[k] for k in s)
    done = wwz(table)
    gathered = group_exporter(done, exporter) if area else None
    values = gathered.select(importer, sectors=chosen or "all") if gathered else done.select(exporter, importer, chosen)
    both = [table.economies[k] for k in sorted(set(s) & set(r))]
    inside = float(done.select(members, both, chosen)[16]) if len(s) > 1 and both and not area else 0.0
    exports, residual, groups, structures = float(values[16]), 0.0, {}, {}
    if method == "wwz":
        terms = dict(zip(TERM_CODES, map(float, values[:16]), strict=True))
        groups = {group.code: float(values[group.rows].sum()) for group in GROUPS}
        structures = {d: structure_of(values, exporter, importer, d) for d in get_args(options.Definition)}
        residual = gathered.residual if gathered else done.residual
    elif method == "kww":
        nine = [kww(done).of(economy) for economy in members]
        terms = {code: sum(of_one[code] for of_one in nine) for code in nine[0]}
    else:
        approach: Any = method.removeprefix("borin-mancini-")
        terms = borin_mancini(done, approach).pair(exporter, importer, chosen or "all")
        exports = terms.pop("exports")
    if method != "wwz" and exports and table.value_added == "residual":
        residual = abs(sum(terms.values()) - exports) / exports
    if table.value_added == "published":  # the 17th part, independent of the sum of the others
        outside = [label for label in table.economies if not area or label not in members]
        partners = [table.economies[k] for k in r if table.economies[k] in outside]
        terms[NET_TAXES.code] = done.net_taxes_of(members, partners, chosen)
        residual = max(residual, abs(sum(terms.values()) - exports) / exports) if exports else residual
    inner = None if area else inside
    return Flow(table, exporter, importer, chosen, method, exports, terms, groups, structures, residual, members, inner)


def _as_json(flow: Flow) -> dict[str, Any]:
    """One year as a JSON object: values in the unit of the table, shares in %; null for a share of nothing."""
    table = flow.table
    vs = {
        name: {part: getattr(s, part) for part in ("vs_share", *VS_PARTS, "net_taxes")}
        for name, s in flow.structures.items()
    }
    return {
        "table": table.name,
        "year": table.year,
        "unit": table.unit,
        "exports": flow.exports,
        "residual": flow.residual,
        "terms": flow.terms,
        "groups": flow.groups,
        "vs": {name: {k: None if math.isnan(v) else v for k, v in parts.items()} for name, parts in vs.items()},
        "trade_among_exporters": flow.inside,
        "imbalance": imbalance(table),
        "notes": list(table.notes),
        "checksum": table.checksum(),
        "source": table.source,
        "licence": table.licence,
        "estimate": table.estimate,
    }


def _rows(flow: Flow) -> Iterator[tuple[object, ...]]:
    """One year as tidy rows, in the order of :data:`COLUMNS`."""
    table = flow.table
    sectors = "all" if flow.sectors is None else " ".join(flow.sectors)
    head = (table.name, table.year, flow.exporter, flow.importer, sectors)
    items: list[tuple[str, str, float, str]] = [("exports", "exports", flow.exports, table.unit)]
    items += [("term", code, value, table.unit) for code, value in flow.terms.items()]
    items += [("group", code, value, table.unit) for code, value in flow.groups.items()]
    for name, structure in flow.structures.items():
        items.append((name, "vs_share", structure.vs_share, "% of exports"))
        items += [(name, part, getattr(structure, part), "% of VS") for part in VS_PARTS]
        items.append((name, "net_taxes", structure.net_taxes, "% of exports"))
    items.append(("check", "residual", flow.residual, "share of largest exports"))
    items += [("check", f"unbalanced table: {said}", 1.0, "")] if (said := imbalance(table)) else []
    for item in items:
        yield (*head, *item, flow.method, table.estimate or "")
