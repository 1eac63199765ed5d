"""From a solved state to the accounts of the year, with every identity checked."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from decomp.table import WorldTable
from sim.economy.arrays import Array, sealed
from sim.economy.equilibrium import Carry, Equilibrium
from sim.economy.errors import ConvergenceError
from sim.economy.machines import KINDS
from sim.economy.problem import Problem
from sim.economy.quantities import factor_payments
from sim.economy.response import cost_shares
from sim.economy.shocks import Shocks
from sim.economy.solver import Solution

#: Tolerances of the checks, relative (design of the economy).
TOLERANCES = MappingProxyType(
    {
        "balance": 1e-12,
        "income_spending": 1e-9,
        "labour_market": 1e-10,
        "capital_market": 1e-10,
        "numeraire": 1e-10,
    }
)

#: Most rounds of closing the goods markets to the last digits.
CLOSING = 30
#: Share of the mean output below which a cell is measured against this share of the mean.
SMALL_CELL = 1e-6


def account(
    problem: Problem,
    solution: Solution,
    shocks: Shocks,
    template: WorldTable,
    following: Carry,
) -> Equilibrium:
    """Build the result: Z' = share · spending / (1+t), factor rows, tariffs, macro results and checks."""
    state, prices, base = solution.state, solution.state.prices, problem.base
    G, N = problem.G, problem.N
    point, found, supply = state.point, state.quantities, state.supply
    output = point.output
    shares = cost_shares(problem, prices)
    shares *= output
    tariff = np.einsum("sirj,sir->rj", shares, problem.duty)
    shares *= problem.recorded[..., None]
    final = problem.sourcing[..., N] * prices.delivered * found.spending[:, :, N]
    Y = final * problem.recorded
    Z = shares.reshape(G * N, G * N)
    export_tax = None if problem.rent is None else (found.flow * problem.rent).sum(axis=2)
    sold = Y.reshape(G * N, G).sum(axis=1) - (0.0 if export_tax is None else export_tax.reshape(-1))
    earned, growth = closed(Z, sold, output.reshape(-1))
    X = earned if export_tax is None else earned + export_tax.reshape(-1)
    output = output * growth.reshape(G, N)
    tariff *= growth.reshape(G, N)
    value = output * prices.value_share
    labour, capital = value * prices.labour_share, value * prices.capital_share
    paid_labour, paid_capital = labour.sum(axis=1), capital.sum(axis=1)
    wage, rental = np.exp(point.factor[:G]), np.exp(point.factor[G:])
    consumer = np.exp(prices.consumer_price)
    outlays = np.zeros(G)
    if problem.outlays is not None:
        outlays = problem.outlays.sum(axis=0) * (point.income - base.deficit)
    machine = np.exp(prices.machine_price - problem.machine_saving) if problem.kinds else ()
    rows = labour + capital + tariff if export_tax is None else labour + capital + tariff + export_tax
    checks = checked(problem, solution, X, Z.sum(axis=0) + rows.reshape(-1), final.sum(axis=(0, 1)))
    shipped = problem.barrier + np.log(problem.recorded * (1.0 + base.tariffs))  # log κ(1+x)
    return Equilibrium(
        Z=sealed(Z),
        Y=sealed(Y.reshape(G * N, G)),
        X=sealed(X),
        real_wage=sealed(wage / consumer),
        real_income=sealed((point.income - outlays) / base.income / consumer),
        unemployment=sealed(supply.unemployment),
        labour_share=sealed(paid_labour / (paid_labour + paid_capital)),
        employment=sealed(np.exp(supply.log_labour)),
        capital=sealed(np.where(paid_capital > 0, paid_capital / problem.capital_base / rental, 1.0)),
        wage=sealed(wage),
        rental=sealed(rental),
        consumer_price=sealed(consumer),
        unit_cost=sealed(np.exp(point.cost)),
        machine_cost=MappingProxyType({KINDS[k]: sealed(machine[k]) for k in range(problem.kinds)}),
        labour_payments=sealed(labour),
        capital_payments=sealed(capital),
        tariff_payments=sealed(tariff),
        final_tariff=sealed((final * problem.duty).sum(axis=(0, 1))),
        revenue=sealed(found.revenue),
        income=sealed(point.income),
        outlays=sealed(outlays),
        reference_wage=sealed(np.exp(problem.log_reference)),
        residual=max(checks.values()),
        checks=MappingProxyType(checks),
        iterations=solution.passes,
        renewals=solution.renewals,
        shocks=shocks,
        export_tax_payments=None if export_tax is None else sealed(export_tax),
        shipped_price=sealed(np.exp(point.cost[:, :, None] + shipped)),
        _template=template,
        _carry=following,
    )


