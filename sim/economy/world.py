"""The world economy: a calibrated base year that answers shocks with an equilibrium."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from decomp.table import WorldTable
from sim.economy.accounts import Carry, Equilibrium, account
from sim.economy.arrays import Array, number, sealed, shaped, within
from sim.economy.base import BaseEconomy, PurgeReport, Repair, calibrate
from sim.economy.continuation import solve_along_path, trend_holds
from sim.economy.drawback import carried, owners, with_export_lines
from sim.economy.errors import ShockError
from sim.economy.feasibility import require_feasible, require_income
from sim.economy.fixed_prices import solve_fixed_prices
from sim.economy.gradient import Gradient, Own, differentiate
from sim.economy.machines import Machines, MachineSpec, read_machines
from sim.economy.own_tariffs import OwnTariffs, own_tariffs
from sim.economy.settings import ATTACHMENT, MOBILITY, Settings, TradeElasticity, read_settings
from sim.economy.shocks import FLOW, ReadShocks, Shocks, read_shocks
from sim.economy.system import System, build_system, join_sourcing, outlay_bundles

Objective = str | Sequence[str] | Mapping[str, float] | NDArray[np.float64]
Political = ArrayLike | Mapping[tuple[str, str], float]


class WorldEconomy:
    """A world table calibrated as a multi-country general equilibrium in changes.

    Parameters
    ----------
    table : WorldTable
    tariffs : ndarray (G, N, G), optional
        Base tariffs t⁰[exporter, sector, destination]; none when absent; the diagonal is ignored.
    trade_elasticity : float, (N,), mapping from sectors, or name of a calibrated set
        θ of the sourcing nest.
    labour_share : float, (G,), (G, N), mapping from economies, or "default" (calibrated)
        Labour's share of factor income.
    substitution : mapping, optional
        "value_added" σ_v, "inputs" σ_m, "consumption" σ_f, "tasks" σ.
    labour_market : {"full-employment", "elastic", "rigid", "wage-curve"}
        What answers the real wage against its reference: nothing, hours and participation, employment alone (real wages hardly
        fall), or unemployment.
    labour_supply : mapping, optional
        "hours", "participation": elasticities of elastic labour supply.
    capital_supply : float
        ε_K of capital to ρ̂/P̂_C; 0 fixed stock, inf steady state.
    unemployment : (G,) or mapping, optional
        Base rates of the wage curve; calibrated when absent.
    closure : {"general-equilibrium", "fixed-prices"}
    capital_charge : bool
        Whether real income is net of what capital beyond its given path costs a year.
    deficits : {"fixed", "balanced", "none"}
        Deficits of the table stay, in the numeraire; the base year is solved again without them, at its technology and factors, and
        shocks are set against that; or every year is without them, against the base year as observed.
    machines : MachineSpec, optional
    sluggishness : float
        λ in (0, 1]: part of the way to long-run sourcing shares made in a year; 1 is all of it.
    mobility : float
        κ > 1, how easily workers go where pay rises (Fréchet talents); inf is one wage in every economy.
    attachment : float
        a in [0, 1], part of the workers who stay with their first sector, where the shocks of a year give no other.
    repair : {"small", "none"}
        Whether small negative inputs and factor incomes of the table are repaired (and said), or refused.

    Raises EconomyError: the table or a setting is not usable; says where and what to change.

    >>> from decomp.table import WorldTable
    >>> table = WorldTable([[2.0, 1.0], [1.0, 3.0]], [[5.0, 2.0], [2.0, 5.0]], ["HOM", "FOR"], ["all"])
    >>> world = WorldEconomy(table, trade_elasticity=5.0, labour_share=0.6)
    >>> bool(world.solve(tariffs=0.1).real_income.max() < 1.01)
    True
    """

    __slots__ = ("_outlay_bundles", "_sourcing", "base", "machines", "settings", "table")

    #: Base-year flows and shares, with what the purge changed.
    base: BaseEconomy
    settings: Settings
    machines: Machines
    #: The purged base table with primary rows labour, capital and tariff.
    table: WorldTable
    _sourcing: Array
    _outlay_bundles: Array

    def __init__(
        self,
        table: WorldTable,
        tariffs: ArrayLike | None = None,
        *,
        trade_elasticity: TradeElasticity = "default",
        labour_share: ArrayLike | str | Mapping[str, float] = "default",
        substitution: Mapping[str, float] | None = None,
        labour_market: str = "full-employment",
        labour_supply: Mapping[str, float] | None = None,
        capital_supply: float = 0.0,
        unemployment: ArrayLike | Mapping[str, float] | None = None,
        closure: str = "general-equilibrium",
        deficits: str = "fixed",
        capital_charge: bool = False,
        machines: MachineSpec | None = None,
        sluggishness: float = 1.0,
        mobility: float = MOBILITY,
        attachment: float = ATTACHMENT,
        repair: Repair = "small",
    ) -> None:
        base = calibrate(table, _base_tariffs(table, tariffs), repair)
        settings = read_settings(
            table,
            trade_elasticity=trade_elasticity,
            labour_share=labour_share,
            substitution=substitution,
            labour_market=labour_market,
            labour_supply=labour_supply,
            capital_supply=capital_supply,
            unemployment=unemployment,
            closure=closure,
            deficits=deficits,
            capital_charge=capital_charge,
            sluggishness=sluggishness,
            mobility=mobility,
            attachment=attachment,
        )
        if deficits == "balanced":
            options: dict[str, Any] = {name: getattr(settings, name) for name in ("trade_elasticity", "labour_share")}
            options |= {"substitution": substitution, "repair": repair, "mobility": np.inf, "deficits": "none"}
            without = WorldEconomy(table, base.tariffs, **options).solve()
            balanced = calibrate(without.table, base.tariffs, "none")
            base = replace(balanced, deficit=np.zeros(table.G), report=base.report)
        made = read_machines(table, base, machines or MachineSpec())
        sourcing = join_sourcing(base, made)
        base = replace(base, sourcing=sourcing[..., : table.N])  # one copy of the largest array
        bundles = sealed(outlay_bundles(table, base))
        parts = (bundles, sourcing, base, made, settings, _purged_table(table, base, settings))
        for name, part in zip(self.__slots__, parts, strict=True):
            object.__setattr__(self, name, part)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a calibrated economy does not change; build another."""
        raise AttributeError(f"a WorldEconomy is frozen; build another instead of setting {name!r}.")

    @property
    def report(self) -> PurgeReport:
        """What calibration changed in the table."""
        return self.base.report

    @property
    def notes(self) -> tuple[str, ...]:
        """What calibration changed and assumed, in sentences."""
        closed = {
            "balanced": "The base year was solved again without deficits; shocks are set against that year.",
            "none": "Every year but the base year's accounts is without deficits, the first one too.",
        }
        said = [closed[self.settings.deficits]] if self.settings.deficits in closed else []
        return (*self.base.report.notes, *said, *self.machines.notes)

    def solve(self, shocks: Shocks | None = None, *, start: Equilibrium | None = None, **changes: Any) -> Equilibrium:
        """Solve one year: the base year with these shocks.

        - ``shocks`` (Shocks, optional)
        - ``start`` (Equilibrium, optional): last year: a first guess and, with sluggish sourcing, the sourcing shares
          to adjust from.
        - ``**changes``: fields of :class:`Shocks` by keyword, for example ``tariffs=…, friction=…``.

        Raises ShockError: a shock has the wrong shape or range. InfeasibleError: an input is left without a source, or
        a deficit cannot be carried. ConvergenceError: no equilibrium was found; names the worst market.
        """
        given = Shocks.of(shocks, changes)
        read, carry = self._read(given, start)
        if self.settings.closure == "fixed-prices":
            return solve_fixed_prices(self._system(read, Carry()), read, given, self.table)
        system = self._system(read, carry)
        require_feasible(system if carry.owner is None else self._system(read, Carry()))
        solution = solve_along_path(lambda part: self._system(read, carry, part), system, carry)
        point, prices = solution.state.point, solution.state.prices
        require_income(system, point.income)
        sourcing = None
        if self.settings.sluggishness < 1.0:  # π' of all users, (G, N, G, U)
            sourcing = system.sourcing * prices.delivered[..., None]
            sourcing /= prices.total
        following = Carry(
            point=point,
            before=carry.point,
            trend=trend_holds(point, carry),
            passes=solution.passes,
            response=solution.response,
            sourcing=sourcing,
            owner=carry.owner,
            system=system,
            state=solution.state,
        )
        return account(system, solution, given, self.table, following)

    def gradient(
        self,
        objective: Objective,
        wrt: Sequence[str] = ("tariffs",),
        *,
        at: Equilibrium | None = None,
        start: Equilibrium | None = None,
        political: Political | None = None,
        patience: float = 0.0,
        accuracy: float = 1e-9,
        whose: Own = None,
    ) -> Gradient:
        """Differentiate real incomes at a solved year, exactly, with respect to every rate at once.

        dW/dp = W_p + R_pᵀ λ with R_zᵀ λ = −W_z: one linear solve for each objective (docs/economy.md, section 10).

        - ``objective`` (label, group or list of these; mapping from labels; (G,) or (K, G)): the mean real income of
          these economies, weighted with base-year income; or Σ_r a_r real income_r with these weights a.
          ``numpy.eye(G)`` gives the gradients of all economies side by side.
        - ``wrt`` (sequence): of "tariffs", "tariffs_by_use" (inputs, final demand, machines), "export_tax", "friction",
          "productivity".
        - ``at`` (Equilibrium, optional): the year; the base year when absent.
        - ``start`` (Equilibrium, optional): last year, where the year must be solved: ``at`` is absent, or was stored
          or sent to another process.
        - ``political`` ((G, N) or mapping from (economy, sector), labels or groups): weights b of a government on what
          its sectors earn (Ossa 2014): adds Σ_j (b_rj − 1) real factor income of j to real income, over base-year
          income; 1 when absent.
        - ``accuracy`` (float): what may be left of the adjoint equations, relative to the largest multiplier: each
          digit costs half a sweep.
        - ``whose`` ((G,), optional): the objective of each destination; derivatives are of its own, without the axis K (not of productivity).
        """
        year, aim = self._solved(at, start), read_aim(self.table, self.base.income, objective, political)
        return differentiate(year, aim, wrt, accuracy, number(patience, "patience", low=0.0, high=1.0), whose)

    def own_tariffs(
        self,
        sectors: str | Sequence[str] = "manufacturing",
        *,
        union: str | Sequence[str] = (),
        at: Equilibrium | None = None,
        start: Equilibrium | None = None,
        drawback: ArrayLike = 1.0,
        patience: float = 0.0,
        accuracy: float | None = None,
    ) -> OwnTariffs:
        """Differentiate labour and imports in some sectors with respect to each economy's own uniform tariff on what it imports there.

        - ``sectors`` (label, group or list of these)
        - ``union`` (label, group or list of these): economies with one external tariff.
        - ``at``, ``start`` (Equilibrium, optional)
        - ``drawback`` (float or (G,)): part of the duty on this rise that is refunded on what exports are made of.
        - ``patience`` (float): as in :meth:`gradient`, with what it raises.
        - ``accuracy`` (float, optional): as in :meth:`gradient`; one step of fresh factorisations (about 1e-4) when
          absent and all is refunded.

        With the closure "fixed-prices" no job answers: zeros.
        """
        table = self.table
        if self.settings.closure == "fixed-prices":
            return OwnTariffs(np.zeros(table.G), np.zeros(table.G), np.zeros((2, table.G)))
        year = self._solved(at, start)
        member, made = np.zeros(table.G, dtype=bool), np.zeros(table.N, dtype=bool)
        member[list(table.economies_in(union) if union else ())], made[list(table.sectors_in(sectors))] = True, True
        rates = within(shaped(drawback, (table.G,), "drawback", "economy"), 0.0, 1.0, "drawback", (table.economies,))
        return own_tariffs(year, member, made, rates, number(patience, "patience", low=0.0, high=1.0), accuracy)

    def game(
        self, name: str, *, players: Sequence[str], at: Equilibrium, given: Array | None = None, **terms: Any
    ) -> Any:
        """Play a round ("moves") over the tariffs given, or ask what keeps an agreement ("trigger"), at a year: :mod:`sim.economy.games`."""
        from sim.economy import games

        year = self._solved(at, None)
        if name == "trigger":
            return games.trigger(self, players, shocks=year.shocks, start=year, accuracy=1e-3, **terms)
        return games.moves(self, players, at=year, shocks=Shocks(tariffs=given), **terms)

    def _solved(self, at: Equilibrium | None, start: Equilibrium | None) -> Equilibrium:
        """The year at which to differentiate."""
        if self.settings.closure == "fixed-prices":
            raise ShockError("there are no gradients with closure 'fixed-prices'; use 'general-equilibrium'.")
        year = self.solve(start=start) if at is None else at
        if year._carry.state is None:  # a year that was stored
            year = self.solve(year.shocks, start=start)
        if year._carry.system is None or year._carry.system.settings is not self.settings:
            raise ShockError("'at' was solved by another economy; give a year that this one solved.")
        return year

    def _read(self, given: Shocks, start: Equilibrium | None) -> tuple[ReadShocks, Carry]:
        """Shocks as arrays, and what this year takes from the last one, by this year's lines."""
        read = read_shocks(given, self.base)
        if self.settings.deficits == "none" and self.base.deficit.any():
            read = replace(read, transfers=(0.0 if read.transfers is None else read.transfers) - self.base.deficit)
        if start is not None and start.unit_cost.shape != self.base.X.shape:
            raise ShockError(
                f"start is a year of {start.G} economies × {start.N} sectors, this economy has {self.base.G} × {self.base.N}; "
                "start from a year that this economy has solved."
            )
        carry, owner = Carry() if start is None else start._carry, owners(read.drawback)
        if not np.array_equal(carry.owner, owner):  # type: ignore[arg-type]  # other lines than last year
            carry = Carry(sourcing=carried(carry.sourcing, carry.owner, owner, self.base.G), owner=owner)
        return read, carry

    def _system(self, read: ReadShocks, carry: Carry, part: float = 1.0) -> System:
        """The equations of a year, with its export lines, or of the part of its shocks on a path to it."""
        settings = self.settings
        if part < 1.0:  # rigid wages are made rigid on the way
            read = read.part(part, self.base, settings.trade_elasticity)
            below, above = settings.labour_elastic
            settings = replace(settings, labour_elastic=(below**part if below else 0.0, above))
        fixed = (self.machines, self._sourcing, self._outlay_bundles, read)
        plain = build_system(self.base, settings, *fixed, carry.sourcing if carry.owner is None else None)
        return plain if carry.owner is None else with_export_lines(plain, settings, *fixed, carry.sourcing)


