"""Rules of one's own: added by code or found in installed packages, with settings, sentences and a channel like the built-in ones."""

from __future__ import annotations

import ast
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.errors import ScenarioError
from sim.fields import SETTING, setting
from sim.levers import POLICY
from sim.model import WorldModel
from sim.rules import BUILT_IN, Decision, Rule, Settings
from sim.rules.protection import Protection
from sim.studies.attribution import attribute
from sim.studies.ensemble import run_ensemble
from sim.studies.sweep import parse_axis, plan_sweep

ROOT = Path(__file__).resolve().parents[3]
OFF = {name: {"active": False} for name in ("automation", "protection", "trust")}


@pytest.fixture(scope="module")
def table() -> WorldTable:
    return decomp.load("classroom-2011")


def scenario(behaviour: dict[str, Any] | None = None, last: int = 2014, **parts: Any) -> dict[str, Any]:
    head = {"name": "own", "title": "Own", "question": "?", "table": "classroom-2011", "years": [2011, last]}
    return {**head, "behaviour": {**OFF, **(behaviour or {})}, **parts}


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "examples/own_rule.py"))


class Levy(Rule):
    """Every importer adds one point of tariff a year on goods."""

    name, lever = "levy", "tariff"
    sentence = "Year {passed:.0f}: one point more on {sector} from {partner}."

    class Settings(Settings, section="levy"):
        """How much a year."""

        step: float = setting("Step", "幅度", "points a year", 0, 1, default=0.01)
        """Points that are added every year."""

    Settings = Settings

    def decide(self, agent: Any, seen: Any) -> Decision:
        passed = seen.year - seen.first.year
        return Decision(passed * self.settings.step, passed=passed)


#: The setting of :class:`Levy` is known while the tests of this file run, and to no other test of the process.
STEP = SETTING.pop("levy.step")


@pytest.fixture(autouse=True)
def _levy_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SETTING, STEP.id, STEP)


# -- the example ------------------------------------------------------------------------------------------


