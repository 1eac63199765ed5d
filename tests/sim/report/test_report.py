"""The report stands alone: offline, complete, with pictures that show something, whatever the user's texts contain."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from sim.report.data import Report
from sim.report.render import render
from sim.report.sections import act_table
from sim.runs.saved import Run
from sim.texts import Texts, catalogue
from tests.sim.report.samples import manifest, sample, tables

SECTIONS = ("expect", "course", "vs", "groups", "links", "incomes", "acts", "checks", "assumptions", "limits", "again")
Words = Callable[[Run, str], str]
EVIL = "<script>alert('x')</script><img src=http://evil.example/x.png onerror=alert(1)>"

pytestmark = pytest.mark.pictures


class Resources(HTMLParser):
    """Collects everything that a browser would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.scripts = 0
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag in {"script", "iframe", "object", "embed", "link", "base", "form"}
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "srcset", "data", "action", "poster"}:
                self.loads.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)
            if name == "id":
                self.ids.append(value or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)


def read(page: str) -> Resources:
    found = Resources()
    found.feed(page)
    return found


def test_nothing_is_loaded_and_nothing_runs(page: str) -> None:
    found = read(page)
    assert [load for load in found.loads if not load.startswith("#")] == []
    assert found.scripts == 0
    assert found.handlers == []
    assert "@import" not in page
    assert re.findall(r"url\((?!#)[^)]*\)", page) == []
    assert "default-src 'none'" in page


def test_both_languages_are_inside_with_a_switch(page: str) -> None:
    for lang in ("en", "zh"):
        assert f'for="switch-{lang}"' in page
        assert f'class="body lang-{lang}"' in page
    assert '<html lang="en">' in page
    assert 'lang="zh-Hans"' in page


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_language_has_no_switch(lang: str, words: Words) -> None:
    page = words(sample(), lang)
    assert 'class="switch"' not in page
    assert f'<html lang="{lang}">' in page
    assert catalogue(lang)["report.banner"] in page


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr' is not known; allowed: en, zh, both"):
        render(sample(), "fr")


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_section_is_there_in_both_languages(page: str, section: str, lang: str) -> None:
    assert f'id="{lang}-{section}"' in page
    assert catalogue(lang)[f"section.{section}"] in page


def test_headline_numbers_and_way_to_repeat_are_there(english: str) -> None:
    assert "Trade interdependence falls from" in english
    assert english.count('class="card ') == 4
    assert "unweave run scenario.yaml --seed 7" in english
    assert "no growth is assumed" in english
    assert "abababab" in english, "checksum of the table"


