"""Duty drawback: what an economy exports is made on a line of its own, whose chain at home pays no duty.

An economy with drawback φ has a home line and an export line of every cell, of one technology and on one labour and one
capital market. The home line sells at home. The export line sells abroad and to the export lines that it buys its domestic
inputs from, and pays (1−φ) t on what it imports:

    ĉ^H from d = ĉ κ (1+t)/(1+t⁰),   ĉ^X from d = ĉ κ (1+(1−φ)t)/(1+t⁰);   abroad the price is ĉ^X

What is refunded is φ t on the imports of the export line: all duty of the economy that its exports would embody, directly or
through domestic suppliers (Lashkaripour 2021, section 3.2, with φ = 1). Subsidies on imports are not taken back. In the
solver the export lines are further *lines* behind the G economies, S in all, without final demand; their factors, duties and
rents are their owner's.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.economy.arrays import Array
from sim.economy.base import BaseEconomy
from sim.economy.machines import Machines
from sim.economy.settings import Settings
from sim.economy.shocks import ReadShocks
from sim.economy.system import System, build_system, users

Owner = NDArray[np.intp]

#: What of a system is by line instead of by economy.
BY_LINE = (
    *("sourcing", "unused", "excess", "barrier", "bundles", "machine_saving", "machine_cost"),
    *("task_weights", "log_productivity"),
)


def owners(drawback: Array | None) -> Owner | None:
    """Economy of each line (S,): the home lines, then an export line of each economy with drawback; None without any."""
    if drawback is None or not drawback.any():
        return None
    return np.concatenate((np.arange(len(drawback)), np.flatnonzero(drawback)))


def by_line(weights: Array, owner: Owner, economies: int) -> Array:
    """Sourcing (G, N, G, U) of lines from lines (S, N, S, U): exports and the export line's inputs come from export lines."""
    lines, export = len(owner), np.arange(economies, len(owner))
    sells = np.ones((lines, lines))
    sells[owner[export]] = 0.0
    sells[owner[export], owner[export]] = 1.0
    sells[export, owner[export]] = 0.0
    return np.asarray(weights[owner][:, :, owner] * sells[:, None, :, None])


def carried(last: Array | None, before: Owner | None, owner: Owner | None, economies: int) -> Array | None:
    """Last year's sourcing for this year's lines; where they are others, export lines begin with what home lines buy."""
    if last is None or np.array_equal(before, owner):  # type: ignore[arg-type]
        return last
    if before is not None:
        home = last[:economies, :, :economies].copy()
        np.add.at(home, before[economies:], last[economies:, :, :economies])
        last = home
    return last if owner is None else by_line(last, owner, economies)


def with_export_lines(
    plain: System,
    settings: Settings,
    machines: Machines,
    joined: Array,
    bundles: Array,
    shocks: ReadShocks,
    last_sourcing: Array | None,
) -> System:
    """The system of a year with its export lines; ``last_sourcing`` is by line."""
    owner, G = owners(shocks.drawback), plain.G
    if owner is None or shocks.drawback is None:
        return plain
    base, refunded = plain.base, shocks.drawback[owner[G:]]

    def flows(values: Array) -> Array:
        return np.asarray(values[..., owner, :, :][..., owner])

    def levied(rates: Array) -> Array:
        """Rates that lines pay: less on what export lines import."""
        wide = flows(rates).copy()
        wide[..., G:] -= refunded * np.maximum(wide[..., G:], 0.0)
        return wide

    rates = [shocks.tariffs] if shocks.by_use is None else list(shocks.by_use)
    ways: dict[Callable[[Array], Array], tuple[str, ...]] = {
        levied: ("tariffs", "by_use"),
        flows: ("friction", "export_tax"),
        lambda by_kind: by_kind[:, owner]: ("automation", "machine_saving", "machine_cost"),
    }
    given = ((name, way, getattr(shocks, name)) for way, names in ways.items() for name in names)
    changes: dict[str, Any] = {name: None if value is None else way(value) for name, way, value in given}
    none: dict[str, Any] = dict.fromkeys(("demand", "ai_home_share", "transfers", "outlays"))
    wide = build_system(
        _lines(base, owner),
        replace(settings, labour_share=settings.labour_share[owner]),
        replace(machines, weights=machines.weights[..., owner]),
        by_line(users(base, machines, joined, shocks), owner, G),
        bundles,
        replace(shocks, productivity=shocks.productivity[owner], **changes, **none),
        last_sourcing,
    )
    borders = tuple(
        (part, border._replace(refund=(flows(rate) - paid) * border.recorded))
        for (part, border), rate, paid in zip(wide.borders, rates, map(levied, rates), strict=True)
    )
    lines = replace(wide.base, deficit=base.deficit, factor_income=base.factor_income)
    return replace(plain, base=lines, owner=owner, borders=borders, **{name: getattr(wide, name) for name in BY_LINE})


def _lines(base: BaseEconomy, owner: Owner) -> BaseEconomy:
    """Shares of the base year by line, and where output starts from: x^X = (I − A)⁻¹ exports, the rest on the home line."""
    G, N = base.G, base.N
    Z, export = base.Z.reshape(G, N, G, N), owner[G:]
    sold = Z.sum(axis=3) + base.Y.reshape(G, N, G)
    abroad = sold.sum(axis=2) - np.einsum("gig->gi", sold)
    made = np.stack(
        [np.linalg.solve(np.eye(N) - Z[r, :, r] / np.where(base.X[r] > 0, base.X[r], 1.0), abroad[r]) for r in export]
    )
    output = np.concatenate((base.X, made))
    output[export] = np.maximum(output[export] - made, 0.0)
    return replace(
        base,
        economies=(*base.economies, *(f"{base.economies[r]} (exports)" for r in export)),
        X=output,
        tariffs=base.tariffs[owner][:, :, owner],
        **{name: getattr(base, name)[owner] for name in ("factor_income", "value_share")},
        **{name: getattr(base, name)[:, owner] for name in ("input_shares", "final_shares")},
    )
