"""A solved year: its arrays, its balanced world table and its accounts, with every identity checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.table import WorldTable
from sim.economy.arrays import Array
from sim.economy.errors import ConvergenceError
from sim.economy.machines import KINDS
from sim.economy.nests import ces, ces_pair, cheaper
from sim.economy.passes import Prices, export_taxes, factor_payments
from sim.economy.response import Response, cost_shares
from sim.economy.shocks import Shocks
from sim.economy.solver import Point, Solution, State
from sim.economy.system import System
from sim.economy.workers import pay_by_origin
from sim.state import Locked

#: Tolerances of the checks, relative (design of the economy).
TOLERANCES = MappingProxyType(
    {"balance": 1e-12, "income_spending": 1e-9, "labour_market": 1e-10, "capital_market": 1e-10, "numeraire": 1e-10}
)

#: Most rounds of closing the goods markets to the last digits.
CLOSING = 30
#: Share of the mean output below which a cell is measured against this share of the mean.
SMALL_CELL = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Carry:
    """What the next year may start from; not part of the result."""

    point: Point | None = None
    before: Point | None = None
    #: Whether the change from ``before`` to ``point`` foretells the next.
    trend: bool = False
    #: Passes the year took: many mean that the factorisations are worn.
    passes: int = 0
    response: Response | None = None
    sourcing: Array | None = None
    #: Economy of each line, None where none has an export line.
    owner: NDArray[np.intp] | None = None
    #: The year's equations and where they hold, for its gradient.
    system: System | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Equilibrium(Locked):
    """One year in general equilibrium. Ratios to the base year unless a unit is given; G economies, N sectors.

    Values are in the table's unit with world factor income held at its base value (the numeraire).
    """

    #: Flows at basic prices (G·N, G·N), (G·N, G) and output (G·N,).
    Z: Array
    Y: Array
    X: Array
    #: ŵ/P̂_C per employed hour; income net of outlays over P̂_C, net of the charge for capital if it is set, and before it;
    #: that charge over base-year income, in goods of final demand: (G,).
    real_wage: Array
    real_income: Array
    gross_income: Array
    capital_charge: Array
    #: Rate, level (0 but under the wage curve): (G,).
    unemployment: Array
    #: wL / (wL + ρK), level: (G,).
    labour_share: Array
    #: L̂, K̂, ŵ, ρ̂, P̂_C: (G,); persons of the labour force who take part, ratio (1 but where labour supply is elastic or rigid).
    employment: Array
    labour_participation: Array
    capital: Array
    wage: Array
    rental: Array
    consumer_price: Array
    #: Wage per efficiency unit in each sector, what a worker who began there earns, and one who works there, ratios (G, N).
    sector_wage: Array
    group_wage: Array
    job_wage: Array
    #: ĉ (G, N); log of what technology takes off it at given prices of inputs and factors (G, N).
    unit_cost: Array
    technology: Array
    #: q̂ (G,) by kind: machine price with its decline, without the saving μ; empty without automation.
    machine_cost: Mapping[str, Array]
    #: Payments by cell, values (G, N).
    labour_payments: Array
    capital_payments: Array
    tariff_payments: Array
    #: Tariffs on final demand, those on machines inside ``tariff_payments``, all revenue with export taxes, income: values (G,).
    final_tariff: Array
    machine_tariff: Array
    revenue: Array
    income: Array
    #: Spending on education and ledgers, value (G,).
    outlays: Array
    #: ω̄ that the wage curve used (G,).
    reference_wage: Array
    #: Largest relative residual; every check by name, relative.
    residual: float
    checks: Mapping[str, float]
    #: Passes over the table and Jacobians built.
    iterations: int
    renewals: int
    #: Shocks as given.
    shocks: Shocks
    #: Receipts of export taxes by cell (G, N), None without.
    export_tax_payments: Array | None = None
    #: Tariff rates on what industries buy (inputs and machines together) and on final demand (2, G, N, G); None: one for all uses.
    rates: Array | None = None
    #: Duties refunded (G,), already taken from ``tariff_payments``, and ĉ of the export line over that of the home line (G, N);
    #: None without drawback.
    refunds: Array | None = None
    export_cost: Array | None = None
    _template: WorldTable | None = field(default=None, repr=False)
    _carry: Carry = field(default_factory=Carry, repr=False)
    _made: dict[str, WorldTable] = field(default_factory=dict, repr=False)

    @property
    def table(self) -> WorldTable:
        """The year's balanced world table with primary rows labour, capital and tariff (built on first use)."""
        if "table" not in self._made:
            assert self._template is not None
            rows = {"labour": self.labour_payments, "capital": self.capital_payments, "tariff": self.tariff_payments}
            if self.export_tax_payments is not None:
                rows["export tax"] = self.export_tax_payments
            primary = {name: paid.reshape(-1) for name, paid in rows.items()}
            self._made["table"] = self._template.replace(
                Z=self.Z, Y=self.Y, primary=primary, final_tariff=self.final_tariff
            )
        return self._made["table"]

    @property
    def G(self) -> int:
        """Number of economies."""
        return len(self.real_wage)

    @property
    def N(self) -> int:
        """Number of sectors."""
        return int(self.unit_cost.shape[1])

    @property
    def value_added(self) -> Array:
        """X − Σ Z by column (G·N,): labour, capital, tariff on inputs (and export tax)."""
        return np.asarray(self.X - self.Z.sum(axis=0))

    @property
    def real_gdp(self) -> Array:
        """Real value added at factor cost over the base year's, (G,): what factors do, and technology.

        By the envelope theorem d log GDP = s d log L + (1−s) d log K + Σ_j X_j τ_j / value added, with τ what technology takes
        off unit costs. Labour's share s and the Domar weights are means of the base year's and the year's (Törnqvist): the value
        depends on the two years alone, whatever lies between them, and is positive.
        """
        assert self._template is not None and self._template.primary is not None
        wages, profits = (
            self._template.primary[name].reshape(self.G, self.N).sum(axis=1) for name in ("labour", "capital")
        )
        share = 0.5 * (wages / (wages + profits) + self.labour_share)
        paid = (self.labour_payments + self.capital_payments).sum(axis=1)
        sold = self.X.reshape(self.G, self.N) - (0.0 if self.export_tax_payments is None else self.export_tax_payments)
        domar = 0.5 * (self._template.X.reshape(self.G, self.N) / (wages + profits)[:, None] + sold / paid[:, None])
        factors = share * np.log(self.employment) + (1.0 - share) * np.log(self.capital)
        return np.asarray(np.exp(factors + (domar * self.technology).sum(axis=1)))

    def next_reference(self, adaptation: float) -> Array:
        """Reference wage of next year, ω̄_{y+1} = ω̄_y^λ ω_y^{1−λ} with λ = ``adaptation``."""
        return np.asarray(self.reference_wage**adaptation * self.real_wage ** (1.0 - adaptation))

    def __post_init__(self) -> None:
        """Make the arrays and mappings read-only."""
        for name in ("machine_cost", "checks"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        Locked.__post_init__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without what only a next year's solve would use; arrays are read-only again in the copy."""
        kept: dict[str, Any] = {
            f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("_made", "_carry")
        }
        kept |= {name: dict(kept[name]) for name in ("machine_cost", "checks")}
        return partial(type(self), **kept), ()

    def detached(self) -> Equilibrium:
        """The same result without what only a next year's solve would use (factorisations, last year's shares)."""
        same = object.__new__(type(self))
        for name in self.__slots__:
            object.__setattr__(same, name, getattr(self, name))
        object.__setattr__(same, "_carry", Carry(point=self._carry.point))
        return same


def account(system: System, solution: Solution, shocks: Shocks, template: WorldTable, following: Carry) -> Equilibrium:
    """Build the result: Z' = share · spending / (1+t), factor rows, tariffs, macro results and checks."""
    state, prices, base = solution.state, solution.state.prices, system.base
    G, N, lines = system.G, system.N, len(state.point.output)
    point, quantities = state.point, state.quantities
    shares, tariff, rates = _purchases(system, prices, point.output)
    final = system.sourcing[..., N] * prices.delivered * quantities.spending[:, :, N]
    size = lines * N
    Z, Y = shares.reshape(size, size), (final * system.final.recorded)[:, :, :G].reshape(size, G)
    export_tax = export_taxes(system, quantities.flows)
    earned, growth = closed(Z, Y.sum(axis=1) - export_tax.reshape(-1), point.output.reshape(-1))
    X = earned + export_tax.reshape(-1)
    tariff *= growth.reshape(lines, N)
    value = point.output * growth.reshape(lines, N) * prices.value_share
    labour, capital = value * prices.labour_share, value * prices.capital_share
    paid_labour, paid_capital = system.pool(labour.sum(axis=1)), system.pool(capital.sum(axis=1))
    wage, rental = np.exp(state.supply.pay), np.exp(point.factor[-G:])
    group = job = sector = np.exp(np.broadcast_to(state.supply.wage, (G, N)))
    if system.markets > 1:
        group, job = pay_by_origin(*system.attached(state.supply.wage))
    consumer = np.exp(prices.consumer_price)
    outlays = np.zeros(G)
    if system.outlays is not None:
        outlays = system.outlays.sum(axis=0) * (point.income - base.deficit)
    machine = np.exp(prices.machine_price - system.machine_saving) if system.kinds else ()
    gross = (point.income - outlays) / base.income / consumer
    stock = np.where(paid_capital > 0, paid_capital / system.capital_base / rental, 1.0)
    # (ρ + δ) P_K ΔK, where (ρ + δ) P_K K⁰ is the base year's capital income and P_K moves with P_C
    had = ((1.0 - system.settings.labour_share) * base.factor_income).sum(axis=1) / base.income
    charge = had * (stock - np.exp(system.log_capital))
    rows = labour + capital + tariff + export_tax
    checks = checked(system, solution, X, Z.sum(axis=0) + rows.reshape(-1), final.sum(axis=(0, 1))[:G])
    refunds, export_cost = _export_lines(system, solution)
    return Equilibrium(
        Z=_flows(system, Z.reshape(lines, N, lines, N)).reshape(G * N, G * N),
        Y=system.pool(Y.reshape(lines, N, G)).reshape(G * N, G),
        X=system.pool(X.reshape(lines, N)).reshape(-1),
        real_wage=wage / consumer,
        real_income=gross - charge if system.settings.capital_charge else gross,
        gross_income=gross,
        capital_charge=charge,
        unemployment=state.supply.unemployment,
        labour_share=paid_labour / (paid_labour + paid_capital),
        employment=np.exp(state.supply.log_labour),
        labour_participation=np.exp(system.settings.persons * (state.supply.log_labour - system.log_labour)),
        capital=stock,
        wage=wage,
        rental=rental,
        consumer_price=consumer,
        sector_wage=sector,
        group_wage=group,
        job_wage=job,
        unit_cost=np.exp(point.cost[:G]),
        technology=technology(system, prices, system.lines(state.supply.wage))[:G],
        machine_cost={KINDS[k]: machine[k][:G] for k in range(system.kinds)},
        labour_payments=system.pool(labour),
        capital_payments=system.pool(capital),
        tariff_payments=system.pool(tariff),
        final_tariff=(final * system.final.duty).sum(axis=(0, 1))[:G],
        machine_tariff=_machine_tariff(system, solution),
        revenue=quantities.revenue,
        income=point.income,
        outlays=outlays,
        reference_wage=np.exp(system.log_reference),
        residual=max(checks.values()),
        checks=checks,
        iterations=solution.passes,
        renewals=solution.renewals,
        shocks=shocks,
        export_tax_payments=None if system.inputs.rent is None else system.pool(export_tax),
        refunds=refunds,
        export_cost=export_cost,
        rates=rates,
        _template=template,
        _carry=following,
    )


def _purchases(system: System, prices: Prices, output: Array) -> tuple[Array, Array, Array | None]:
    """Inputs at the border (S, N, S, N), the duty on them by cell (S, N), and ``rates`` of :class:`Equilibrium`."""
    if len(system.borders) == 1 and system.owner is None:
        shares = cost_shares(system, prices)
        shares *= output
        tariff = np.einsum("sirj,sir->rj", shares, system.inputs.duty)
        shares *= system.inputs.recorded[..., None]
        return shares, tariff, None
    shares = cost_shares(system, prices, "duty")
    shares *= output
    tariff, levied = shares.sum(axis=(0, 1)), _flows(system, shares.sum(axis=3))
    shares = cost_shares(system, prices, "recorded")
    shares *= output
    bought, home = _flows(system, shares.sum(axis=3)), (slice(system.G), slice(None), slice(system.G))
    rest, final = ((border.duty / border.recorded)[home] for border in (system.inputs, system.final))
    return shares, tariff, np.stack([np.divide(levied, bought, out=rest, where=bought > 0), final])


def _flows(system: System, flows: Array) -> Array:
    """Flows between lines [origin, sector, destination, …] summed to flows between economies."""
    return np.swapaxes(system.pool(np.swapaxes(system.pool(flows), 0, 2)), 0, 2)


def _export_lines(system: System, solution: Solution) -> tuple[Array | None, Array | None]:
    """Duties refunded (G,), and unit cost of export lines over that of home lines (G, N); None without export lines."""
    if system.owner is None:
        return None, None
    G, cost, export = system.G, solution.state.point.cost, system.owner[system.G :]
    paid = zip(solution.state.quantities.flows, system.borders, strict=True)
    refunds = sum((flow * np.asarray(border.refund)).sum(axis=(0, 1)) for flow, (_, border) in paid)
    dearer = np.ones((G, system.N))
    dearer[export] = np.exp(cost[G:] - cost[export])
    return system.pool(np.asarray(refunds)), dearer


def _machine_tariff(system: System, solution: Solution) -> Array:
    """Tariffs on machine services (G,)."""
    weights, spending = system.sourcing[..., system.N + 1 :], solution.state.quantities.spending[:, :, system.N + 1 :]
    flow = np.einsum("siru,iru->sir", weights, spending) * solution.state.prices.delivered
    return system.pool(np.asarray((flow * system.borders[-1][1].duty).sum(axis=(0, 1))))


def technology(system: System, prices: Prices, wage: Array) -> Array:
    """What technology takes off log unit costs at given prices, (G, N): productivity, and machines that do tasks for less.

    log Â + log CES_σv(p_v⁰, P_M) − log CES_σv(p_v, P_M), p_v⁰ the price of the composite if labour did all tasks: the mean of that at
    the year's prices, with current shares as weights of the ratios p_v⁰/p_v, and at those of the base year.
    """
    if not system.kinds:
        return system.log_productivity
    settings, labour = system.settings, np.zeros((1, len(wage), 1))
    saved = wage - cheaper(wage, prices.machine_price[..., None], system.reversion)[0]
    now = np.concatenate((np.zeros((1, *wage.shape)), saved))
    shares = np.concatenate((1.0 - prices.task_share.sum(axis=0)[None], prices.task_share))
    before = np.concatenate(
        (labour, labour, cheaper(labour[:, :, 0], system.machine_cost, system.reversion)[0][:, :, None])
    )
    gain = ces_pair(ces(now, shares, settings.tasks)[0], labour[0], prices.value_share, settings.value_added)[0]
    old = ces(before, system.task_weights, settings.tasks)[0]
    gain = gain - ces_pair(old, labour[0], system.base.value_share, settings.value_added)[0]
    return np.asarray(system.log_productivity + 0.5 * gain)


def closed(Z: Array, final: Array, output: Array) -> tuple[Array, Array]:
    """Output as what the rows earn, X = Z 1 + y, (n,), and the factor on the columns, with Z scaled in place to that output.

    ``final`` is sales to final demand less export taxes, ``output`` what Z was made for. The solver measures goods markets
    against large cells; in small ones a gap of 1e-12 of their own output can be left. Each round gives every column the
    output that its row sells, a Neumann step x ← A x + y, which shrinks what is left.
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


def checked(system: System, solution: Solution, X: Array, costs: Array, spent: Array) -> dict[str, float]:
    """Work out the relative gap of every identity; each is at most its entry of :data:`TOLERANCES` in a solved year.

    balance: output against inputs, factor and tariff rows, by cell (cells below 1e-6 of the mean: of that);
    income_spending: income against spending, and against its sources; labour_market: paid against supplied at the wage;
    capital_market: the same over 1 + ε, since supply answers returns, known to so many digits, with elasticity ε; labour likewise.
    """
    state, base, G = solution.state, system.base, system.G
    rental = state.point.factor[-G:]
    labour, capital = factor_payments(system, state.prices, state.point.output)
    supplied = np.where(labour > 0, state.supply.wage_bill, 1.0)  # sectors without labour have no market
    real_return, fixed = rental - state.prices.consumer_price, 1.0 - system.capital_elastic  # 1 / (1 + ε)
    answer = np.divide(system.capital_elastic, fixed, out=np.zeros(G), where=fixed > 0) * real_return
    stock = system.capital_base * np.exp(rental + system.log_capital + answer)
    capital_gap = np.where(fixed > 0, fixed * (capital / stock - 1.0), real_return)
    income = labour.sum(axis=1) + capital + state.quantities.revenue + base.deficit
    gap = np.maximum(np.abs(spent - state.point.income), np.abs(income - state.point.income)) / state.point.income
    gaps = {
        "balance": float((np.abs(X - costs) / np.maximum(X, SMALL_CELL * X.mean())).max()),
        "income_spending": float(gap.max()),
        "labour_market": float(np.abs(labour / supplied - (labour > 0)).max()) / system.stiffness,
        "capital_market": float(np.abs(capital_gap).max()),
        "numeraire": abs(float((labour.sum() + capital.sum()) / system.world_income) - 1.0),
    }
    for name, limit in TOLERANCES.items():
        if not gaps[name] <= limit:
            raise ConvergenceError(
                f"the accounts of the year do not close: {name.replace('_', ' ')} is off by {gaps[name]:.1e} (relative; "
                f"allowed {limit:.0e}). The shocks are too large to follow; make them smaller or spread them over years.",
                market=name,
                residual=gaps[name],
                iterations=solution.passes,
            )
    return gaps
