"""Tables on the terminal for ``unweave decompose``."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from decomp.names import economy_name
from decomp.terms import GROUPS, PARTITION, TERMS, label
from sim.cli.pair import PARTS, PairYear

#: Widths that keep a table on an 80-column terminal; wider when there is no terminal, so that pipes lose nothing.
_PIPE_WIDTH = 200
#: Said under every result from the bundled 16 × 20 tables.
_DETAIL = (
    "Aggregation costs detail: in 2011 VS is 22.3 % (China → Korea) and 41.5 % (Korea → China) in this table, "
    "23.0 % and 42.6 % in the full one."
)


def console() -> Console:
    """A console on stdout whose width does not depend on who reads the pipe."""
    made = Console(color_system=None)  # no escape of its own, so that none of an input passes
    return made if made.is_terminal else Console(width=_PIPE_WIDTH)


def print_pair(found: PairYear, definition: str, lang: str) -> None:
    """Print the 16 terms, the groups and the VS structure of one pair in one year."""
    out = console()
    unit = found.table.unit
    out.print(f"[bold]{_title(found, lang)}[/bold]")
    out.print(f"Gross exports {found.exports:,.1f} {unit}; {_sectors(found)}\n")
    terms = _table("16 terms (Wang, Wei & Zhu 2013)", "#", "code", "term", unit, "% of exports")
    for term in TERMS:
        value = found.terms[term.code]
        terms.add_row(f"T{term.number}", term.code, label(term.code, lang), *_numbers(found, value))
    terms.add_row("", "", "sum of the 16 terms", *_numbers(found, sum(found.terms.values())))
    out.print(terms)
    out.print()
    groups = _table("Groups", "", "code", "sum of", unit, "% of exports")
    for group in GROUPS:
        groups.add_row(
            "",
            group.code,
            f"{label(group.code, lang)} = {_sum(group.terms)}",
            *_numbers(found, found.groups[group.code]),
        )
    out.print(groups)
    out.print()
    _print_structure(out, found, definition)
    _print_notes(out, found)


def print_series(found: Sequence[PairYear], definition: str, lang: str) -> None:
    """Print shares and VS structure by year."""
    out = console()
    out.print(f"[bold]{_title(found[0], lang, year=False)}[/bold], {_sectors(found[0])}\n")
    shares = _table("Shares of gross exports, %", "year", found[0].table.unit, *(code for code in PARTITION))
    for one in found:
        values = [one.terms[code] if code in one.terms else one.groups[code] for code in PARTITION]
        shares.add_row(str(one.table.year), f"{one.exports:,.0f}", *(f"{one.share(value):.2f}" for value in values))
    out.print(shares)
    out.print()
    other = next(name for name in found[0].structures if name != definition)
    vs = _table(
        f"Vertical specialisation ({definition}), structure in % of VS", "year", "VS %", *PARTS, f"VS % ({other})"
    )
    for one in found:
        structure = one.structures[definition]
        parts = (f"{getattr(structure, part):.2f}" for part in PARTS)
        vs.add_row(str(one.table.year), f"{structure.vs_share:.2f}", *parts, f"{one.structures[other].vs_share:.2f}")
    out.print(vs)
    for part, meaning in PARTS.items():
        out.print(f"{part}: {meaning}", highlight=False)
    out.print()
    _print_notes(out, max(found, key=lambda one: one.residual))


def _print_structure(out: Console, found: PairYear, definition: str) -> None:
    structure = found.structures[definition]
    table = _table(f"Vertical specialisation, definition {definition}", "part", "what it is", "%")
    table.add_row("VS", "share of gross exports", f"{structure.vs_share:.2f}")
    for part, meaning in PARTS.items():
        table.add_row(part, f"{meaning}, % of VS", f"{getattr(structure, part):.2f}")
    out.print(table)
    for name, other in found.structures.items():
        if name != definition:
            out.print(f"By the other definition ({name}) VS is {other.vs_share:.2f} %.", highlight=False)
    out.print()


def _print_notes(out: Console, found: PairYear) -> None:
    table = found.table
    out.print(
        f"Largest gap between the 16 terms and exports: {found.residual:.1e} of the largest flow (all pairs and sectors).",
        highlight=False,
    )
    detail = f"{table.G} economies × {table.N} sectors"
    facts = [f"Table: {table.name or 'without a name'}, {detail}", table.source, table.licence]
    out.print(". ".join(fact.rstrip(".") for fact in facts if fact) + ".", highlight=False)
    if table.name.startswith("world-"):
        out.print(_DETAIL, highlight=False)


def _title(found: PairYear, lang: str, *, year: bool = True) -> str:
    when = f", {found.table.year}" if year and found.table.year is not None else ""
    return f"Exports of {_named(found, found.exporter, lang)} to {_named(found, found.importer, lang)}{when}"


def _named(found: PairYear, code: str, lang: str) -> str:
    """``China (CHN)``; a group or a label without a name as it is."""
    name = economy_name(code, lang, members=found.table.economy_members.get(code, ()))
    return code if name == code else f"{name} ({code})"


def _sectors(found: PairYear) -> str:
    return "all sectors" if found.sectors is None else f"sectors {', '.join(found.sectors)}"


def _sum(numbers: Sequence[int]) -> str:
    """``T1 … T8`` for a long run, ``T11 + T14`` otherwise."""
    run = len(numbers) > 3 and list(numbers) == list(range(numbers[0], numbers[-1] + 1))
    return f"T{numbers[0]} + … + T{numbers[-1]}" if run else " + ".join(f"T{number}" for number in numbers)


def _numbers(found: PairYear, value: float) -> tuple[str, str]:
    return f"{value:,.1f}", f"{found.share(value):.2f}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="", box=None, pad_edge=False)
    text = {"#", "code", "term", "sum of", "part", "what it is", "year", ""}
    for column in columns:
        table.add_column(
            column,
            justify="left" if column in text else "right",
            no_wrap=column not in ("term", "sum of", "what it is"),
        )
    return table