def test_the_example_is_short(example: dict[str, Any]) -> None:
    tree = ast.parse((ROOT / "examples/own_rule.py").read_text(encoding="utf-8"))
    (rule,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert rule.end_lineno is not None
    assert rule.end_lineno - rule.lineno + 1 <= 15


def test_the_example_moves_tariffs_and_all_checks_pass(example: dict[str, Any], table: WorldTable) -> None:
    rule = example["ElectronicsTariff"]()
    found = sim.run("ai-divide", table=table, rules=[rule], years=(2011, 2016), overrides={"expect": []})
    assert found.status == "ok", found.message
    assert found.passed
    decided = found.decisions.query("kind == 'electronics-tariff'")
    assert not decided.empty
    electronics = {table.sectors[i] for i in table.sectors_in("electronics")}
    assert set(decided["sector"]) == electronics
    assert decided["reason"].str.contains("of the electronics used at home").all()
    assert (decided["economy"] != decided["partner"]).all()
    added = found.records[-1].state.tariff - found.records[0].state.tariff
    np.testing.assert_allclose(added, found.records[-1].state.variables["electronics-tariff"], atol=1e-15)
    assert added.max() > 0.0


# -- settings -------------------------------------------------------------------------------------------------


def test_a_rule_has_settings_in_the_scenario(table: WorldTable) -> None:
    found = sim.run(scenario({"levy": {"step": 0.02}}), table=table, rules=[Levy()])
    assert found.value("mean_tariff", "USA") > found.value("mean_tariff", "USA", 2011) + 0.05
    assert found.scenario.behaviour.levy.step == 0.02
    plain = sim.run(scenario(), table=table, rules=[Levy()])
    assert plain.records[-1].state.levy.max() == pytest.approx(0.03)
    off = sim.run(scenario({"levy": {"active": False}}), table=table, rules=[Levy()])
    assert off.decisions.empty
    assert off.value("mean_tariff") == off.value("mean_tariff", year=2011)


def test_a_mistake_in_its_settings_points_to_its_place(table: WorldTable) -> None:
    with pytest.raises(ScenarioError, match=r"behaviour\.levy\.step.*5.* must be at most 1"):
        sim.run(scenario({"levy": {"step": 5.0}}), table=table, rules=[Levy()])
    with pytest.raises(ScenarioError, match=r"behaviour\.levy\.stepp: unknown key 'stepp'"):
        sim.run(scenario({"levy": {"stepp": 0.5}}), table=table, rules=[Levy()])


def test_a_scenario_alone_does_not_bring_a_rule(table: WorldTable) -> None:
    with pytest.raises(ScenarioError) as error:
        sim.run(scenario({"levi": {}}), table=table, rules=[Levy()])
    with pytest.raises(ScenarioError) as unknown:
        sim.run(scenario({"levy": {}}), table=table)
    for text in (str(error.value), str(unknown.value)):
        assert "unknown key 'lev" in text
        assert "allowed: automation, protection, trust, ledger, governance, carbon" in text
        assert "rules=[MyRule()]" in text
        assert "`unweave.rules`" in text


def test_a_rule_of_an_installed_package_is_found_by_its_name(
    table: WorldTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "levies.py").write_text(
        "from sim.rules import Decision, Rule\n\n\n"
        "class Flat(Rule):\n"
        "    name, lever, sentence = 'flat-levy', 'tariff', 'As agreed: a tenth.'\n\n"
        "    def decide(self, agent, seen):\n        return Decision(0.1)\n"
    )
    info = tmp_path / "levies-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: levies\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[unweave.rules]\nflat-levy = levies:Flat\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = sim.run(scenario({"flat-levy": {}}, last=2012), table=table)
    assert set(found.decisions["reason"]) == {"As agreed: a tenth."}
    assert sim.run(scenario(last=2012), table=table).decisions.empty, "a rule that nobody names does not play"


# -- replacing and adjusting -------------------------------------------------------------------------------------


class Bound(Rule):
    """Nobody aims higher than a point above the base tariff."""

    name = "bound"

    def adjust_aim(self, agent: Any, target: np.ndarray) -> np.ndarray:
        return np.minimum(target, 0.01)


class Patient(Protection):
    """The built-in rule, but nobody acts before 2013."""

    name = "protection"

    def decide(self, agent: Any, seen: Any) -> Any:
        decision = super().decide(agent, seen)
        return (
            decision if seen.year >= 2013 else replace(decision, increments=seen.state.increments[:, :, agent.position])
        )


ANGRY = {"automation": {}, "protection": {"sensitivity": 5.0, "threshold": 0.0}}


def test_a_rule_may_adjust_what_others_decide(table: WorldTable) -> None:
    free, bound = (sim.run(scenario(ANGRY), table=table, rules=rules) for rules in (None, [Bound()]))
    assert free.records[-1].state.increments.max() > 0.015
    assert 0.0 < bound.records[-1].state.increments.max() <= 0.01


@pytest.mark.parametrize("lever", POLICY)
def test_a_rule_may_move_any_lever(lever: str, table: WorldTable) -> None:
    class Nudge(Rule):
        """Move one lever a little."""

        name, sentence = "nudge", "A little."

        def decide(self, agent: Any, seen: Any) -> Decision:
            return Decision(0.01)

    Nudge.lever = lever
    found = sim.run(scenario(last=2012), table=table, rules=[Nudge()])
    assert found.status == "ok", found.message
    assert found.passed, found.checks[~found.checks["passed"]].to_string()
    assert set(found.decisions["economy"]) == set(table.economies)
    assert set(found.decisions["lever"]) == {lever}
    assert (found.decisions["economy"] != found.decisions["partner"]).all()


def test_a_rule_with_the_name_of_a_built_in_one_replaces_it(table: WorldTable) -> None:
    found = sim.run(scenario(ANGRY), table=table, rules=[Patient()])
    tariffs = found.decisions.query("lever == 'tariff'")
    assert tariffs["year"].min() == 2013
    assert [rule.name for rule in found.loaded.resolved.rules] == [rule.name for rule in BUILT_IN]


# -- attribution -----------------------------------------------------------------------------------------------------


def test_a_rule_is_a_channel_of_its_own(table: WorldTable) -> None:
    result = sim.run(scenario({"automation": {}}), table=table, rules=[Levy()])
    found = attribute(result, indicators=["mean_tariff", "interdependence"], workers=1)
    assert found.used == ("levy", "automation")
    change = result.value("mean_tariff") - result.value("mean_tariff", year=2011)
    assert found.value("mean_tariff", "levy") == pytest.approx(change, rel=1e-9)
    assert found.value("mean_tariff", "automation") == pytest.approx(0.0, abs=1e-12)
    assert found.value("interdependence", "levy") < 0.0
    assert np.nanmax(np.abs(found.residual)) < 1e-12
    assert set(found.frame["channel"]) == {"levy", "automation", "tariffs", "trust", "events", "paths", "residual"}
    apart = attribute(result, indicators=["mean_tariff", "interdependence"], workers=2)
    assert np.array_equal(apart.parts, found.parts, equal_nan=True)


def test_ensembles_and_sweeps_take_rules() -> None:
    written = scenario({"automation": {}}, last=2013, table="classroom-2011", draws={"parameters": ["economy"]})
    bands = [run_ensemble(written, seeds=2, rules=[Levy()], jobs=jobs).bands for jobs in (1, 2)]
    assert bands[0].equals(bands[1])
    tariffs = bands[0].query("indicator == 'mean_tariff' and economy == 'WLD'").set_index("year")["q50"]
    assert tariffs[2013] > tariffs[2011] + 0.001
    axes = [parse_axis("economy.substitution.inputs=0.1,0.3")]
    with_rule, without = (plan_sweep(written, axes, rules=rules) for rules in ([Levy()], []))
    assert with_rule.digest != without.digest
    assert "levy" in {rule.name for rule in with_rule.load(with_rule.points[0]).resolved.rules}


# -- nobody else names a rule -------------------------------------------------------------------------------------------

#: What carries the name of a rule and means something else: levers, channels, groups of the table.
ELSEWHERE = {"sim/scenario/draws.py", "sim/studies/draw.py", "sim/studies/sensitivities.py"}


def named(path: Path) -> set[str]:
    """Names of rules in the code of a file: identifiers, attributes, words in strings that are not docstrings."""
    names = {rule.name for rule in BUILT_IN} | {rule.section for rule in BUILT_IN}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found |= set(node.name.split("."))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found & names


@pytest.mark.parametrize("folder", ["sim/model", "sim/scenario", "sim/studies/attribution.py", "sim/channels.py"])
def test_model_scenario_and_attribution_name_no_rule(folder: str) -> None:
    place = ROOT / folder
    paths = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    naming = {str(path.relative_to(ROOT)): named(path) for path in paths}
    channels = {"sim/channels.py": {"automation", "trust"}}
    assert {path: names - channels.get(path, set()) for path, names in naming.items() if names and path not in ELSEWHERE} in (
        {}, {"sim/channels.py": set()}
    )  # fmt: skip


def test_rules_do_not_import_one_another() -> None:
    for rule in BUILT_IN:
        module = type(rule).__module__
        tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {type(other).__module__ for other in BUILT_IN} & imported, module


# -- the model by itself ----------------------------------------------------------------------------------------------------


def test_the_model_takes_rules(table: WorldTable) -> None:
    model = WorldModel(scenario(), table, rules=[Levy()])
    model.run_model()
    assert [rule.name for rule in model.rules][-1] == "levy"
    assert model.state.levy.max() == pytest.approx(0.03)


def test_a_saved_run_shows_its_decisions_and_its_channel(
    example: dict[str, Any], table: WorldTable, tmp_path: Path
) -> None:
    rule = example["ElectronicsTariff"]()
    overrides = {"expect": [], "outputs": ["attribution"], "behaviour.protection.active": False}
    result = sim.run("ai-divide", table=table, rules=[rule], years=(2011, 2014), overrides=overrides)
    report = (result.save(tmp_path, lang="en") / "report.html").read_text(encoding="utf-8")
    assert "of the electronics used at home" in report
    assert "electronics-tariff" in report
