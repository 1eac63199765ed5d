"""The brief: differences are those of two runs, draws are shared by both arms, and words say what the numbers are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.charts.figure import Figure
from sim.errors import ScenarioError
from sim.indicators import INDICATORS
from sim.report.answer import Answer, rounded
from sim.report.brief import Brief, as_text, plain
from sim.report.render import render
from sim.report.sentences import headline, since
from sim.runs.brief import amount, decisive
from sim.runs.folder import finish, start
from sim.runs.result import RunResult
from sim.runs.runner import run_loaded
from sim.runs.saved import Run
from sim.scenario import scenario_files
from sim.scenario.read import LoadedScenario, contrast_of, load_scenario, question_of, read_scenario
from sim.studies.draw import play_member
from sim.studies.sensitivities import Arms, Companion, channels, contrast_companion, drawn, paired_draws, varied
from sim.texts import LANGUAGES, Texts
from sim.texts.formats import NBSP

SMALL = ["table=classroom-2022"]
YEARS = (2022, 2029)
Arm = tuple[LoadedScenario, RunResult]


@cache
def arms(name: str, *changes: str) -> Arms:
    """A scenario of the library and its contrast on the small table."""
    loaded = read_scenario(name, [*SMALL, *changes], years=YEARS, indicators=INDICATORS)
    contrast = contrast_of(loaded)
    return Arms(loaded, run_loaded(loaded), contrast, None if contrast is None else run_loaded(contrast))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Save a run of the library beside its contrast, without a report."""

    @cache
    def made(name: str, *changes: str) -> Run:
        both = arms(name, *changes)
        beside = {} if both.other is None else {("contrast", both.asked.versus): both.other}
        return finish(start(both.loaded, tmp_path_factory.mktemp("runs")), both.result, lang=None, companions=beside)

    return made


# -- the contrast ------------------------------------------------------------------------------------


def test_every_scenario_of_the_library_has_a_contrast_that_its_expectations_know() -> None:
    for name in scenario_files():
        scenario = load_scenario(name)
        assert scenario.brief is not None, name
        stated = {one.versus for one in scenario.expect}
        assert scenario.brief.versus in stated or scenario.brief.without, name
        assert scenario.brief.indicators and scenario.brief.economies, name
        assert scenario.brief.subject is not None and scenario.brief.subject.zh, name


def test_a_scenario_of_ones_own_is_set_against_itself_without_what_it_adds(tmp_path: Path) -> None:
    own = tmp_path / "chips.yaml"
    own.write_text(
        "name: chips\ntitle: Chips\nquestion: What do 60 % cost?\nextends: trade-war\n"
        "policies+:\n  - {who: USA, lever: tariff, partners: KOR, sectors: c14, value: 0.6, from: 2025}\n",
        encoding="utf-8",
    )
    loaded = read_scenario(own, SMALL, years=YEARS)
    asked, contrast = question_of(loaded), contrast_of(loaded)
    assert asked.versus == "own" and asked.brief.subject is None, "what the parent says of itself is not inherited"
    assert asked.economies == ("USA", "CHN"), "whom it is about is"
    assert contrast is not None
    kept = contrast.resolved.scenario.policies
    assert [policy.partners for policy in kept] == [("CHN",)], "what is inherited stays in both"
    assert contrast.resolved.scenario.behaviour == loaded.resolved.scenario.behaviour
    alone = read_scenario(
        {**load_scenario("status-quo").model_dump(by_alias=True, exclude_none=True), "brief": {}}, SMALL
    )
    assert question_of(alone).versus == "base" and contrast_of(alone) is None


def test_a_policy_given_on_the_command_line_is_the_question() -> None:
    policy = "policies.0={who: USA, lever: tariff, partners: CHN, sectors: c14, value: 0.6, from: 2027}"
    loaded = read_scenario("baseline", [*SMALL, policy], years=YEARS)
    asked, contrast = question_of(loaded), contrast_of(loaded)
    assert (asked.versus, asked.brief.without, asked.economies) == ("own", (), ("USA", "CHN"))
    assert contrast is not None
    assert contrast.resolved.scenario.policies == () and contrast.resolved.scenario.behaviour.automation.active


def test_overrides_hold_in_both_arms_but_where_the_scenarios_differ() -> None:
    same = "behaviour.automation.ai_home_share=1"
    loaded = read_scenario("us-china-race", [*SMALL, same, "behaviour.automation.overrides.USA.ai_speed_factor=3"])
    contrast = contrast_of(loaded)
    assert contrast is not None and contrast.resolved.scenario.behaviour.automation.ai_home_share == 1.0
    assert "USA" not in contrast.resolved.scenario.behaviour.automation.overrides


