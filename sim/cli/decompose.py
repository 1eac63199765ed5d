"""``unweave decompose``: what one economy's exports to another are made of, by one of four methods."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import typer
from rich.console import Console
from rich.table import Table
from typer import Argument, Option

from decomp import borin_mancini, group_exporter, kww, wwz
from decomp.alternatives import BORIN_MANCINI_PARTS, KWW_TERMS
from decomp.check import imbalance
from decomp.errors import LabelError
from decomp.io import tables
from decomp.names import economy_name, estimate_text, group_name
from decomp.structure import VS_PARTS, VsStructure, structure_of
from decomp.table import WorldTable
from decomp.terms import GROUPS, NET_TAXES, PARTITION, TERM_CODES, TERMS, label
from sim.cli import options
from sim.cli.options import print_json, write_file
from sim.texts import Texts
from sim.texts.words import csv_rows

#: Width where nobody looks at a terminal: wide, so that pipes lose nothing.
_PIPE_WIDTH = 200
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
        str, Argument(help="A bundled table (world-2022) or series (world), a table file, or a folder of yearly files.")
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
        write_file(csv_path, csv_rows([COLUMNS, *(row for flow in flows for row in _rows(flow))]))
    if as_json:
        chosen = flows[0].sectors
        asked: dict[str, Any] = {"exporter": exporter, "importer": importer, "method": method, "area": area}
        asked |= {"sectors": "all" if chosen is None else list(chosen), "definition": definition}
        print_json("decompose", **asked, results=[_as_json(flow) for flow in flows])
    elif len(flows) == 1:
        print_flow(flows[0], definition, lang)
    else:
        print_series(flows, definition, lang)


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


def print_flow(flow: Flow, definition: str, lang: str) -> None:
    """Print the terms of one flow in one year; of WWZ also the groups and the VS structure."""
    words, out = Texts(lang), _console()
    unit, sectors = _unit(flow, words), _sectors(flow, words)
    out.print(_title(flow, words), style="bold")
    out.print(words("flow.exports", value=f"{flow.exports:,.1f}", unit=unit, sectors=sectors))
    _print_members(out, flow, words)
    prefix = "T" if flow.method == "wwz" else ""
    rows = [
        (f"{prefix}{number}", code, meaning, *_numbers(flow, flow.terms[code]))
        for number, (code, meaning) in enumerate(_labels(flow, words).items(), 1)
    ]
    rows.append(("", "", words("flow.sum_terms", count=len(rows)), *_numbers(flow, sum(flow.terms.values()))))
    heads = ("#", words("flow.code"), words("flow.term"), unit, words("flow.share"))
    _print(out, words(f"flow.method_{flow.method}"), heads, rows, texts=3)
    if flow.method == "wwz":
        groups = [
            (g.code, f"{label(g.code, lang)} = {_sum(g.terms)}", *_numbers(flow, flow.groups[g.code])) for g in GROUPS
        ]
        _print(out, words("flow.groups"), (heads[1], words("flow.sum_of"), *heads[3:]), groups, texts=2)
        structure = flow.structures[definition]
        parts = [("VS", words("flow.vs_share"), f"{structure.vs_share:.2f}")]
        for part in VS_PARTS:
            meaning = words("flow.of_vs", meaning=words(f"flow.{part}"))
            parts.append((part, meaning, f"{getattr(structure, part):.2f}"))
        if structure.net_taxes:
            parts.append(("NET_TAXES", words("flow.net_taxes"), f"{structure.net_taxes:.2f}"))
        title = words("flow.vs", definition=words(f"flow.{definition}"))
        _print(out, title, (words("flow.part"), words("flow.what"), "%"), parts, texts=2)
        other = next(name for name in flow.structures if name != definition)
        out.print(
            words("flow.other", definition=words(f"flow.{other}"), value=f"{flow.structures[other].vs_share:.2f}")
        )
    _print_notes(out, flow, words)


def print_series(flows: Sequence[Flow], definition: str, lang: str) -> None:
    """Print shares by year, and of WWZ the VS structure by year."""
    words, out, first = Texts(lang), _console(), flows[0]
    out.print(f"{_title(first, words, year=False)}, {_sectors(first, words)}", style="bold")
    _print_members(out, first, words)
    wwz, year = first.method == "wwz", words("flow.year")
    codes = (*PARTITION, *(code for code in first.terms if code == "NET_TAXES")) if wwz else tuple(first.terms)
    rows = []
    for flow in flows:
        values = {**flow.groups, **flow.terms}
        shares = (f"{flow.share(values[code]):.2f}" for code in codes)
        rows.append((str(flow.table.year), f"{flow.exports:,.0f}", *shares))
    title = words("flow.shares") if wwz else f"{words(f'flow.method_{first.method}')}. {words('flow.shares')}"
    _print(out, title, (year, _unit(first, words), *codes), rows)
    if wwz:
        other = next(name for name in first.structures if name != definition)
        rows = []
        for flow in flows:
            vs, second = flow.structures[definition], flow.structures[other]
            shown = (vs.vs_share, *(getattr(vs, part) for part in VS_PARTS), second.vs_share)
            rows.append((str(flow.table.year), *(f"{value:.2f}" for value in shown)))
        _print(
            out,
            words("flow.vs_series", definition=words(f"flow.{definition}")),
            (year, "VS %", *VS_PARTS, f"VS % ({other})"),
            rows,
        )
    meanings = {part: words(f"flow.{part}") for part in VS_PARTS} if wwz else _labels(first, words)
    for code, meaning in meanings.items():
        out.print(f"{code}: {meaning}")
    _print_notes(out, max(flows, key=lambda flow: flow.residual), words)


def _console() -> Console:
    """A console on stdout whose width does not depend on who reads the pipe; labels are text, never markup or escapes."""
    plain: dict[str, Any] = {"color_system": None, "markup": False, "highlight": False, "emoji": False}
    return Console(**plain) if Console().is_terminal else Console(**plain, width=_PIPE_WIDTH)


def _print(out: Console, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> None:
    """Print a table below its title: ``texts`` columns of text to the left, the last of them wrapped, then numbers."""
    table = Table(header_style="", box=None, pad_edge=False)
    for k, head in enumerate(heads):
        table.add_column(head, justify="left" if k < texts else "right", no_wrap=k != texts - 1 or texts == 1)
    for row in rows:
        table.add_row(*row)
    out.print()
    out.print(title, style="bold")
    out.print(table)


def _labels(flow: Flow, words: Texts) -> dict[str, str]:
    """Labels of the terms of the flow's method by code."""
    more = {NET_TAXES.code: words.label(NET_TAXES)} if NET_TAXES.code in flow.terms else {}
    if flow.method.startswith("borin"):
        return {code: both[words.lang == "zh"] for code, both in BORIN_MANCINI_PARTS.items()} | more
    return {term.code: words.label(term) for term in (TERMS if flow.method == "wwz" else KWW_TERMS)} | more


