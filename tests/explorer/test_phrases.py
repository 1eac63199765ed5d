"""Words of the registries are said in both languages: none is missing, none has changed since, and downloads keep the English."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("streamlit")

from sim.explorer.contents import method_view as view
from sim.explorer.contents import proof_view as proof
from sim.explorer.contents.phrases import PHRASED, limits, phrase, plain, slug, spoken
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import Setup
from sim.levers import EVENT, POLICY
from sim.texts import Texts, catalogue
from tests.explorer.lessons.test_page import APP, calm

EN, ZH = Texts("en"), Texts("zh")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def tables() -> dict[str, object]:
    run = simulate(Setup(preset="trust-ledger")).saved
    return {
        "parameters": view.parameter_table(run, EN), "levers": view.lever_table(EN), "indicators": view.indicator_table(EN),
        "sources": view.source_list(), "tables": view.table_list(), "literature": proof.literature(run, EN),
    }  # fmt: skip


def test_every_unit_status_kind_and_scope_is_said_in_chinese_and_stays_as_it_is_in_english() -> None:
    for name, frame in tables().items():
        said, same = spoken(frame, ZH), spoken(frame, EN)
        for column in {*PHRASED, "meaning"} & set(frame.columns):
            missing = sorted({raw for raw, new in zip(frame[column], said[column], strict=True)
                              if new == raw or not (CHINESE.search(new) or new == "%")})  # fmt: skip
            assert not missing, f"{name}.{column}: {missing}"
            assert list(same[column]) == list(frame[column]), f"{name}.{column}"


def test_every_phrase_of_the_catalogue_stands_in_a_registry() -> None:
    """A phrase that no registry uses any more is dead, or the registry has been reworded."""
    used = {slug(one) for frame in tables().values() for column in PHRASED if column in frame.columns
            for cell in frame[column] for one in (cell, *re.split(r", (?![^(]*\))", cell))}  # fmt: skip
    assert {key.removeprefix("phrase.") for key in catalogue("en") if key.startswith("phrase.")} <= used
    assert all(phrase(catalogue("en")[f"phrase.{key}"], EN) for key in used if f"phrase.{key}" in catalogue("en"))


def test_meanings_of_levers_are_those_of_the_registry() -> None:
    for kind, registry in (("policy", POLICY), ("event", EVENT)):
        for id, lever in registry.items():
            assert catalogue("en")[f"meaning.{kind}_{id.replace('-', '_')}"] == lever.meaning


@pytest.mark.parametrize(
    ("words", "en", "zh"),
    [
        ("from 0 to 1", "0 to 1", "0 至 1"),
        ("above -1 to 10", "above −1, up to 10", "大于 −1，至 10"),
        ("above 0, no upper limit", "above 0, no upper limit", "大于 0，无上限"),
        ("from 0, no upper limit", "0 or more, no upper limit", "不小于 0，无上限"),
    ],
)
def test_limits_are_said_in_words(words: str, en: str, zh: str) -> None:
    assert (limits(words, EN), limits(words, ZH)) == (en, zh)


def test_numbers_have_no_exponent_and_a_real_minus_sign() -> None:
    for frame in (view.parameter_table(None, EN),):
        shown = [plain(one) for column in ("value", "low", "high") for one in frame[column]]
        assert not [one for one in shown if "e" in one or "-" in one or "inf" in one]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", ["levers", "indicators", "glossary", "data"])
def test_a_section_shows_its_tables_and_nothing_else(section: str, lang: str) -> None:
    """Streamlit wrote the None of an expression below each of these tables."""
    from streamlit.testing.v1 import AppTest

    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["l"] = lang
    at.run()
    at.switch_page("sim/explorer/pages/assumptions.py").run()
    at.radio(key="method.section").set_value(section)
    calm(at.run())
    assert not [one.value for one in at.markdown if "None" in one.value]
    said = "".join(one.value for one in at.markdown)
    if section == "levers":
        assert all(f"`{id}`" in said for id in (*POLICY, *EVENT))
        assert bool(CHINESE.search(said)) == (lang == "zh")
    elif section == "glossary":
        assert "垂直专业化" in said and "vertical specialisation" in said
    else:
        assert at.dataframe
