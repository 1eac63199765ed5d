"""What rules and model share: the fixed world, the state between two years, what economies see, and the year being played.

States, statistics and views are frozen: a year's rules read the old state and write a new one, so the order of the economies
cannot matter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from decomp.table import WorldTable

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Value = TypeVar("Value")

#: Group of the customs union of the tables.
UNION = "eu"
#: The two machine technologies, in the order in which tasks are displaced (design: robots first, then AI).
TECHNOLOGIES = ("robots", "ai")


class Locked:
    """Base of frozen dataclasses: every array in them, also inside mappings, is read-only."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in self.__dataclass_fields__:  # type: ignore[attr-defined]
            locked(getattr(self, name))


def locked(value: Any) -> Any:
    """Make an array, or the arrays of a mapping, read-only."""
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif isinstance(value, Mapping):
        for array in value.values():
            locked(array)
    return value


@dataclass(frozen=True, eq=False)
class World:
    """What is fixed for a run: the table, its base year after purging, and the cells that rules speak of."""

    table: WorldTable
    years: tuple[int, ...]  # all years of the run, the base year first
    tariffs: Array  # (G, N, G), fraction: base-year tariffs [origin, sector, importer]
    #: (G, N, G), million USD: base-year sales to industries and to final demand [origin, sector, destination].
    sales: Array
    final_share: Array  # (G, N, G): share of final demand in them, 0 where nothing is sold
    imports: Array  # (G, N, G), million USD: those of goods that cross a border; zero at home and for services
    output: Array  # (G, N), million USD
    taxable: Mask  # (G, N, G): cells in which an importer may set a tariff: goods from outside its customs union
    #: (G,): members of the customs union: one external tariff, and none among themselves; at least two, or nobody.
    union: Mask
    #: (K, G, N, G), fraction, or None: tariffs that were observed, as a change since the base year; the last entry
    #: stays.
    duties: Array | None = None
    #: Last year in which nobody decides about what was observed; 0: everybody decides from the first year on.
    observed: int = 0

    def given_tariffs(self, year: int) -> Array:
        """Tariffs of a year before anybody decides: of the base year, and what was observed since, shape (G, N, G)."""
        given: Array = self._given[min(year - self.years[0], len(self._given) - 1)]
        return given

    @cached_property
    def _given(self) -> Array:
        return self.tariffs[None] if self.duties is None else self.tariffs + self.duties

    @property
    def G(self) -> int:  # noqa: N802 — the letters of the design
        """Number of economies."""
        return self.table.G

    @property
    def N(self) -> int:  # noqa: N802
        """Number of sectors."""
        return self.table.N

    def economies(self, group: str) -> Mask:
        """Economies of a named group, shape (G,); none when the table does not name it."""
        return economy_mask(self.table, group)

    def sectors(self, group: str) -> Mask:
        """Sectors of a named group, shape (N,); none when the table does not name it."""
        return sector_mask(self.table, group)

    @cached_property
    def import_weights(self) -> Array:
        """Base-year import weights [origin, sector, importer]; they sum to one over sectors, or to 0 where nothing is sold."""
        bought = self.imports.sum(axis=1, keepdims=True)
        weights: Array = np.divide(self.imports, bought, out=np.zeros_like(self.imports), where=bought > 0)
        return weights

    @cached_property
    def union_weights(self) -> Array:
        """Weight of each member (column) in the common external tariff, by goods imports; the identity outside the union."""
        weights = np.eye(self.G)
        share = np.where(self.union, self.imports.sum(axis=(0, 1)), 0.0)
        weights[self.union] = share / share.sum() if share.any() else share
        return weights

    def mean_tariffs(self, tariffs: Array) -> Array:
        """Average goods tariff that each importer levies on each origin, Σ_i w_{s,i,r} t_{s,i,r}, shape (G, G)."""
        return mean_tariff_on_partner(tariffs, self.import_weights)


def sector_mask(table: WorldTable, group: str) -> Mask:
    """Sectors of a named group, shape (N,); none when the table does not name it."""
    named = table.sectors_in(group) if group in table.sector_groups else ()
    return np.isin(np.arange(table.N), named)


def economy_mask(table: WorldTable, group: str) -> Mask:
    """Economies of a named group, shape (G,); none when the table does not name it."""
    named = table.economies_in(group) if group in table.economy_groups else ()
    return np.isin(np.arange(table.G), named)


def mean_tariff_on_partner(tariffs: Array, weights: Array) -> Array:
    """Average goods tariff that r levies on s, Σ_i w_{s,i,r} t_{s,i,r}, shape (G origin, G importer).

    ``weights`` are base-year import weights that sum to one over sectors (or to zero where s sells r no goods).
    """
    result: Array = np.einsum("sir,sir->sr", weights, tariffs)
    return result


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WorldState(Locked):
    """What holds at the start of a year; every entry of both mappings is also an attribute: ``state.tariff``."""

    year: int
    #: Levers in force by id (:mod:`sim.levers`), what rules chose and the scenario's policies and events included.
    levels: Mapping[str, Array]
    variables: Mapping[str, Any]  # state variables of the rules by name

    def __getattr__(self, name: str) -> Any:
        """Return a variable of a rule, or the level of a lever."""
        if name not in ("levels", "variables") and not name.startswith("__"):
            if name in self.variables:
                return self.variables[name]
            if (lever := name.replace("_", "-")) in self.levels:
                return self.levels[lever]
            there = ", ".join([*self.variables, *self.levels])
            raise AttributeError(f"no state {name!r}: no rule in play returns it from start(). There are {there}")
        raise AttributeError(name)


