"""The log under filters, the timeline, a decision in full, the state between countries; in both languages."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.explorer.contents import decisions as view
from sim.explorer.contents.decisions import driver
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import Setup
from sim.rules import reasons
from sim.runs.saved import Run
from sim.texts import LANGUAGES, Texts
from sim.texts.formats import NBSP


@pytest.fixture(scope="module")
def ledger() -> Run:
    return simulate(Setup(preset="trust-ledger"))


def test_every_kind_of_reason_has_a_rule_with_an_equation_and_texts() -> None:
    for lang in LANGUAGES:
        texts = Texts(lang)
        for kind, reason in reasons().items():
            assert reason.equations and texts.get(f"rule.{reason.method}") and texts.get(f"kind.{kind}")


def test_filters_leave_what_they_name(ledger: Run) -> None:
    whole = view.log(ledger)
    assert len(whole) == len(ledger["decisions"])
    some = view.log(ledger, (2027, 2033), lever=("tariff",), economy=("KOR",), kind=("commitment",))
    assert 0 < len(some) < len(whole)
    assert (
        set(some["economy"]) == {"KOR"}
        and set(some["kind"]) == {"commitment"}
        and some["year"].between(2027, 2033).all()
    )
    assert view.log(ledger, economy=("ROW",), lever=("ledger",)).empty


def test_sizes_are_relative_to_the_largest_move_of_the_lever(ledger: Run) -> None:
    sizes = view.log(ledger).groupby("lever")["size"]
    assert sizes.max().eq(1.0).all() and sizes.min().ge(0.0).all()


def test_the_largest_decisions_come_first_lever_after_lever(ledger: Run) -> None:
    frame = view.log(ledger)
    first = view.largest(frame, len(set(frame["lever"])))
    assert set(frame.loc[first, "lever"]) == set(frame["lever"]) and frame.loc[first[0], "lever"] == "tariff"
    assert frame.loc[first, "size"].eq(1.0).all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_decision_is_explained_with_all_its_numbers(ledger: Run, lang: str) -> None:
    frame, texts = ledger["decisions"], Texts(lang)
    for kind in frame["kind"].unique():
        place = int(frame.index[frame["kind"] == kind][0])
        found = view.why(ledger, place, texts)
        assert str(frame.iloc[place]["year"]) in view.label(ledger, place, texts)
        assert len(found.numbers) == frame.iloc[place]["drivers"].count("=")
        assert not any("driver." in name for name, _ in found.numbers)
        assert "{" not in found.reason and (lang == "en" or found.reason != frame.iloc[place]["reason"])


def test_numbers_are_shown_as_the_rule_writes_them() -> None:
    assert driver("protection", "asked", "-0.0123").replace(NBSP, " ") == "−1.23 %"
    assert driver("ledger-join", "members", "4") == "4"
    assert driver("no-such-kind", "x", "0.125") == "0.125"
    assert driver("policy", "level", "words") == "words"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_protects_adds_up_to_what_was_added(ledger: Run, lang: str) -> None:
    found = view.who_protects(ledger, Texts(lang))
    assert found is not None and found.alt and len(found.table) == found.data["economy"].nunique()
    added = found.data.groupby("economy")["value"].sum()
    mean = {code: ledger.value("mean_tariff", code) - ledger.value("mean_tariff", code, 2027) for code in added.index}
    early = ledger["decisions"].query("year == 2027 and lever == 'tariff'")
    before = 100.0 * early["drivers"].str.extract(r"added=([^;]+)")[0].astype(float).groupby(early["economy"]).sum()
    later = added - before.reindex(added.index).fillna(0.0)
    assert abs(later - 100.0 * pd.Series(mean)).max() < 1.0  # the mean tariff has this year's weights
    assert view.who_protects(simulate(Setup(preset="status-quo", end=2024)), Texts(lang)) is None


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("measure", view.PAIRS)
def test_pairs_have_a_picture_with_alternative_and_table(ledger: Run, measure: str, lang: str) -> None:
    last = ledger.years[-1]
    found = view.between(ledger, measure, last, change=False, texts=Texts(lang))
    assert found is not None and found.alt and len(found.table) == len(ledger.economies)
    assert len(found.data) == len(ledger.economies) * (len(ledger.economies) - 1)
    change = view.between(ledger, measure, last, change=True, texts=Texts(lang))
    assert change is not None
    same = view.between(ledger, measure, ledger.years[0], change=True, texts=Texts(lang))
    assert measure == "both" or (same is not None and same.data["value"].eq(0.0).all())


def test_membership_of_pairs_is_that_of_both(ledger: Run) -> None:
    found = view.between(ledger, "both", ledger.years[-1], change=False, texts=Texts("en"))
    assert found is not None
    members = {code for code in ledger.economies if ledger.series("ledger", code)[ledger.years[-1]]}
    assert len(members) >= 2 and found.data["value"].sum() == len(members) * (len(members) - 1)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", view.STATES)
def test_states_over_the_years_have_a_picture(ledger: Run, state: str, lang: str) -> None:
    found = view.over_years(ledger, state, Texts(lang))
    assert found is not None and found.alt and set(found.data["year"]) <= set(ledger.years)


def test_a_run_without_a_ledger_says_so() -> None:
    run = simulate(Setup(end=2024))
    assert view.between(run, "both", 2024, change=False, texts=Texts("en")) is None


def test_parameters_of_a_rule_are_those_of_the_run(ledger: Run) -> None:
    found = view.rule_parameters(ledger, ("ledger.",))
    assert "ledger.documents" in set(found["id"]) and found["id"].str.startswith("ledger.").all()
    assert view.rule_parameters(ledger, ()).empty
