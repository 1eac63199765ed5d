"""Bilateral trust: it falls with hostile acts, comes back slowly, and its absence makes trade dearer.

trust      T' = T + r (T⁰ − T) − f · h          (h: points of tariff and share of exports newly withheld)
friction   κ = 1 + φ · max(0, 1 − T̄ / T̄⁰)
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, StrictBool

from sim.fields import setting
from sim.rules import base
from sim.rules.log import Decisions
from sim.state import Array, Year

#: Levers by which an exporter keeps its goods from a partner.
HINDERING = ("export-restriction", "export-tax")


class Settings(base.Settings, section="trust"):
    """Bilateral trust: falls with hostile acts, recovers slowly; distrust makes trade dearer."""

    active: StrictBool = Field(True, description="false keeps trust, and so its friction, as in the base year.")
    initial: float = setting("Initial trust", "初始信任", "share", 0, 1)
    """Bilateral trust in the base year; friction of trust is measured from here."""
    hostility: float = setting("Loss of trust", "信任损失", "trust lost per 1.00 of tariff", 0, 10)
    """Fall of a pair's trust when one adds a tariff of 100 % against the other; proportional below."""
    recovery: float = setting("Recovery of trust", "信任恢复", "share a year", 0, 1)
    """Share of the lost trust that comes back within a year without hostile acts."""
    friction: float = setting("Friction of distrust", "不信任摩擦", "iceberg cost at zero trust", 0, 2)
    """Iceberg cost that a pair without any trust adds to its trade."""


class Trust(base.Rule):
    """Tariffs and export restrictions of a partner cost trust, and distrust costs trade.

    State: ``trust`` (G, G), of economy r (row) in economy s (column); diagonal 1. Other rules may adjust ``trust-terms``:
    fall per unit of hostility and yearly recovery, numbers or (G, G).
    """

    name = "trust"
    always = True
    Settings = Settings
    about = "Bilateral trust and its friction."
    channel = "trust"

    def idle(self, settings: Any) -> bool:
        """Trust that cannot be lost, or whose loss costs nothing."""
        return super().idle(settings) or settings.hostility == 0.0 or settings.friction == 0.0

    def prepare(self) -> None:
        """Trust of the base year."""
        self.initial = np.full((self.world.G, self.world.G), self.settings.initial)
        np.fill_diagonal(self.initial, 1.0)

    def start(self) -> Mapping[str, Array]:
        """Initial trust."""
        return {"trust": self.initial}

    def respond(self, year: Year) -> Array:
        """Lose trust in those who raised tariffs or withheld exports; distrust is a friction. Keeps the hostile acts."""
        world, before = self.world, year.before
        rise = world.mean_tariffs(year.levels["tariff"]) - world.mean_tariffs(before.levels["tariff"])
        hindered = [np.maximum(0.0, year.levels[lever] - before.levels[lever]) for lever in HINDERING]
        acts = hostility(rise, np.einsum("sir,sir->rs", world.import_weights, sum(hindered)))
        if self.settings.active:
            fall, recovery = base.adjusted(
                year.rules, "trust-terms", year, (self.settings.hostility, self.settings.recovery)
            )
            trust = update(before.trust, self.initial, acts, fall=fall, recovery=recovery)
            year.variables["trust"] = trust
            if self.settings.friction > 0:
                distrust = friction(trust, self.initial, at_zero=self.settings.friction)
                year.scale("friction", distrust[:, None, :])
        return acts

    def log(self, played: base.Played) -> Iterable[Decisions]:
        """Losses of trust through hostile acts; slow recovery is not a decision."""
        before, after, acts = played.before.trust, played.after.trust, played.kept[self.name]
        r, s = np.nonzero((acts > 0) & (after < before))
        if r.size:
            yield self.batch(
                played, "trust", "hostility", r, before[r, s], after[r, s], partner=s, hostility=acts[r, s]
            )


def hostility(tariff_rise: Array, exports_hindered: Array) -> Array:
    """Hostile acts in tariff points, h[r, s]: what s did to r this year.

    - ``tariff_rise`` (ndarray, shape (G, G), fraction): [origin r, importer s]: change of the average goods tariff that
      s levies on r's goods. Cuts do not count.
    - ``exports_hindered`` (ndarray, shape (G, G), fraction): [importer r, exporter s]: newly restricted share of r's
      purchases of goods from s, and points of new export taxes.
    """
    acts = np.maximum(0.0, tariff_rise) + np.maximum(0.0, exports_hindered)
    np.fill_diagonal(acts, 0.0)
    return acts


def update(trust: Array, initial: Array, acts: Array, *, fall: ArrayLike, recovery: ArrayLike) -> Array:
    """Trust T' = T + recovery · (T⁰ − T) − fall · h, kept within [0, 1]; the diagonal stays 1.

    - ``trust``, ``initial`` (ndarray, shape (G, G), share in [0, 1]): [truster r, partner s].
    - ``acts`` (ndarray, shape (G, G), fraction): from :func:`hostility`.
    - ``fall`` (array_like, scalar, shape (G,) or (G, G)): trust lost per unit of hostility (per 100 percentage points
      of tariff) by the truster, or by pair.
    - ``recovery`` (array_like, scalar, shape (G,) or (G, G), share a year)
    """
    given = (np.asarray(x, float) for x in (recovery, fall))
    rate, slope = (x if x.ndim == 2 else x[..., None] for x in given)
    after = np.clip(trust + rate * (initial - trust) - slope * acts, 0.0, 1.0)
    np.fill_diagonal(after, 1.0)
    return after


def friction(trust: Array, initial: Array, *, at_zero: ArrayLike) -> Array:
    """Iceberg factor of distrust, κ[s, r] = 1 + f · max(0, 1 − T̄ / T̄⁰), T̄ the mean of both partners' trust.

    It is 1 at the initial trust (the base year's frictions are in the base year's trade) and 1 + f at none.

    - ``at_zero`` (array_like, scalar or shape (G,)): f, extra trade cost of an economy when trust is gone; the pair
      bears the mean of the two.
    """
    pair, pair_initial = 0.5 * (trust + trust.T), 0.5 * (initial + initial.T)
    lost = np.maximum(0.0, 1.0 - np.divide(pair, pair_initial, out=np.ones_like(pair), where=pair_initial > 0))
    cost = np.broadcast_to(np.asarray(at_zero, float), trust.shape[:1])
    factor = 1.0 + 0.5 * (cost[:, None] + cost[None, :]) * lost
    np.fill_diagonal(factor, 1.0)
    result: Array = factor
    return result
