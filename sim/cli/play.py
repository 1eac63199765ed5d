"""``unweave play``: the tariffs that governments choose who want the largest real income, alone, at war or together."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer import Argument, Option

import decomp
from sim import calibration
from sim.cli import options
from sim.cli.options import print_json
from sim.cli.terminal import Progress
from sim.scenario import scenario_files
from sim.texts.words import columns

if TYPE_CHECKING:
    from sim.economy import WorldEconomy
    from sim.economy.games import Outcome, Trigger


def play(
    source: Annotated[
        str, Argument(metavar="SCENARIO|TABLE", help="A bundled table, a table, or a scenario's economy.")
    ],
    rule: Annotated[
        Literal["best-response", "nash", "utilitarian", "bargain", "trigger"],
        Option(
            help="Each player alone; war; agreements (largest mean real income, Nash bargaining); patience that keeps peace."
        ),
    ] = "nash",
    players: Annotated[
        list[str] | None,
        Option("--players", "-p", help="Economies or groups; repeat or use commas [all but the rest of the world]."),
    ] = None,
    instruments: Annotated[
        Literal["uniform", "partner", "sector", "full"], Option(help="Rates apart by partner, sector, or both (full).")
    ] = "uniform",
    sectors: Annotated[
        list[str] | None, Option("--sectors", "-s", help="Sectors or groups under tariffs [goods].")
    ] = None,
    use: Annotated[
        Literal["all", "inputs", "final", "machines", "apart"], Option(help="Use of imports under tariffs.")
    ] = "all",
    above: Annotated[Literal["zero", "base"], Option(help="Rates are levels, or on top of base tariffs.")] = "zero",
    union: Annotated[list[str] | None, Option("--union", help="Group that plays as one; repeat for more.")] = None,
    floor: Annotated[float, Option(help="Least rate, 0.1 = 10 %.")] = 0.0,
    cap: Annotated[float, Option(help="Largest rate.")] = 10.0,
    political: Annotated[
        list[str] | None,
        Option("--political", help="Weight of what sectors earn, USA:manufacturing=1.3; repeat for more."),
    ] = None,
    patience: Annotated[float, Option(help="Discount factor of governments where trade is sluggish.")] = 0.0,
    drawback: Annotated[
        float | None, Option(help="Part of duties on what exports are made of that is refunded.")
    ] = None,
    verify: Annotated[bool, Option("--verify", help="Search gains of leaving also from afar.")] = False,
    overrides: options.Overrides = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Play a game in tariffs on an economy in general equilibrium, and show rates, real incomes and what anybody could still gain.

    For example:
      unweave play classroom-2022
      unweave play world-2022 --rule best-response --players USA --instruments full
      unweave play world-2022 --union eu --drawback 1 --verify
      unweave play world-2022 --rule trigger --players USA,CHN,eu
    """
    from sim.economy import ShockError, games

    name, world = _economy(source, overrides)
    terms: dict[str, Any] = {"instruments": instruments, "sectors": options.split(sectors), "unions": union or ()}
    terms |= {"use": use, "above": above, "floor": floor, "cap": cap, "patience": patience, "drawback": drawback}
    who = options.split(players)
    try:
        with options.labels_as_typed(), Progress(f"{name} {rule}", quiet=quiet) as progress:
            terms["progress"] = lambda k, move, left: progress.step(
                f"round {k}, moves of {move:.0e}, {left:.0e} to gain"
            )
            terms["political"] = _political(political)
            if rule == "trigger":
                _echo_trigger(name, games.trigger(world, who, **terms), as_json)
                return
            found = _played(world, rule, who, terms)
            far = games.deviations(world, found[0], who, **terms) if verify and rule == "nash" else None
    except ShockError as error:  # what was typed cannot be meant
        raise typer.BadParameter(str(error)) from None
    _echo(name, world, found, far, as_json)


def _played(world: WorldEconomy, rule: str, who: list[str] | None, terms: dict[str, Any]) -> list[Outcome]:
    """The outcome of a rule, or each player's best response."""
    from sim.economy import games

    if rule == "best-response":
        each = games.Board(world, who, games.Terms.of(terms)).labels
        return [games.best_response(world, inside, **terms | {"unions": ()}) for inside in each]
    if rule == "nash":
        return [games.nash(world, who, **terms)]
    return [games.cooperative(world, who, "nash" if rule == "bargain" else "utilitarian", **terms)]


