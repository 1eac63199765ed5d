"""The rules behind decisions: equation, source and parameters of each kind of reason, and how their numbers are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sim.behaviour.log import REASONS
from sim.texts import Texts
from sim.texts.formats import MINUS, NBSP, number

#: Sources, named once.
MANSFIELD = "Mansfield (1961), Econometrica 29; Acemoglu & Restrepo (2018), American Economic Review 108"
DESIGN = "sim/behaviour"
TARIFF = r"t' = t + a\,\bigl(t^0 + \min(\max(o, v),\ \bar c) - t\bigr)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of behaviour.

    Parameters
    ----------
    id : str
        Name of its texts, ``rule.<id>``.
    equations : tuple of str
        LaTeX, one line each.
    source : str
        Literature, or the package whose docstrings define it.
    parameters : tuple of str
        Beginnings of the ids of the parameters that it reads.
    """

    id: str
    equations: tuple[str, ...]
    source: str
    parameters: tuple[str, ...] = ()


_DIFFUSION = Rule(
    "diffusion",
    (
        r"m = \max(0,\ 1 - \mu\,\hat q / \hat w)",
        r"r = s \cdot m \cdot h \cdot \pi",
        r"K' = C \,/\, \bigl(1 + (C/K - 1)\, e^{-r}\bigr)",
    ),
    MANSFIELD,
    ("automation.",),
)
_PROTECTION = Rule(
    "protection",
    (
        r"g' = m\,g + \textstyle\sum_k w_k \cdot \ell_k",
        r"o = \sigma \cdot \max(0,\ g - \bar g) \cdot 2p / (p + \bar p)",
        TARIFF,
    ),
    f"{DESIGN}/protection",
    ("protection.",),
)
_RETALIATION = Rule(
    "retaliation",
    (r"v = \rho \cdot \max(0,\ \Delta \bar t_s)", TARIFF),
    f"{DESIGN}/protection",
    ("protection.retaliation", "protection.adjustment", "protection.cap"),
)
_COMMITMENT = Rule(
    "commitment",
    (r"\max(o, v) \;\to\; (1 - c)\,\max(o, v)",),
    f"{DESIGN}/ledger",
    ("ledger.commitment", "protection.adjustment"),
)
_UNION = Rule("union", (r"\bar t_{s,i} = \textstyle\sum_r w_r\, t_{s,i,r}",), f"{DESIGN}/protection")
_LEDGER = Rule(
    "ledger",
    (r"S > R + E / H", r"S < R \quad (n \times)"),
    f"{DESIGN}/ledger",
    ("ledger.",),
)
_CARBON = Rule(
    "carbon",
    (r"m \cdot a = p", r"\textstyle\sum_r E_r (1 - a_r) = \bar E"),
    f"{DESIGN}/carbon",
    ("carbon.",),
)
_TRUST = Rule(
    "hostility",
    (r"T' = T + r\,(T^0 - T) - f \cdot h", r"\kappa = 1 + \phi \cdot \max(0,\ 1 - \bar T / \bar T^0)"),
    f"{DESIGN}/trust",
    ("trust.",),
)
_DECREE = Rule("decree", (r"x' = x_0, \qquad x' = x + \Delta x",), "scenario")

#: The rule of each kind of reason of :data:`sim.behaviour.log.REASONS`.
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "diffusion": _DIFFUSION,
        "protection": _PROTECTION,
        "retaliation": _RETALIATION,
        "commitment": _COMMITMENT,
        "union": _UNION,
        "ledger-found": _LEDGER,
        "ledger-join": _LEDGER,
        "ledger-leave": _LEDGER,
        "carbon-sell": _CARBON,
        "carbon-buy": _CARBON,
        "hostility": _TRUST,
        "policy": _DECREE,
        "policy-add": _DECREE,
        "policy-end": _DECREE,
        "event": _DECREE,
        "event-end": _DECREE,
    }
)
#: The rules, each once.
DISTINCT: tuple[Rule, ...] = tuple({rule.id: rule for rule in RULES.values()}.values())


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
    found = re.search(rf"\{{{re.escape(name)}:([^}}]*)\}}", REASONS.get(kind, ""))
    form = found[1] if found else ""
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