def _base_tariffs(table: WorldTable, tariffs: ArrayLike | None) -> Array:
    G, N = table.G, table.N
    rates = shaped(0.0 if tariffs is None else tariffs, (G, N, G), "base tariffs", FLOW).copy()
    rates[np.arange(G), :, np.arange(G)] = 0.0
    labels = (table.economies, table.sectors, table.economies)
    return within(rates, -1.0, 1e6, "base tariffs", labels, open_low=True)


def _purged_table(table: WorldTable, base: BaseEconomy, settings: Settings) -> WorldTable:
    """The base table as the economy sees it: purged, one final-demand column, primary rows, tariffs."""
    G, N = base.G, base.N
    duty = np.einsum("sirj,sir->rj", base.Z.reshape(G, N, G, N), base.tariffs)
    primary = {
        "labour": (settings.labour_share * base.factor_income).reshape(-1),
        "capital": ((1.0 - settings.labour_share) * base.factor_income).reshape(-1),
        "tariff": duty.reshape(-1),
    }
    absent = ("final_demand", "final_demand_labels", "published_output", "published_value_added", "published_taxes")
    return table.replace(
        **dict.fromkeys(absent),
        Z=base.Z,
        Y=base.Y,
        value_added="residual",
        primary=primary,
        final_tariff=(base.Y.reshape(G, N, G) * base.tariffs).sum(axis=(0, 1)),
        notes=(*table.notes, *base.report.notes),
    )


def read_aim(
    table: WorldTable, income: Array, objective: Objective, political: Political | None
) -> tuple[Array, Array]:
    """Read W_k = Σ_r a_kr (real income_r + Σ_j (b_rj − 1) real factor income of sector j): a (G,) or (K, G), b − 1 (G, N)."""
    weights, minus_one = np.zeros(table.G), np.zeros((table.G, table.N))
    if isinstance(objective, Mapping):
        for label, weight in objective.items():
            weights[table.economy(label)] = number(weight, f"objective[{label!r}]", low=-np.inf)
    elif isinstance(objective, np.ndarray):
        shape = (len(objective), table.G) if objective.ndim == 2 else (table.G,)
        weights = shaped(objective, shape, "objective", "objective, economy")
    else:
        members = table.economies_in(objective)
        weights[members] = income[members] / income[members].sum()
    if isinstance(political, Mapping):
        for (economies, sectors), weight in political.items():
            place = np.ix_(table.economies_in(economies), table.sectors_in(sectors))
            minus_one[place] = number(weight, f"political[{economies!r}, {sectors!r}]", low=0.0) - 1.0
    elif political is not None:
        minus_one = shaped(political, minus_one.shape, "political", "economy, sector") - 1.0
    return weights, minus_one
