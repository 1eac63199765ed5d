"""Tables on the terminal, CSV and JSON on stdout, for the commands about observed tables."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from decomp.alternatives import BORIN_MANCINI_PARTS, KWW_TERMS
from decomp.check import imbalance
from decomp.io.files import write_atomically
from decomp.names import economy_name, estimate_text, group_name
from decomp.structure import VS_PARTS
from decomp.terms import GROUPS, NET_TAXES, PARTITION, TERMS, label
from sim.cli.options import echo_json
from sim.runs.saved import SCHEMA_VERSION
from sim.texts import Texts

if TYPE_CHECKING:
    from sim.cli.decompose import Flow

#: Width where nobody looks at a terminal: wide, so that pipes lose nothing.
_PIPE_WIDTH = 200


def print_json(command: str, **content: Any) -> None:
    """Write one JSON object to stdout."""
    echo_json({"schema_version": SCHEMA_VERSION, "command": command, **content})


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all, and say so."""
    write_atomically(path, text.encode())
    sys.stderr.write(f"written: {path}\n")


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
        title = words("flow.vs", definition=definition)
        _print(out, title, (words("flow.part"), words("flow.what"), "%"), parts, texts=2)
        other = next(name for name in flow.structures if name != definition)
        out.print(words("flow.other", definition=other, value=f"{flow.structures[other].vs_share:.2f}"))
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
        _print(out, words("flow.vs_series", definition=definition), (year, "VS %", *VS_PARTS, f"VS % ({other})"), rows)
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
    more = [NET_TAXES] if NET_TAXES.code in flow.terms else []
    zh = words.lang == "zh"
    if flow.method.startswith("borin"):
        extra = {term.code: (term.label_en, term.label_zh) for term in more}
        return {code: both[zh] for code, both in (BORIN_MANCINI_PARTS | extra).items()}
    terms = [*(TERMS if flow.method == "wwz" else KWW_TERMS), *more]
    return {term.code: term.label_zh if words.lang == "zh" else term.label_en for term in terms}


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
