"""What a run shows against its baseline, in one sentence; direction words follow the numbers."""

from __future__ import annotations

from sim.explorer.setups.engine import Finished
from sim.indicators import INDICATORS, PLACES
from sim.runs.saved import WORLD
from sim.texts import Texts
from sim.texts.formats import MINUS, Change, level

#: The four numbers of the laboratory.
NUMBERS = PLACES["numbers"]


def change(run: Finished, base: Finished | None, indicator: str, year: int) -> Change:
    """Change of a world indicator in a year against the baseline, or against the base year where there is none."""
    own = run.series(indicator, WORLD)
    before = own[run.result.years[0]] if base is None else base.series(indicator, WORLD)[year]
    return Change(before, own[year], INDICATORS[indicator].unit)


def finding(run: Finished, base: Finished | None, year: int, name: str, texts: Texts) -> str:
    """One sentence: each of the four numbers against the baseline called ``name`` in a year.

    A run that is its own baseline is set against its base year.
    """
    own = base is None or base.setup.key == run.setup.key
    changes = {indicator: change(run, None if own else base, indicator, year) for indicator in NUMBERS}
    moved = {indicator: one for indicator, one in changes.items() if one.direction != "same"}
    key = "base" if own else "against"
    values = {"year": year, "name": run.result.years[0] if own else name}
    if not moved:
        return texts(f"finding.{key}_same", **values)
    clauses = [_clause(indicator, one, texts) for indicator, one in moved.items()]
    return texts(f"finding.{key}", clauses=texts("headline.join").join(clauses), **values)


def _clause(indicator: str, one: Change, texts: Texts) -> str:
    amount = one.show(texts, sign=False).lstrip(MINUS)
    return texts(
        f"finding.{one.direction}", name=texts(f"inline.{indicator}"), change=amount, value=level(one.after, one.unit)
    )