def test_every_figure_has_a_text_alternative_and_its_numbers(english: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", english, flags=re.DOTALL)
    assert len(figures) >= 10
    for figure in figures:
        label = re.search(r'role="img" aria-label="([^"]+)"', figure)
        assert label
        assert len(label[1]) > 30
        assert "<details>" in figure
        assert figure.count("<tr>") > 2


def test_no_figure_is_blank(english: str) -> None:
    """Beside its background every picture has marks, at places that differ."""
    for svg in re.findall(r"<svg.*?</svg>", english, flags=re.DOTALL):
        marks = [path for path in re.findall(r"<path [^>]*>", svg) if 'class="background"' not in path]
        shapes = " ".join(match for path in marks for match in re.findall(r' (?:d|transform)="([^"]+)"', path))
        assert len(set(re.findall(r"-?\d+\.?\d*", shapes))) >= 6, svg[:300]
        assert "NaN" not in svg
        assert "undefined" not in svg


def test_ids_are_unique_so_that_no_picture_borrows_from_another(page: str) -> None:
    ids = read(page).ids
    assert len(ids) == len(set(ids))
    for used in re.findall(r"url\(#([^)]+)\)", page):
        assert used in ids


def test_headings_do_not_skip_levels(english: str) -> None:
    levels = [int(heading[1]) for heading in read(english).headings]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_texts_of_users_are_shown_not_run() -> None:
    run = sample(title={"en": EVIL, "zh": EVIL}, question=EVIL, message=EVIL, status="partial", rerun=EVIL, name=EVIL)
    frames = {name: frame.copy() for name, frame in run.tables.items()}
    frames["decisions"]["reason"] = EVIL
    frames["levers"]["lever"] = EVIL
    frames["assumptions"]["id"] = EVIL
    frames["assumptions"]["source"] = EVIL
    frames["checks"]["check"] = EVIL
    economies = [{"code": code, "name": EVIL} for code in ("QQA", "QQB", "QQC", "QQD")]
    swap = dict(zip(("USA", "CHN", "EUR", "ROW"), ("QQA", "QQB", "QQC", "QQD"), strict=True))
    frames = {name: frame.replace(swap) for name, frame in frames.items()}
    given = {**run.manifest, "table": {**run.manifest["table"], "economies": economies, "source": EVIL}}
    page = render(Run(given, frames), "en")
    found = read(page)
    assert found.scripts == 0
    assert found.handlers == []
    assert [load for load in found.loads if not load.startswith("#")] == []
    assert "&lt;script&gt;" in page


def test_a_partial_run_carries_a_warning_with_its_reason(words: Words) -> None:
    page = words(sample(last=2014, planned=2035, status="partial", message="year 2015: no price"), "en")
    assert "This run is not complete (partial): years after 2014 are missing." in page
    assert "What happened: year 2015: no price" in page


def test_a_run_without_years_still_has_a_report() -> None:
    years: list[int] = []
    frames = {name: frame.iloc[:0] for name, frame in tables([2011]).items()}
    page = render(Run(manifest(years, 2035, status="failed", message="singular"), frames), "en")
    assert "nothing to report" in page
    assert "singular" in page
    assert "<svg" not in page


def test_a_single_year_is_drawn_without_claiming_change() -> None:
    page = render(sample(last=2011), "en")
    assert "base year only" in page
    assert page.count("<svg") >= 4
    assert "NaN" not in page


def test_a_run_without_decisions_policies_or_expectations_says_so(words: Words) -> None:
    run = sample(flat=True)
    frames = {**run.tables, "levers": run["levers"].iloc[:0], "expectations": run["expectations"].iloc[:0]}
    page = words(Run(run.manifest, frames), "en")
    for key in ("acts.none", "acts.set_none", "expect.none"):
        assert catalogue("en")[key] in page


def test_failed_checks_are_not_hidden(words: Words) -> None:
    run = sample()
    checks = run["checks"].copy()
    checks.loc[2, ["value", "passed"]] = [1e-3, False]
    page = words(Run(run.manifest, {**run.tables, "checks": checks}), "en")
    assert "1 of 1 checks failed in some year" in page
    assert "1.0e-03 (2013)" in page
    assert "5 of 6 years" in page


def test_expectations_show_their_outcome(english: str) -> None:
    for key in ("expect.met", "expect.failed", "expect.unknown", "expect.needs"):
        assert catalogue("en")[key].replace("'", "&#39;") in english


def test_synthetic_data_is_named_at_the_top(words: Words) -> None:
    table = {**sample().manifest["table"], "synthetic": True}
    assert "SYNTHETIC DATA" in words(sample(table=table), "en")


def test_two_renderings_are_the_same_text(words: Words) -> None:
    assert words(sample(), "en") == words(sample(), "en")


def test_printing_and_phones_have_their_styles(english: str) -> None:
    assert "@media print" in english
    assert "@media (max-width: 640px)" in english
    assert 'name="viewport" content="width=device-width' in english


def test_sections_of_a_foreign_table_do_not_need_known_names(words: Words) -> None:
    run = sample()
    other = {name: frame.replace({"USA": "ZZA", "CHN": "ZZB"}) for name, frame in run.tables.items()}
    economies = [{"code": code, "name": f"Land {code}"} for code in ("ZZA", "ZZB", "EUR", "ROW")]
    given = {**run.manifest, "table": {**run.manifest["table"], "economies": economies}}
    page = words(Run(given, other), "zh")
    assert "Land ZZA" in page
    assert isinstance(other["pairs"], pd.DataFrame)


def acts(run: Run) -> tuple[tuple[str, ...], ...]:
    table = act_table(Report(run, Texts("en")))
    assert table is not None
    return table.rows


def test_what_governments_do_comes_before_what_spreads_by_itself() -> None:
    rows = acts(sample())
    assert [row[1] for row in rows] == ["Tariff", "Robot adoption", "Tariff"]
    assert rows[0][2] == "2012–2016"


def test_of_equal_changes_the_last_one_gives_the_reason() -> None:
    run = sample()
    frame = (
        run["decisions"]
        .iloc[:2]
        .assign(economy="USA", year=2012, before=0.1, after=0.2, reason=["old ends", "new holds"])
    )
    assert acts(Run(run.manifest, {**run.tables, "decisions": frame}))[0][-1] == "new holds"
