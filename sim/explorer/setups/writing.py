"""From a setup to a scenario: overrides in the form of ``--set``, which the engine, the command line and YAML share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.calibration.parameters import parameter
from sim.explorer.setups.levers import CONTROLS, LOCAL
from sim.explorer.setups.setup import ALL, FOUNDERS, Setup, preset_scenario, table_of

#: Lever of a scenario and the field of automation that it sets.
_FIELDS = {
    "access": "base_access",
    "sharing": "technology_sharing",
    "home": "ai_home_share",
    "newtasks": "reinstatement",
}


def overrides(setup: Setup) -> tuple[str, ...]:
    """Overrides of the preset, ``path=value`` each, in a fixed order; the table comes first."""
    found = [f"table={setup.table}"]
    if _misfits(setup):
        found.append("expect=[]")
    moved = {name for name, _ in setup.changes}
    families = {CONTROLS[name].family for name in moved}
    if "automation" in families:
        found += _automation(setup, moved)
    if "protection" in families:
        found += _protection(setup)
    if "trust" in families:
        found += _switched("trust", "friction", setup.value("distrust"))
    if "ledger" in families or setup.founders:
        found += _ledger(setup)
    if "economy" in families:
        found.append(f"economy.capital_supply={setup.value('capital'):g}")
    found += _places(setup)
    first = len(preset_scenario(setup.preset).policies)
    added = list(_policies(setup))
    if first == 0 and added:  # a list where the file may have none
        return (*found, f"policies={flow(added)}")
    return (*found, *(f"policies.{first + k}={flow(policy)}" for k, policy in enumerate(added)))


def _misfits(setup: Setup) -> bool:
    """Whether the preset expects something of an economy that the table has only inside a larger one."""
    from sim.calibration.groups import GROUP

    economies = table_of(setup.table).economies
    named = (one.economy for one in preset_scenario(setup.preset).expect)
    return any(name != "WLD" and not name.startswith(GROUP) and name not in economies for name in named)


def flow(value: Any) -> str:
    """Plain data as one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _automation(setup: Setup, moved: set[str]) -> Iterator[str]:
    path = "behaviour.automation"
    if "speed" in moved:
        factor = setup.value("speed")
        yield f"{path}.active={str(factor > 0).lower()}"
        if factor > 0:
            rule = preset_scenario(setup.preset).behaviour.automation
            before = CONTROLS["speed"].read(preset_scenario(setup.preset))
            robots, ai = rule.robot_speed, rule.ai_speed
            if before == 0:
                robots, ai, before = parameter("automation.robot_speed"), parameter("automation.ai_speed"), 1.0
            yield f"{path}.robot_speed={robots * factor / before:.10g}"
            yield f"{path}.ai_speed={min(2.0, ai * factor / before):.10g}"
    for lever, field in _FIELDS.items():
        if lever in moved:
            yield f"{path}.{field}={setup.value(lever):.10g}"


def _protection(setup: Setup) -> Iterator[str]:
    sensitivity, retaliation = setup.value("backlash"), setup.value("retaliation")
    yield f"behaviour.protection.active={str(sensitivity > 0 or retaliation > 0).lower()}"
    yield f"behaviour.protection.sensitivity={sensitivity:.10g}"
    yield f"behaviour.protection.retaliation={retaliation:.10g}"


def _switched(family: str, field: str, value: float) -> Iterator[str]:
    yield f"behaviour.{family}.active={str(value > 0).lower()}"
    if value > 0:
        yield f"behaviour.{family}.{field}={value:.10g}"


def _ledger(setup: Setup) -> Iterator[str]:
    saving = setup.value("ledger")
    yield from _switched("ledger", "documents", saving)
    preset = preset_scenario(setup.preset).behaviour.ledger
    if saving > 0 and (setup.founders or not preset.active):
        yield f"behaviour.ledger.initiators={flow(setup.founders or FOUNDERS)}"
    if saving > 0 and not preset.active:
        yield f"behaviour.ledger.from={setup.start}"


def _places(setup: Setup) -> Iterator[str]:
    """Speeds of single economies, relative to what the preset gives them."""
    for who, lever, value in setup.places:
        if lever == "speed":
            for kind in ("robot", "ai"):
                yield f"behaviour.automation.overrides.{who}.{kind}_speed_factor={_factor(setup, who, kind) * value:.10g}"


def _factor(setup: Setup, economy: str, kind: str) -> float:
    """Factor on an economy's own speed in the preset: its own entry, else that of a group it belongs to."""
    groups = table_of(setup.table).economy_groups
    given = preset_scenario(setup.preset).behaviour.automation.overrides
    for name in (economy, *(name for name in given if economy in groups.get(name, ()))):
        factor = getattr(given[name], f"{kind}_speed_factor") if name in given else None
        if factor is not None:
            return float(factor)
    return 1.0


def _policies(setup: Setup) -> Iterator[dict[str, Any]]:
    moved = dict(setup.changes)
    if "tariff" in moved:
        yield _policy(setup, setup.who, "tariff", moved["tariff"], goods=True, partners=setup.partners)
    if "reshoring" in moved:
        yield _policy(setup, ALL, "friction", moved["reshoring"], goods=True)
    if "education" in moved:
        yield _policy(setup, ALL, "education", moved["education"])
    for who, lever, value in setup.places:
        if lever in ("tariff", "education") and value != LOCAL[lever].off:
            yield _policy(setup, (who,), lever, value, goods=lever == "tariff")


def _policy(
    setup: Setup,
    who: tuple[str, ...],
    lever: str,
    amount: float,
    *,
    goods: bool = False,
    partners: tuple[str, ...] = ALL,
) -> dict[str, Any]:
    policy: dict[str, Any] = {"who": list(who), "lever": lever}
    if partners != ALL:
        policy["partners"] = list(partners)
    if goods:
        policy["sectors"] = setup.sectors
    policy |= {"add": float(amount), "from": setup.start}
    if setup.ramp == "linear":
        last = setup.end or preset_scenario(setup.preset).years[1]
        policy |= {"to": last, "ramp": "linear"}
    return policy
