"""Parameters, levers, indicators, terms and data as tables, straight from the registries, with what the user has changed."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from decomp.terms import GROUPS, TERMS
from sim.calibration import parameters
from sim.explorer.setups.levers import CONTROLS
from sim.indicators import INDICATORS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.report.names import Names, parameter_label
from sim.runs.saved import Run
from sim.texts import Texts

if TYPE_CHECKING:
    from pandas import DataFrame

#: Levers of the laboratory by the parameter that they set; the sign of each is tested.
SIGNED: Mapping[str, str] = MappingProxyType(
    {
        "automation.robot_speed": "speed",
        "automation.ai_speed": "speed",
        "automation.base_access": "access",
        "protection.sensitivity": "backlash",
        "protection.retaliation": "retaliation",
        "ledger.documents": "ledger",
        "trust.friction": "distrust",
        "automation.technology_sharing": "sharing",
        "automation.ai_home_share": "home",
        "automation.reinstatement": "newtasks",
        "economy.capital_supply": "capital",
    }
)
#: Calibration files with the column that names the quantity; without one the file is the quantity.
CALIBRATED: Mapping[str, str] = MappingProxyType(
    {
        "countries.csv": "parameter",
        "elasticities.csv": "set",
        "exposure.csv": "kind",
        "labour_profile.csv": "",
        "ai_providers.csv": "",
        "emissions.csv": "",
        "types.csv": "parameter",
        "facts.csv": "fact",
    }
)
#: First words of the status of a parameter, from firm to soft.
STATUSES = ("data", "literature", "judgement")
#: Columns of the downloaded table of parameters.
PARAMETER_COLUMNS = (
    "id",
    "label",
    "value",
    "default",
    "changed",
    "low",
    "high",
    "unit",
    "effect",
    "sign",
    "status",
    "source",
    "note",
)
#: Accounting behind everything, from the table to the sixteen terms and to the equilibrium.
EQUATIONS: tuple[tuple[str, str], ...] = (
    ("output", r"X = A X + Y = B\,Y, \qquad B = (I - A)^{-1}"),
    ("value", r"V_i = 1 - \textstyle\sum_j A_{ji}, \qquad \sum_t V_t B_{ts} = 1"),
    ("exports", r"E_{sr} = A_{sr} X_r + Y_{sr}, \qquad L_{ss} = (I - A_{ss})^{-1}"),
    ("terms", r"E_{sr} = T_1 + T_2 + \dots + T_{16}"),
    ("vs", r"\mathrm{VS} = 1 - \frac{T_1 + \dots + T_8}{E} ,\qquad \frac{T_{11} + \dots + T_{16}}{E}"),
    ("absorbed", r"W_{sr} = V_s B_s Y_r, \qquad I = \textstyle\sum_{s \ne r} W_{sr} / \sum W_{sr}"),
    (
        "prices",
        r"\hat c_i = \bigl(\alpha_i\, \hat p_{v,i}^{\,1-\sigma} + (1 - \alpha_i)\, \hat p_{m,i}^{\,1-\sigma}\bigr)^{1/(1-\sigma)}",
    ),
    ("shares", r"\hat\pi_{si,r} = \left(\frac{\hat c_{si}\, \hat\kappa_{si,r}}{\hat P_{i,r}}\right)^{-\theta_i}"),
)


def parameter_table(run: Run | None, texts: Texts) -> DataFrame:
    """Every parameter with its value in the run, columns :data:`PARAMETER_COLUMNS`; ``changed``: not the default there."""
    import pandas as pd

    used = {} if run is None else {str(row["id"]): row for row in run["assumptions"].to_dict("records")}
    rows = []
    for one in parameters().values():
        own = used.get(one.id)
        value = str(own["value"]) if own is not None else f"{one.value:g}"
        effect, sign = _effect(one.id, texts)
        rows.append(
            (
                one.id,
                parameter_label(one.id, texts),
                value,
                f"{one.value:g}",
                bool(own is not None and own["changed"]),
                one.low,
                one.high,
                one.unit,
                effect,
                sign,
                one.status,
                one.source,
                one.note,
            )
        )
    names = None if run is None else Names.of(run, texts)
    for id, row in used.items():
        if names is not None and id not in parameters():  # an override for one economy
            rows.append(
                (
                    id,
                    names.parameter(id),
                    str(row["value"]),
                    str(row["default"]),
                    bool(row["changed"]),
                    row["low"],
                    row["high"],
                    str(row["unit"]),
                    "",
                    0,
                    str(row["status"]),
                    str(row["source"]),
                    str(row["note"]),
                )
            )
    return pd.DataFrame(rows, columns=list(PARAMETER_COLUMNS))


def _effect(id: str, texts: Texts) -> tuple[str, int]:
    """Which indicator of the world a parameter moves, and in which direction; both are tested. Empty where none is."""
    control = CONTROLS.get(SIGNED.get(id, ""))
    if control is None:
        return "", 0
    name = INDICATORS[control.moves].label(texts.lang)
    return texts("method.raises" if control.sign > 0 else "method.lowers", name=name), control.sign


def filtered(frame: DataFrame, words: str, statuses: Sequence[str] = (), *, changed: bool = False) -> DataFrame:
    """Rows that hold every word in some column, with one of the statuses, and changed if asked for."""
    for word in words.casefold().split():
        hit = frame.astype(str).apply(lambda column, word=word: column.str.casefold().str.contains(word, regex=False))
        frame = frame[hit.any(axis=1)]
    if statuses:
        frame = frame[frame["status"].map(lambda status: any(str(status).startswith(one) for one in statuses))]
    return frame[frame["changed"]] if changed else frame


def lever_table(texts: Texts) -> DataFrame:
    """Every lever of policies and every kind of event."""
    import pandas as pd

    rows = [
        (
            one.id,
            kind,
            one.label_zh if texts.lang == "zh" else one.label_en,
            one.unit,
            one.allowed,
            one.kind,
            one.shape,
            one.meaning,
        )
        for kind, registry in (("policy", POLICY), ("event", EVENT))
        for one in registry.values()
    ]
    return pd.DataFrame(rows, columns=["id", "used_as", "label", "unit", "allowed", "kind", "applies_to", "meaning"])


def indicator_table(texts: Texts) -> DataFrame:
    """Every indicator with its formula; those of pairs only come last."""
    import pandas as pd

    both = {**INDICATORS, **{f"{id}": one for id, one in PAIR_INDICATORS.items() if id not in INDICATORS}}
    rows = [
        (one.id, one.label(texts.lang), one.unit, one.formula, one.scope if id in INDICATORS else "pair", one.source)
        for id, one in both.items()
    ]
    return pd.DataFrame(rows, columns=["id", "label", "unit", "formula", "scope", "source"])


def term_table(texts: Texts) -> DataFrame:
    """The sixteen terms with their equations, then their sums."""
    import pandas as pd

    zh = texts.lang == "zh"
    rows = [(f"T{one.number}", one.code, one.label_zh if zh else one.label_en, one.equation) for one in TERMS]
    rows += [("Σ", one.code, one.label_zh if zh else one.label_en, one.equation) for one in GROUPS]
    return pd.DataFrame(rows, columns=["term", "code", "label", "equation"])


def check_table(run: Run, texts: Texts) -> DataFrame:
    """The worst value of each accounting check over the years of a run."""
    import pandas as pd

    frame = run["checks"]
    rows = [
        (
            name,
            texts.get(f"check.{name}") or str(name),
            float(part["value"].abs().max()),
            float(part["tolerance"].iloc[0]),
            len(part),
            bool(part["passed"].all()),
        )
        for name, part in frame.groupby("check", sort=False)
    ]
    return pd.DataFrame(rows, columns=["check", "label", "worst", "tolerance", "years", "passed"])


def table_list() -> DataFrame:
    """The bundled tables: size, year, unit, source, licence and checksum."""
    import pandas as pd

    from decomp.io import bundled_names, load

    rows = []
    for name in bundled_names():
        one = load(name)
        rows.append((name, one.year, one.G, one.N, one.unit, one.source, one.licence, one.checksum()[:12]))
    return pd.DataFrame(
        rows, columns=["table", "year", "economies", "sectors", "unit", "source", "licence", "checksum"]
    )


def source_list() -> DataFrame:
    """What is calibrated besides the parameters: each quantity with the number of values, their sources and statuses."""
    import pandas as pd

    rows = []
    for file, first in CALIBRATED.items():
        with (files("sim.calibration") / file).open(encoding="utf-8") as stream:
            body = list(csv.DictReader(stream))
        groups: dict[str, list[dict[str, str]]] = {}
        for row in body:
            groups.setdefault(row[first] if first else file.removesuffix(".csv"), []).append(row)
        for name, part in groups.items():
            sources, statuses = (dict.fromkeys(row[key] for row in part if row[key]) for key in ("source", "status"))
            rows.append((name, file, len(part), "; ".join(sources), ", ".join(statuses)))
    return pd.DataFrame(rows, columns=["quantity", "file", "values", "source", "status"])