def _title(flow: Flow, words: Texts, *, year: bool = True) -> str:
    ends = {"exporter": _named(flow, flow.exporter, words), "importer": _named(flow, flow.importer, words)}
    said = imbalance(flow.table)
    end = f" — {words('flow.unbalanced', said=said)}" if said else ""
    if year and flow.table.year is not None:
        return words("flow.title_year", **ends, year=str(flow.table.year)) + end
    return words("flow.title", **ends) + end


def _named(flow: Flow, code: str, words: Texts) -> str:
    """``China (CHN)``; a label without a name as it is."""
    if code == "all":
        return words("flow.everybody")
    name = economy_name(code, words.lang, members=flow.table.economy_members.get(code, ()))
    name = group_name("economy", code, words.lang) if name == code else name
    return code if name == code else words("flow.named", name=name, code=code)


def _unit(flow: Flow, words: Texts) -> str:
    return words("flow.million_usd") if flow.table.unit == "million USD" else flow.table.unit


def _sectors(flow: Flow, words: Texts) -> str:
    return words("flow.all_sectors") if flow.sectors is None else words("flow.sectors", names=", ".join(flow.sectors))


def _sum(numbers: Sequence[int]) -> str:
    """``T1 + … + T8`` for a long run, ``T11 + T14`` otherwise."""
    run = len(numbers) > 3 and list(numbers) == list(range(numbers[0], numbers[-1] + 1))
    return f"T{numbers[0]} + … + T{numbers[-1]}" if run else " + ".join(f"T{number}" for number in numbers)


def _numbers(flow: Flow, value: float) -> tuple[str, str]:
    return f"{value:,.1f}", f"{flow.share(value):.2f}"


def _print_members(out: Console, flow: Flow, words: Texts) -> None:
    """Say what several exporters together mean: a sum, with their trade with each other, or one area."""
    facts: dict[str, Any] = {"count": len(flow.members), "names": ", ".join(flow.members)}
    if flow.inside:
        facts |= {"value": f"{flow.inside:,.1f}", "unit": _unit(flow, words), "share": f"{flow.share(flow.inside):.1f}"}
    if len(flow.members) > 1:
        kind = "area" if flow.inside is None else "members" if flow.inside else "members_apart"
        out.print(words(f"flow.{kind}", **facts))


def _print_notes(out: Console, flow: Flow, words: Texts) -> None:
    """Print the residual, the table with its source, what of it is estimated, and what aggregation costs."""
    table = flow.table
    gap = "gap" if flow.method == "wwz" else "gap_flow"
    out.print()
    out.print(words(f"flow.{gap}", count=len(flow.terms), value=f"{flow.residual:.1e}"))
    name = table.name or words("flow.nameless")
    said = estimate_text(table.estimate, words.lang)
    facts = [words("flow.table", name=name, economies=table.G, sectors=table.N), said, table.source, table.licence]
    out.print(". ".join(fact.rstrip(".") for fact in facts if fact) + ".")
    for note in table.notes:
        out.print(words("flow.note", note=note))
    if table.name.startswith("world-") and table.year is not None and table.year < 2012:
        out.print(words("flow.detail"))