def _economy(source: str, overrides: list[str] | None) -> tuple[str, WorldEconomy]:
    """Name and economy of a table at the defaults, or of a scenario."""
    from sim.economy import WorldEconomy
    from sim.model.accounts import build_economy
    from sim.scenario.read import read_scenario

    if source.endswith((".yaml", ".yml")) or source in scenario_files() or overrides:
        loaded = read_scenario(source, overrides)
        return loaded.scenario.name, build_economy(loaded.resolved, loaded.table)
    table = decomp.load(source)
    return source, WorldEconomy(table, calibration.base_tariffs(table))


def _political(given: list[str] | None) -> dict[tuple[str, str], float] | None:
    weights: dict[tuple[str, str], float] = {}
    for text in given or ():
        place, _, weight = text.partition("=")
        economy, _, sector = place.partition(":")
        try:
            weights[economy, sector or "all"] = float(weight)
        except ValueError:
            raise typer.BadParameter(
                f"{text!r} is no weight; write USA:manufacturing=1.3.", param_hint="--political"
            ) from None
    return weights or None


def _echo_trigger(name: str, found: Trigger, as_json: bool) -> None:
    """Print who keeps to the tariffs given, and with what patience."""
    gains = (100.0 * (found.leaving - found.agreement), 100.0 * (found.war - found.agreement), found.critical)
    rows = list(zip(found.players, *(values.tolist() for values in gains), strict=True))
    if as_json:
        heads = ("player", "leaving", "war", "critical_discount_factor")
        listed = [dict(zip(heads, row, strict=True)) for row in rows]
        print_json("play", source=name, rule="trigger", unit="% of real income", players=listed)
        return
    shown = [[who, f"{leaving:+.2f}", f"{war:+.2f}", "none" if d >= 1 else f"{d:.2f}"] for who, leaving, war, d in rows]
    shown.insert(0, ["player", "leaving alone %", "war %", "least discount factor"])
    sys.stdout.write(
        f"Who keeps to today's tariffs of {name} for fear of war for ever: real income against today\n\n"
        f"{columns(shown)}\n\nnone: no patience is enough, the war would not hurt.\n"
    )


def _echo(name: str, world: WorldEconomy, found: list[Outcome], far: Any, as_json: bool) -> None:
    """Print rates, real incomes and the certificate of an outcome, or of each player's best response."""
    import numpy as np

    solved, left = sum(one.equilibria for one in found), max(float(one.gain_left.max()) for one in found)
    changes = [dict(zip(world.table.economies, one.change.tolist(), strict=True)) for one in found]
    for one, change in zip(found, changes, strict=True):
        change["WLD"] = float(np.average(one.change, weights=world.base.income))
    if as_json:
        outcomes = [
            {"rates": dict(zip(one.players, one.mean.tolist(), strict=True)), "real_income": change}
            for one, change in zip(found, changes, strict=True)
        ]
        certificate = {"gain_left": left, "from_afar": None if far is None else float(far.max()), "equilibria": solved}
        print_json("play", source=name, rule=found[0].rule, outcomes=outcomes, certificate=certificate)
        return
    if len(found) > 1:
        rows = [["player", "rate %", "its real income %", "world %"]]
        for one, change in zip(found, changes, strict=True):
            own = [f"{100 * change[e]:+.2f}" for e in one.members[0]]
            rows.append([one.players[0], f"{100 * one.mean[0]:.1f}", " ".join(own), f"{100 * change['WLD']:+.3f}"])
    else:
        rates = {e: rate for inside, rate in zip(found[0].members, found[0].mean, strict=True) for e in inside}
        rows = [["economy", "rate %", "real income %"]]
        for e, change in changes[0].items():
            rows.append([e, f"{100 * rates[e]:.1f}" if e in rates else "–", f"{100 * change:+.2f}"])
    sys.stdout.write(f"{found[0].rule.capitalize()}, {name}: {solved} equilibria solved\n\n{columns(rows)}\n\n")
    sys.stdout.write(f"Nobody could gain more than {100 * left:.0e} % by other rates (to second order).\n")
    if far is not None:
        sys.stdout.write(f"Searched from afar, leaving alone gains at most {100 * max(0.0, far.max()):.0e} %.\n")
