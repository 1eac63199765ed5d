"""A consortium on a shared ledger: what membership saves, who joins, who leaves, and what it binds.

Members save documentary cost on goods that cross a customs border among them, and payment and settlement cost on all
their trade. Both are iceberg costs: what is saved no longer melts. Because the saving grows with the trade of those who
are already members, adoption can cascade or stall.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def factors(customs: Mask, *, documents: float, payments: float) -> Array:
    """Iceberg factor of a shipment between two members, λ = (1 − d·customs)(1 − p), shape (G, N, G); 1 at home.

    Parameters
    ----------
    customs : ndarray of bool, shape (G, N, G)
        Goods that cross a customs border [origin, sector, destination].
    documents, payments : float, share in [0, 1)
        d, saved on documents where ``customs`` is true; p, saved on payment and settlement of everything foreign.
    """
    rate: Array = np.asarray((1.0 - documents * customs) * (1.0 - payments), dtype=np.float64)
    home = np.arange(len(customs))
    rate[home, :, home] = 1.0
    return rate


def friction(rate: Array, members: Mask) -> Array:
    """Iceberg factors [origin, sector, destination]: ``rate`` where both sides are members, else 1."""
    both = members[:, None] & members[None, :]
    return np.where(both[:, None, :], rate, 1.0)


def pair_savings(flows: Array, rate: Array) -> Array:
    """What each of two members saves on their trade, S[a, b] = ½ Σ_i [(1 − λ_ab) F_ab + (1 − λ_ba) F_ba], symmetric.

    Documents and payments are handled on both sides, so each gets half; over all pairs the parts add up to what is saved.

    Parameters
    ----------
    flows : ndarray, shape (G, N, G)
        Trade of the last year [origin, sector, destination], any money.
    rate : ndarray, shape (G, N, G)
        From :func:`factors`.
    """
    saved = np.einsum("sir,sir->sr", 1.0 - rate, flows)
    result: Array = 0.5 * (saved + saved.T)
    np.fill_diagonal(result, 0.0)
    return result


def expected_saving(pairs: Array, members: Mask, gdp: Array) -> Array:
    """Saving of each economy with the present members (itself not counted) as a share of its GDP, shape (G,)."""
    result: Array = (pairs @ members) / gdp
    return result


class Choice(NamedTuple):
    """What an economy decides about its membership."""

    member: bool
    #: Years in a row in which membership did not pay.
    losing: float


def choose(
    member: bool, losing: float, saving: float, *, entry_cost: float, running_cost: float, horizon: float,
    patience: float, willing: bool = True,
) -> Choice:  # fmt: skip
    """Join, stay or leave.

    A non-member joins where saving > running + entry / horizon. A member counts the years in a row in which
    saving < running, and leaves when there are ``patience`` of them; alone, it saves nothing.

    Parameters
    ----------
    member : bool
    losing : float
        Years in a row so far.
    saving, entry_cost, running_cost : float, share of GDP
    horizon, patience : float, years
    willing : bool
        False for economies that never join by themselves.
    """
    if not member:
        return Choice(willing and saving > running_cost + entry_cost / horizon, 0.0)
    lost = losing + 1.0 if saving < running_cost else 0.0
    stays = lost < patience
    return Choice(stays, lost if stays else 0.0)


def outlay(members: Mask, joined: Mask, *, entry_cost: Array, running_cost: Array) -> Array:
    """Cost of the ledger in a year, share of GDP, shape (G,): running for members, entry in the year of joining."""
    result: Array = members * running_cost + joined * entry_cost
    return result


def committed(target: Array, bound: ArrayLike, *, commitment: float) -> Array:
    """Tariff increments aimed at, (1 − c) of them where verifiable commitments bind.

    Parameters
    ----------
    target : ndarray, shape (G, N)
        One importer's increments [origin, sector].
    bound : array_like of bool, shape (G,)
        Origins on the same ledger.
    """
    result: Array = target * (1.0 - commitment * np.asarray(bound, float))[:, None]
    return result


def trust_terms(
    members: Mask, *, fall: float, recovery: float, shield: float, faster: float
) -> tuple[Array, Array]:  # fmt: skip
    """Fall and recovery of trust by pair, shape (G, G): among members fall·(1 − shield) and min(1, recovery + faster)."""
    both = members[:, None] & members[None, :]
    return np.where(both, fall * (1.0 - shield), fall), np.where(both, min(1.0, recovery + faster), recovery)