def test_an_unknown_indicator_of_a_brief_is_found_at_its_place(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("name: own\ntitle: O\nquestion: Q?\nextends: baseline\nbrief:\n  indicators: [real_incom]\n")
    with pytest.raises(ScenarioError, match=r"own.yaml:6:16: error\[S028\].*did you mean 'real_income'"):
        read_scenario(file, SMALL, indicators=INDICATORS)


# -- numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["trade-war", "baseline", "leapfrog"])
def test_effects_are_the_differences_of_the_two_runs(name: str, saved: Callable[..., Run]) -> None:
    both, run = arms(name), saved(name)
    assert both.other is not None and run.brief["effects"]
    for one in run.brief["effects"]:
        before, after = (r.value(one["indicator"], one["economy"], both.year) for r in (both.other, both.result))
        assert one["contrast"] == pytest.approx(before, rel=1e-9) and one["value"] == pytest.approx(after, rel=1e-9)
        expected = after - before if one["unit"] == "percentage points" else after / before - 1.0
        assert one["effect"] == pytest.approx(100.0 * expected, abs=1e-6)  # tables have ten digits


def test_sectors_add_up_and_faced_tariffs_are_those_of_the_pairs(saved: Callable[..., Run]) -> None:
    both, frame = arms("trade-war"), saved("trade-war")["effects"]
    assert both.other is not None
    solved = both.result.record(both.year).equilibrium
    own = frame[frame["economy"].eq("USA") & frame["indicator"].eq("value_added")]
    earned = (solved.labour_payments[0].sum() + solved.capital_payments[0].sum()) / solved.consumer_price[0]
    assert own["value"].sum() == pytest.approx(earned, rel=1e-9)
    jobs = frame[frame["indicator"].eq("jobs")].groupby("economy")["value"].sum()
    start = both.result.records[0].equilibrium.labour_payments.sum(axis=1)
    for k, code in enumerate(both.result.economies):  # one wage: jobs move as employment does
        assert jobs[code] / start[k] == pytest.approx(both.result.value("employment", code, both.year), rel=1e-9)
    pairs = both.result.pairs
    usa = pairs[pairs["exporter"].eq("USA")]
    weights = usa[usa["indicator"].eq("exports") & usa["year"].eq(2022)].set_index("importer")["value"]
    rates = usa[usa["indicator"].eq("tariff") & usa["year"].eq(both.year)].set_index("importer")["value"]
    faced = frame[frame["economy"].eq("USA") & frame["indicator"].eq("tariff_faced")]["value"].item()
    assert faced == pytest.approx(float((weights * rates).sum() / weights.sum()), rel=1e-9)


def test_the_decision_that_makes_the_war_comes_first(saved: Callable[..., Run]) -> None:
    told = saved("trade-war").brief["decisions"]
    first, second = told[:2]
    assert (first["economies"], first["lever"], first["partner"]) == (["USA"], "tariff", "CHN")
    assert first["kind"] == "policy" and first["value"] == pytest.approx(1.241)
    assert (second["economies"], second["partner"], second["kind"]) == (["CHN"], "USA", "retaliation")
    assert [one["weight"] for one in told] == sorted((one["weight"] for one in told), reverse=True)
    both = arms("trade-war")
    same = decisive(both.result, both.result, both.asked, both.year)
    assert same.empty, "a run does not differ from itself"


@pytest.mark.parametrize("name", ["us-china-tariffs", "nimble-governments"])
def test_bands_are_of_paired_differences(name: str) -> None:
    both = arms(name)
    assert both.contrast is not None and both.other is not None
    draws = paired_draws(both, 3)
    ours, theirs = (one.resolved.scenario.behaviour.governance for one in (both.loaded, both.contrast))
    if ours != theirs:
        assert not any(v.id in ("governance.lag", "governance.precision") for one in draws for v in one.values)
    found = drawn(both, 3, jobs=1).bands(both.pairs(), both.year)
    (indicator, economy), gaps = (both.asked.indicators[0], both.asked.economies[0]), []
    for one in draws:
        values = []
        for arm, run in ((both.contrast, both.other), (both.loaded, both.result)):
            member = play_member(arm, one)
            names = [*run.economies, "WLD", *run.groups]
            year = member.values[member.years.index(both.year)]
            values.append(float(year[names.index(economy), list(INDICATORS).index(indicator)]))
        gaps.append(amount(*values, INDICATORS[indicator].unit)[0])
    row = found.set_index(["indicator", "economy"]).loc[(indicator, economy)]
    assert row["members"] == 3
    assert (row["q05"], row["q50"], row["q95"]) == pytest.approx(tuple(np.quantile(gaps, [0.05, 0.5, 0.95])))


def test_other_assumptions_hold_in_both_arms() -> None:
    both = arms("us-china-tariffs")
    assert both.contrast is not None
    played: list[Companion] = []

    def run(one: Companion) -> RunResult:
        played.append(one)
        return run_loaded(one.loaded)

    found = varied(both, {}, run).ends(both.pairs(), both.year)
    fixed = [one for one in played if one.name == "0"]
    assert len(fixed) == 2
    after, before = (run_loaded(one.loaded).value("real_income", "CHN", both.year) for one in fixed)
    row = found[found["case"].eq("capital 0") & found["economy"].eq("CHN") & found["indicator"].eq("real_income")]
    assert row["value"].item() == pytest.approx(100.0 * (after / before - 1.0), rel=1e-9)


def test_channels_add_up_to_the_effect() -> None:
    both = arms("us-china-tariffs")
    found = channels(both, jobs=1)
    for (indicator, economy), rows in found.groupby(["indicator", "economy"]):
        assert both.other is not None
        values = (run.value(str(indicator), str(economy), both.year) for run in (both.other, both.result))
        assert rows["value"].sum() == pytest.approx(amount(*values, INDICATORS[str(indicator)].unit)[0], abs=1e-9)
    assert not len(channels(arms("interdependence-fades"), jobs=1)), "four channels are not run unasked"


# -- words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["trade-war", "baseline", "leapfrog", "status-quo", "carbon-club", "us-china-race"])
def test_the_answer_names_who_is_asked_about_with_numbers(name: str, lang: str, saved: Callable[..., Run]) -> None:
    run, texts = saved(name), Texts(lang)
    answer = Answer(run, texts)
    said = answer.answer()
    assert "{" not in said and said == headline(run, lang)
    assert not re.search(r"N\d\.\d", said)
    first = [one for one in answer.effects if one["indicator"] == answer.effects[0]["indicator"]]
    if not any(rounded(one["effect"]) for one in answer.effects):
        assert texts("brief.still_since", subject="|", year="|", base="|", names="|")[:5] == said[:5]
        return
    for one in first:
        assert answer.place(one["economy"]) in said
        assert f"{abs(rounded(one['effect'])):g}".rstrip("0") in said
    assert str(answer.effects[0]["year"]) in said
    words = as_text(run, lang)
    assert said.replace(NBSP, " ") in words and "{" not in words


def test_where_nothing_moves_it_says_so(tmp_path: Path) -> None:
    both = arms("trade-war")
    beside: Any = {("contrast", both.asked.versus): both.result}
    run = finish(start(both.loaded, tmp_path), both.result, lang=None, companions=beside)
    assert run.brief["answer"]["en"].startswith("Nothing moves. In 2029 a world with a return to the tariffs")
    assert run.brief["answer"]["zh"].startswith("没有变化")
    assert run.brief["decisions"] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_or_card_mixes_two_causes_unmarked(
    lang: str, saved: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands above the first section is a difference from the contrast, or says since when it is a change."""
    monkeypatch.setattr(Figure, "svgs", lambda _figure, _key: [("any", "<svg></svg>")])
    run, texts = saved("trade-war"), Texts(lang)
    page = render(run, lang)
    top = page.partition("<header>")[2].partition("</header>")[0]
    answer, base = Answer(run, texts), str(run.years[0])
    assert answer.against() in answer.versus() and base in answer.versus()
    cards = re.findall(r'<li class="card.*?</li>', top, re.S)
    assert len(cards) == len(answer.cards()) == 4
    differences = {card["value"] for card in answer.cards()}
    for card in cards:
        shown = re.search(r'class="value">(.*?)<', card)
        assert shown and shown[1] in differences and 'class="change"' not in card
    second = since(run, lang)
    assert second in top.replace("&#39;", "'") and base in second[:12]
    rises = texts("headline.next_up", name="|", before="|", after="|").split("|")[1].split()[0]
    rest = top.partition('<div class="brief">')[0].replace("&#39;", "'").replace(second, "")
    if lang == "en":
        assert rises not in rest, "changes since the base year stand in one sentence that says so"


def test_without_the_contrast_the_report_says_since_when(tmp_path: Path) -> None:
    both = arms("trade-war")
    alone = finish(start(both.loaded, tmp_path), both.result, lang=None)
    assert alone.brief["answer"] is None and not alone.brief["effects"]
    assert "in 2022" in headline(alone) and since(alone) == ""
    assert "unweave brief trade-war" in as_text(alone)


def test_reasons_and_findings_reach_the_page(saved: Callable[..., Run]) -> None:
    run = saved("leapfrog")
    for lang in LANGUAGES:
        _, table, _ = Brief(run, Texts(lang)).expected()
        assert table is not None and not any(re.match(r"N\d", cell) for row in table.rows for cell in row)
        finding = next(one.finding for one in arms("leapfrog").result.scenario.expect if one.finding)
        assert any(row[-1] == finding.pick(lang) for row in table.rows)


def test_the_brief_is_data(saved: Callable[..., Run]) -> None:
    told: dict[str, Any] = json.loads(json.dumps(plain(saved("trade-war"))))
    assert set(told) == {"answer", "versus", "effects", "channels", "decisions", "verdicts"}
    assert set(told["answer"]) == {"en", "zh"} and told["versus"] == "us-china-tariffs"
    assert {"economy", "indicator", "year", "effect", "low", "high", "unit"} <= set(told["effects"][0])


def test_a_run_in_memory_has_a_brief_of_its_own() -> None:
    result = sim.run("tariff-on-inputs", overrides=SMALL, years=(2022, 2028))
    assert [one["economy"] for one in result.brief["effects"]] == ["USA"] * 3
    assert contrast_companion(result.loaded)
