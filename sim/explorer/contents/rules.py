"""The rules behind decisions: equation, source and parameters of each kind of reason, and how their numbers are shown."""

from __future__ import annotations

from collections.abc import Mapping

from sim.rules import reasons
from sim.rules.log import Method, Reason
from sim.texts import Texts
from sim.texts.formats import MINUS, NBSP, number

#: Where the rules live whose docstrings are their source.
RULES_FOLDER = "sim/rules"


def method_of(kind: str) -> Method:
    """How decisions of a kind of reason are taken; empty for kinds of rules that are not built in."""
    return reasons().get(kind, Reason("")).method


def methods() -> tuple[Method, ...]:
    """All of them, each once."""
    return tuple({reason.method.id: reason.method for reason in reasons().values()}.values())


def driver(kind: str, name: str, value: str) -> str:
    """A number behind a decision as it is shown: in the way in which the rule's own sentence writes it.

    >>> driver("diffusion", "cost", "0.731").replace(NBSP, " ")
    '73.10 %'
    >>> driver("carbon-sell", "cost", "1234.5")
    '1,234'
    """
    try:
        amount = float(value)
    except ValueError:
        return value
    form = reasons().get(kind, Reason("")).format_of(name)
    if "%" in form:
        return f"{number(100 * amount, 2)}{NBSP}%"
    return (f"{amount:{form}}" if form else f"{amount:.4g}").replace("-", MINUS)


def sentence(kind: str, reason: str, drivers: Mapping[str, str], partner: str, sector: str, texts: Texts) -> str:
    """Reason of a decision in the language of the texts; the rule's own words when it has no such text."""
    template = texts.get(f"reason.{kind}") if kind else None
    if template is None:
        return reason
    try:
        numbers = {name: float(value) for name, value in drivers.items()}
        return template.format(**{**numbers, "partner": partner, "sector": sector})
    except (KeyError, ValueError):
        return reason