@dataclass(frozen=True, slots=True, eq=False)
class Statistics(Locked):
    """What everyone can know of a finished year."""

    year: int
    #: (G,) and (G, N), ratio to the base year: in world factor income: the mean, and what each sector pays.
    wage: Array
    sector_wage: Array
    manufacturing_jobs: Array  # (G,), ratio to the base year: in efficiency units
    manufacturing_share: Array  # (G,), share: of manufacturing in value added (labour and capital)
    #: (G, N), log: what those who began in a sector earn against their economy's mean, × their share of the wage bill of manufacturing.
    group_pay: Array
    #: (G,), share: imports in home use of manufactures; unemployment rate, 1 − participation where the labour market
    #: knows none; labour's share in income.
    import_share: Array
    unemployment: Array
    labour_share: Array
    #: (G, N, G), share: share of origin s in what r uses of each sector's goods [origin, sector, user]; the user's own
    #: share included.
    penetration: Array
    machine_cost: Array  # (2, G), ratio to the base year: price of the services of robots and of AI
    sales: Array  # (G, N, G), million USD: to industries and to final demand [origin, sector, destination]
    gdp: Array  # (G,), million USD
    real_output: Array  # (G, N), million USD at base prices


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What one economy sees when it decides about a year: the public record, and what the scenario announces."""

    position: int  # place of the economy in the table
    year: int  # the coming year
    world: World
    past: Sequence[WorldState]  # states of all finished years, the base year first
    #: Of the base year and of the last two years; ``before`` is ``now`` after the base year.
    first: Statistics
    before: Statistics
    now: Statistics
    #: Levers in the coming year as the scenario sets them, without what rules will choose.
    announced: Mapping[str, Array]
    #: (G, N, G): cells whose tariff a policy sets in the coming year: there the government follows the policy, not its
    #: own rule.
    fixed: Mask
    #: Method of :class:`sim.economy.WorldEconomy` by name, at last year's equilibrium; the same question is answered
    #: once.
    ask: Callable[..., Any]
    #: What :meth:`once` has worked out in this year.
    found: dict[Any, Any]

    def once(self, work: Callable[..., Value], *about: Any) -> Value:
        """Return ``work(*about)``, which is alike for all economies: worked out for the first that asks in a year, then kept."""
        key = (work, *map(id, about))
        if key not in self.found:
            self.found[key] = work(*about), about  # held, so that no other object gets its id
        found: Value = self.found[key][0]
        return found

    @property
    def state(self) -> WorldState:
        """State of the last finished year."""
        return self.past[-1]

    def gradient(self, objective: Any, wrt: Sequence[str] = ("tariffs",), **options: Any) -> Any:
        """Exact gradients at last year's equilibrium; options of ``WorldEconomy.gradient``, such as ``patience``."""
        return self.ask("gradient", objective, wrt, **options)

    def own_tariffs(self, sectors: str | Sequence[str], **options: Any) -> Any:
        """What everyone's own tariff does for labour and imports there; options of ``WorldEconomy.own_tariffs``."""
        return self.ask("own_tariffs", sectors, **options)

    def imported(self, sectors: str, statistics: Statistics | None = None) -> float:
        """Share of imports in home use of a group of sectors, last year's or that of other ``statistics``."""
        sold = (statistics or self.now).sales[:, self.world.sectors(sectors), self.position].sum(axis=1)
        return float(1.0 - sold[self.position] / sold.sum()) if sold.sum() > 0 else 0.0


@dataclass(eq=False, repr=False)
class Year:
    """The year that is being played; rules, then policies and events, then rules again write into it.

    - ``before`` (WorldState): state of the year before.
    - ``now`` (Statistics or None): of the year before; None in the base year.
    - ``base``, ``levels`` (mapping of str to ndarray): levers in the base year, and in this year before any rule has
      chosen.
    - ``rules`` (sequence of Rule): those that play.

    What it has:
    - ``chosen`` (dict of str to ndarray): levers as the rules choose them; policies and events come on top.
    - ``levels`` (dict of str to ndarray): levers in force.
    - ``variables`` (dict of str to ndarray): state variables of the rules: last year's until a rule writes new ones.
    - ``shocks`` (dict of str to object): the year as the economy feels it, by field of :class:`sim.economy.Shocks`.
    - ``outlays`` (dict of str to ndarray, shape (G,), share of GDP): public and business spending on what rules do.
    - ``adoption`` (ndarray, shape (2, G), or None): observed change of the log-odds of robots and AI over the year
      before; NaN where there is none.
    """

    year: int
    world: World
    before: WorldState
    now: Statistics | None
    base: Mapping[str, Array]
    levels: dict[str, Array]
    rules: Sequence[Any]

    def __post_init__(self) -> None:
        """Begin with last year's variables and without shocks."""
        self.chosen = dict(self.levels)
        self.variables: dict[str, Any] = dict(self.before.variables)
        self.shocks: dict[str, Any] = {}
        self.outlays: dict[str, Array] = {}
        self.adoption: Array | None = None

    def add(self, lever: str, change: Array) -> None:
        """Add to what the rules have chosen for a lever."""
        self.chosen[lever] = self.chosen[lever] + change

    def scale(self, shock: str, factor: Array) -> None:
        """Multiply a shock that is a ratio to the base year."""
        self.shocks[shock] = self.shocks[shock] * factor

    def state(self) -> WorldState:
        """State at the end of the play."""
        return WorldState(self.year, self.levels, self.variables)
