"""Words of the registries are said in both languages: none is missing, none has changed since, and downloads keep the English."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("streamlit")

from sim.calibration import STATUSES
from sim.channels import CHANNELS
from sim.cli import lists
from sim.cli.knowledge import entries
from sim.cli.lists import FIELDS
from sim.cli.lists import told as shown
from sim.explorer.contents import method as proof
from sim.explorer.contents import method as view
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import Setup
from sim.levers import EVENT, POLICY
from sim.texts import Texts, catalogue
from sim.texts.words import PHRASED, WORDED, limits, meaning, phrase, phrases_of, plain, slug, spoken
from tests.explorer.conftest import go
from tests.explorer.lessons.test_page import APP, calm

EN, ZH = Texts("en"), Texts("zh")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def tables() -> dict[str, object]:
    run = simulate(Setup(preset="trust-ledger"))
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


def kind_of(entry: dict[str, str]) -> str:
    """Codes of scenario files and of lesson files are one kind of word."""
    return entry["kind"]


def test_every_id_of_every_registry_has_words_in_both_languages() -> None:
    """English words stand in the registries; Chinese ones there, too, or in the one file of registry words."""
    missing = []
    for entry in entries():
        for field in ("label", "meaning"):
            if field == "label" and "label_en" in entry:
                english, chinese = entry["label_en"], entry.get("label_zh", "")
            elif field in entry:
                english, chinese = entry[field], meaning(kind_of(entry), entry["id"], entry[field], ZH)
                assert meaning(kind_of(entry), entry["id"], english, EN) == english
            else:
                continue
            if not english or CHINESE.search(english) or not CHINESE.search(chinese):
                missing.append((entry["kind"], entry["id"], field))
    assert not missing
    assert not [status for status in STATUSES if meaning("status", status, "", ZH) == ""]


def test_tables_of_the_command_line_are_chinese_where_there_are_chinese_words() -> None:
    for kind in ("tables", "indicators", "levers", "terms", "parameters", "types"):
        for row in lists.entries(kind):
            said = [phrase(row[field], ZH) for field in WORDED if isinstance(row.get(field), str)]
            assert all(CHINESE.search(word) or word == "%" for word in said), row
        assert CHINESE.search(lists.shown(kind, lists.entries(kind)[:2], "zh").splitlines()[0])
        assert not CHINESE.search(lists.shown(kind, lists.entries(kind)[:2], "en"))


def test_every_word_of_the_registries_is_still_said() -> None:
    """A word that no registry uses any more is dead, or the registry has been reworded."""
    used = {slug(one) for frame in tables().values() for column in PHRASED if column in frame.columns
            for cell in frame[column] for one in (cell, *phrases_of(cell))}  # fmt: skip
    used |= {
        slug(str(entry.get(field)))
        for entry in entries()
        for field in ("applies_to", "nature", "unit", "scope", "source")
    }
    meant = {f"meaning.{kind_of(entry)}.{slug(entry['id'])}" for entry in entries() if "meaning" in entry}
    meant |= {f"meaning.setting.{entry['id']}" for entry in entries() if entry["kind"] == "given"}
    meant |= {f"meaning.status.{slug(status)}" for status in STATUSES}
    meant |= {f"meaning.channel.{channel}" for channel in CHANNELS}
    used |= {slug(row[field]) for row in lists.entries("levers") for field in ("unit", "where")}
    used |= {"percentage_points", "per_cent"}  # units of published sizes; the years of a run say which are compared
    kept = {key for key in catalogue("zh") if key.startswith(("phrase.", "meaning."))}
    assert kept <= {f"phrase.{key}" for key in used} | meant
    assert not kept & set(catalogue("en"))


def test_chinese_explanations_are_chinese_but_for_formulas_sources_and_codes() -> None:
    english = {
        "formula",
        "source",
        "path",
        "tables",
        "modules",
        "file",
        "note",
        "scenarios",
        "terms",
        "members",
        "needs",
    }
    heads = {field: ZH(f"explain.{field}") for field in FIELDS.split() if field not in english}
    for entry in entries():
        for line in shown(entry, ZH):
            head, _, value = line.strip().partition(" ")
            if head in heads.values() and entry["kind"] != "lesson":
                bare = re.sub(r"`[^`]*`|inf|GDP|CO2|USD", "", value)
                assert CHINESE.search(value) or not re.search(r"[A-Za-z]{3}", bare), (entry["id"], line)


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
    go(at, "assumptions").run()
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
