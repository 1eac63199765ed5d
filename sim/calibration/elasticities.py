"""Trade elasticities θ by sector, with the alternative sets (elasticities.csv)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from decomp.labels import did_you_mean
from sim.calibration.errors import CalibrationError
from sim.calibration.parameters import parameter
from sim.calibration.rows import read_rows
from sim.calibration.tables import Array, frozen, sector_weight, weighted_mean

#: The named sets; ``default`` is Caliendo & Parro's 99 % sample with Lashkaripour's value for refined petroleum.
ELASTICITY_SETS = ("default", "caliendo-parro-99", "caliendo-parro-full", "lashkaripour")

Choice = str | float | Mapping[str, float]


def elasticity_set(name: str) -> dict[str, float]:
    """Return θ of the 35 basic sectors in one set.

    Raises
    ------
    CalibrationError
        No set has this name.
    """
    if name not in ELASTICITY_SETS:
        raise CalibrationError(
            f"unknown set of trade elasticities {name!r}{did_you_mean(name, ELASTICITY_SETS)} "
            f"Allowed: {', '.join(ELASTICITY_SETS)}, a positive number, or a mapping of sectors to positive numbers."
        )
    rows = read_rows("elasticities.csv", ("set", "sector"))
    return {sector: row.value for (of, sector), row in rows.items() if of == name}


def elasticity_alternatives(sector: str) -> dict[str, float]:
    """Return the value of a basic sector in every set.

    >>> elasticity_alternatives("c15")
    {'default': 8.22, 'caliendo-parro-99': 8.22, 'caliendo-parro-full': 0.83, 'lashkaripour': 1.38}
    """
    rows = read_rows("elasticities.csv", ("set", "sector"))
    found = {name: rows[name, sector].value for name in ELASTICITY_SETS if (name, sector) in rows}
    if not found:
        known = list(elasticity_set("default"))
        raise CalibrationError(f"no trade elasticity for {sector!r}{did_you_mean(sector, known)} Known: c1 … c35.")
    return found


def trade_elasticity(
    sector_members: Mapping[str, tuple[str, ...]],
    choice: Choice = "default",
    *,
    sector_groups: Mapping[str, tuple[str, ...]] | None = None,
) -> Array:
    """Return θ by sector, X ~ (c τ)^(−θ); a label's θ is the mean of its basic sectors, weighted with trade of 2011.

    Parameters
    ----------
    sector_members : mapping of str to tuple of str
        The basic codes behind each of the N labels, in table order. A code that no set knows gets the elasticity of
        services, which is also the aggregate "roughly four" of Simonovska & Waugh (2014).
    choice : str, float or mapping of str to float
        A named set, one value for all, or values by label, basic code or group that replace those of ``default``
        (groups first, then labels, then basic codes).
    sector_groups : mapping of str to tuple of str, optional
        Named sets of labels that the mapping may use.

    Returns
    -------
    ndarray, shape (N,), unitless

    Raises
    ------
    CalibrationError
        The set or a key is unknown, or a value is not a positive number.

    Examples
    --------
    >>> trade_elasticity({"c15": ("c15",)}, "lashkaripour").tolist()
    [1.38]
    >>> trade_elasticity({"c4": ("c4",), "c15": ("c15",)}, {"c15": 0.83}).tolist()
    [8.1, 0.83]
    """
    by_code: dict[str, float] = {}
    by_label: dict[str, float] = {}
    if isinstance(choice, str):
        by_code = elasticity_set(choice)
    elif isinstance(choice, Mapping):
        by_code, by_label = _replaced(sector_members, choice, sector_groups or {})
    else:
        by_label = dict.fromkeys(sector_members, _positive(choice, "trade elasticity"))
    other = parameter("economy.services_trade_elasticity")

    def grouped(members: tuple[str, ...]) -> float:
        return weighted_mean(members, lambda code: by_code.get(code, other), lambda code: sector_weight("trade", code))

    return frozen(np.array([by_label.get(label, grouped(members)) for label, members in sector_members.items()]))


def _replaced(
    sector_members: Mapping[str, tuple[str, ...]], choice: Mapping[str, float], groups: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Split a mapping into values by basic code and by label."""
    basic = {code for members in sector_members.values() for code in members}
    by_code = elasticity_set("default")
    by_label: dict[str, float] = {}
    by_group: dict[str, float] = {}
    for key, value in choice.items():
        theta = _positive(value, f"trade elasticity of {key!r}")
        if key in sector_members:
            by_label[key] = theta
        elif key in basic:
            by_code[key] = theta
        elif key in groups:
            by_group.update(dict.fromkeys(groups[key], theta))
        else:
            allowed = [*sector_members, *sorted(basic), *groups]
            raise CalibrationError(
                f"trade elasticity: unknown sector or group {key!r}{did_you_mean(key, allowed)} "
                f"Allowed: {', '.join(dict.fromkeys(allowed))}."
            )
    return by_code, by_group | by_label


def _positive(value: object, what: str) -> float:
    if isinstance(value, int | float | np.number) and value is not True and 0 < float(value) < math.inf:
        return float(value)
    raise CalibrationError(f"{what} is {value!r}; it must be a positive number.")
