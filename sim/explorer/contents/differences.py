"""What scenarios set differently from a named base: rules switched on, parameters, policies and events, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sim.explorer.contents.comparison import Contender, base_last
from sim.levers import EVENT, POLICY
from sim.report.names import Names
from sim.runs.saved import Run
from sim.texts import Texts
from sim.texts.formats import MISSING, number

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.scenario.schema import Scenario

#: Start of the ids of rules that are on or off, and of what a scenario does by itself.
RULE, ACT = "rule:", "act:"
#: End of the ids of factors on an economy's own value.
FACTOR = "_factor"


def rules_of(scenario: Scenario) -> dict[str, bool]:
    """Rules of behaviour of a scenario, on or off."""
    found = scenario.behaviour.model_dump()
    return {family: bool(entry["active"]) for family, entry in found.items() if "active" in entry}


@lru_cache(maxsize=16)
def saved_rules(folder: Path | None) -> Mapping[str, bool]:
    """Rules of a run folder, from the resolved scenario that it holds; empty where that cannot be read.

    It is read as data alone: what it builds on and the table that it names may not be there, and need not be.
    """
    from sim.errors import SimError
    from sim.scenario.yaml_text import parse

    if folder is None:
        return {}
    try:
        file = folder / "scenario.resolved.yaml"
        families = parse(file.read_text(encoding="utf-8"), file.name).data["behaviour"].items()
        return {str(name): bool(entry["active"]) for name, entry in families if "active" in entry}
    except (SimError, OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def rules(one: Contender) -> Mapping[str, bool]:
    """Rules of behaviour of a scenario, on or off; empty where they are not known."""
    return one.rules if one.rules is not None else saved_rules(one.run.folder)


def settings_of(one: Contender, texts: Texts) -> dict[str, str]:
    """Everything that a scenario sets, as text by id."""
    states = rules(one).items()
    found = {f"{RULE}{name}": texts(f"comparison.{'on' if on else 'off'}") for name, on in states}
    rows = one.run["assumptions"].to_dict("records")
    found |= {str(row["id"]): str(row["value"]) for row in rows}
    plain = one.run.manifest.get("settings", {})
    found |= {str(key): str(value) for key, value in plain.items() if key != "capital_supply"}
    found |= {f"{ACT}{text}": texts("comparison.yes") for text in acts(one.run, texts)}
    return found


def acts(run: Run, texts: Texts) -> Iterator[str]:
    """Policies and events of a scenario in words."""
    names = Names.of(run, texts)
    for row in run["levers"].to_dict("records"):
        entry = POLICY.get(str(row["lever"])) or EVENT.get(str(row["lever"]))
        share = entry is not None and entry.unit.startswith("share")
        text = str(row["value"])
        size = f"{number(100 * float(text), 1, sign=text.startswith('+'))} %" if share else text
        who, partners = (_labels(str(row[key]), names, texts) for key in ("who", "partners"))
        years = "–".join(str(int(row[key])) for key in ("from", "to") if row[key] == row[key] and row[key] is not None)
        sectors = _sectors(str(row["sectors"]), names, texts)
        yield texts(
            "comparison.act",
            lever=names.lever(str(row["lever"])),
            size=size,
            who=who,
            partners=partners,
            sectors=sectors,
            years=years,
        )


def _labels(codes: str, names: Names, texts: Texts) -> str:
    listed = codes.split()
    return ", ".join(texts("acts.all") if code == "all" else names.economy(code) for code in listed) or MISSING


def _sectors(codes: str, names: Names, texts: Texts) -> str:
    return ", ".join(texts("acts.all") if code == "all" else names.sector(code) for code in codes.split()) or MISSING


def label(setting: str, names: Names, texts: Texts) -> str:
    """Name of a setting."""
    if setting.startswith(RULE):
        family = setting.removeprefix(RULE)
        return texts.get(f"comparison.rule_{family}") or family
    if setting.startswith(ACT):
        return setting.removeprefix(ACT)
    if setting.endswith(FACTOR):
        return texts("comparison.factor", name=names.parameter(setting.removesuffix(FACTOR)))
    return names.parameter(setting)


def differences(base: Contender, others: Sequence[Contender], texts: Texts) -> tuple[DataFrame, DataFrame]:
    """Settings in which a scenario is not like the base: a row each, the base in the last column of values; shown and plain.

    What a scenario does not set stands as a dash.
    """
    import pandas as pd

    order = [base, *others]
    given = {one.id: settings_of(one, texts) for one in order}
    names = Names.of(base.run, texts)
    known = list(dict.fromkeys(key for one in order for key in given[one.id]))
    differing = [key for key in known if len({given[one.id].get(key) for one in order}) > 1]
    told = all(rules(one) for one in order)  # a folder whose scenario cannot be read says nothing of its rules
    differing = [key for key in differing if not _idle(key, order) and (told or not key.startswith(RULE))]
    rows = [
        [label(key, names, texts), *(given[one.id].get(key, MISSING) for one in (*others, base))] for key in differing
    ]
    plain = [(key, one.id, given[one.id].get(key, "")) for key in differing for one in order]
    heads = [texts("table.setting"), *base_last(order, texts)]
    return pd.DataFrame(rows, columns=heads), pd.DataFrame(plain, columns=["setting", "scenario", "value"])


def _idle(setting: str, order: Sequence[Contender]) -> bool:
    """Whether a parameter belongs to a rule that is off in every scenario: then it decides nothing."""
    family = setting.rpartition(":")[2].partition(".")[0]
    states = [rules(one).get(family) for one in order]
    return not setting.startswith((RULE, ACT)) and all(state is False for state in states)
