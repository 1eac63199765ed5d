"""The state of the world between two simulated years, and what the economies saw of the last one.

Both are frozen: a year's rules read the old state and return a new one, so the order of the economies cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: The two machine technologies, in the order in which tasks are displaced (design: robots first, then AI).
TECHNOLOGIES = ("robots", "ai")

Noun = TypeVar("Noun")


def lock(noun: Noun) -> Noun:
    """Make every array of a dataclass read-only (also those inside mappings) and return the dataclass."""
    names: Iterable[str] = noun.__dataclass_fields__  # type: ignore[attr-defined]
    for name in names:
        value = getattr(noun, name)
        for array in value.values() if isinstance(value, Mapping) else (value,):
            if isinstance(array, np.ndarray):
                array.flags.writeable = False
    return noun


@dataclass(frozen=True, slots=True, eq=False)
class WorldState:
    """What the economies have decided and feel at the start of a year.

    Parameters
    ----------
    year : int
    robots, ai : ndarray, shape (G,), share in [0, 1]
        Adoption of the two machine technologies this year, scenario policies included.
    diffusion : ndarray, shape (2, G), share in [0, 1]
        Adoption of both that diffusion alone has reached: where it goes on from, whatever a policy sets for a while.
    capability : ndarray, shape (G,), share in [0, 1]
        Ability of an economy to put new machines to work (skills, infrastructure).
    grievance : ndarray, shape (G,), index >= 0
        Weighted recent losses, see :mod:`sim.behaviour.protection`.
    increments : ndarray, shape (G, N, G), fraction
        Tariffs [origin, sector, importer] that the importers have added to their base tariffs by their own rule.
    tariffs : ndarray, shape (G, N, G), fraction
        Tariffs applied this year: base, own increments and scenario policies.
    trust : ndarray, shape (G, G), share in [0, 1]
        Trust of economy r (row) in economy s (column); diagonal 1.
    ledger : ndarray of bool, shape (G,)
        Members of the ledger consortium.
    losing : ndarray, shape (G,), years
        Years in a row in which membership has not paid.
    """

    year: int
    robots: Array
    ai: Array
    diffusion: Array
    capability: Array
    grievance: Array
    increments: Array
    tariffs: Array
    trust: Array
    ledger: NDArray[np.bool_]
    losing: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        lock(self)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What the economies observe of a finished year.

    Parameters
    ----------
    year : int
    wage : ndarray, shape (G,), ratio to the base year
        In world factor income.
    standing : ndarray, shape (G, 4)
        Manufacturing employment (ratio to the base year, efficiency units), imports in home use of manufactures,
        unemployment rate, labour share; the order of :data:`sim.behaviour.protection.LOSSES`.
    penetration : ndarray, shape (G, N, G), share
        Share of origin s in what r uses of each sector's goods [origin, sector, user]; the user's own share included.
    machine_cost : ndarray, shape (2, G), ratio to the base year
        Price of the services of robots and of AI.
    """

    year: int
    wage: Array
    standing: Array
    penetration: Array
    machine_cost: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        lock(self)