def closed(Z: Array, final: Array, output: Array) -> tuple[Array, Array]:
    """Output as what the rows earn, X = Z 1 + y, with Z scaled in place until it belongs to that output.

    The solver measures goods markets against large cells; in small ones a gap of 1e-12 of their own output can be left. Each round
    gives every column the output that its row sells, a Neumann step x ← A x + y, which shrinks what is left.

    Parameters
    ----------
    Z : ndarray, shape (n, n)
        Changed in place.
    final : ndarray, shape (n,)
        Sales to final demand less export taxes, which are no part of what pays for production.
    output : ndarray, shape (n,)
        What Z was made for.

    Returns
    -------
    X : ndarray, shape (n,)
    growth : ndarray, shape (n,)
        Factor on the columns, 1 up to rounding.
    """
    growth = np.ones_like(output)
    for _ in range(CLOSING):
        X = Z.sum(axis=1) + final
        floor = np.maximum(X, SMALL_CELL * X.mean())
        if not (np.abs(X - output * growth) / floor).max() > 0.25 * TOLERANCES["balance"]:
            break
        step = np.divide(X, output * growth, out=np.ones_like(X), where=output > 0)
        Z *= step
        growth *= step
    return X, growth


def checked(problem: Problem, solution: Solution, X: Array, costs: Array, spent: Array) -> dict[str, float]:
    """The gaps of every identity, refused when one exceeds its tolerance.

    Raises
    ------
    ConvergenceError
        Names the check and its value.
    """
    found = _checks(problem, solution, X, costs, spent)
    for name, limit in TOLERANCES.items():
        if not found[name] <= limit:
            raise ConvergenceError(
                f"the accounts of the year do not close: {name.replace('_', ' ')} is off by {found[name]:.1e} (relative; "
                f"allowed {limit:.0e}). The shocks are too large to follow; make them smaller or spread them over years.",
                market=name,
                residual=found[name],
                iterations=solution.passes,
            )
    return found


def _checks(problem: Problem, solution: Solution, X: Array, costs: Array, spent: Array) -> dict[str, float]:
    """Relative gaps of every identity; each is at most its entry of :data:`TOLERANCES` in a solved year.

    balance: output against inputs, factor and tariff rows, by cell (cells below 1e-6 of the mean: of that);
    income_spending: income against spending, and against its sources; markets: paid against supplied at the wage.
    """
    state, base = solution.state, problem.base
    wage, rental = np.exp(state.point.factor[: problem.G]), state.point.factor[problem.G :]
    labour, capital = factor_payments(state.prices, state.point.output)
    supplied = problem.labour_base * wage * np.exp(state.supply.log_labour)
    elastic = problem.capital_elastic
    finite = np.where(elastic < 1.0, elastic, 0.0)
    stock = problem.log_capital + finite / (1.0 - finite) * (rental - state.prices.consumer_price)
    fixed = problem.capital_base * np.exp(rental + stock)
    capital_gap = np.where(elastic < 1.0, np.abs(capital - fixed) / fixed, 0.0)
    rental_gap = np.where(elastic < 1.0, 0.0, np.abs(np.expm1(rental - state.prices.consumer_price)))
    income = labour + capital + state.quantities.revenue + base.deficit
    gap = np.maximum(np.abs(spent - state.point.income), np.abs(income - state.point.income)) / state.point.income
    return {
        "balance": float((np.abs(X - costs) / np.maximum(X, SMALL_CELL * X.mean())).max()),
        "income_spending": float(gap.max()),
        "labour_market": float((np.abs(labour - supplied) / supplied).max()),
        "capital_market": float(np.maximum(capital_gap, rental_gap).max()),
        "numeraire": abs(float((labour.sum() + capital.sum()) / problem.world_income) - 1.0),
    }
