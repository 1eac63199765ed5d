"""Both catalogues say the same things, every text is used, numbers are shown honestly."""

from __future__ import annotations

import ast
import re
from itertools import product
from pathlib import Path
from string import Formatter

import pytest

from sim.economy.accounts import TOLERANCES as SOLVER
from sim.indicators.checks import TOLERANCES
from sim.rules import reasons
from sim.texts import LANGUAGES, Texts, catalogue
from sim.texts.formats import MISSING, NBSP, Change, level, number

ROOT = Path(__file__).resolve().parents[3]
#: Chinese texts without Chinese characters.
PLAIN = {"acts.from_to", "headline.join"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    # English words of the registries stand in the registries.
    words = {key for key in catalogue("zh") if key.startswith(("phrase.", "meaning."))}
    assert set(catalogue("en")) == set(catalogue("zh")) - words


def test_both_languages_have_the_same_placeholders() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    assert [key for key in english if placeholders(english[key]) != placeholders(chinese[key])] == []


def test_chinese_texts_are_chinese() -> None:
    bare = {key: re.sub(r"\{[^}]*\}", "", text) for key, text in catalogue("zh").items() if key not in PLAIN}
    foreign = {key: text for key, text in bare.items() if re.search(r"[A-Za-z]{3}", text)}
    assert {key: text for key, text in foreign.items() if not re.search(r"[\u4e00-\u9fff]", text)} == {}


def test_terms_of_the_glossary_are_used() -> None:
    words = "\n".join(catalogue("zh").values())
    for term in ("垂直专业化", "国内增加值", "国外增加值", "重复计算", "贸易相互依存", "关税", "信任"):
        assert term in words, term


def test_every_text_that_the_code_asks_for_is_there() -> None:
    """A key without a text is shown as itself, which is how "lab.stopping" stood on a page."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "sim").rglob("*.py"))
    asked = set(re.findall(r"""\b(?:texts|t|say|texts\(\))\(\s*["']([a-z_]+\.[a-z_0-9.]*[a-z_0-9])["']""", code))
    assert len(asked) > 200 and not asked - set(catalogue("en"))


@pytest.mark.parametrize(("count", "words"), [(1, "(1 year)"), (0, "(0 years)"), (25, "(25 years)")])
def test_counts_choose_their_word(count: int, words: str) -> None:
    values = {"name": "mine", "status": "ok", "first": 2011, "last": 2011, "seconds": "1.0"}
    assert words in Texts("en")("cli.finished", count=count, **values)
    assert f"（{count}年）" in Texts("zh")("cli.finished", count=count, **values)


def test_every_text_is_used() -> None:
    """A text nobody shows is a text nobody checks: its key, or a built key that it fits, stands in the code."""
    whole: set[str] = set()
    built: set[str] = set()
    for path in (ROOT / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
                built |= {re.escape(node.value) + ".+"} if re.fullmatch(r"[a-z]+\.[a-z_]*", node.value) else set()
            elif isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                if re.match(r"[a-z]+\.", str(parts[0])):
                    built.add("".join(".+" if part is None else re.escape(str(part)) for part in parts))
    for path in (ROOT / "sim").rglob("*.j2"):
        text = path.read_text(encoding="utf-8")
        whole |= set(re.findall(r'"([a-z_]+\.[a-z_0-9.]+)"', text))
        built |= {re.escape(begin) + ".+" for begin in re.findall(r't\("([a-z_]+\.)" ~', text)}
    fits = re.compile("|".join(sorted(built)))
    assert [key for key in catalogue("en") if key not in whole and not fits.fullmatch(key)] == []


def test_every_reason_of_a_rule_is_translated_with_its_numbers() -> None:
    for (kind, reason), lang in product(reasons().items(), LANGUAGES):
        assert placeholders(catalogue(lang)[f"reason.{kind}"]) <= placeholders(reason.sentence), (kind, lang)


def test_every_check_has_a_name() -> None:
    tracked = {"wwz_residual", "vax_identity", "value_content", "negative_flows", "shares_out_of_range", "not_finite"}
    assert tracked <= set(TOLERANCES)
    for name in (*SOLVER, *tracked):
        assert f"check.{name}" in catalogue("en")


def test_a_missing_key_shows_itself_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert Texts("zh")("no.such.key") == "no.such.key"
    assert "no.such.key" in caplog.text


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'; available: en, zh"):
        Texts("fr")


def test_a_bilingual_text_falls_back_to_english() -> None:
    assert Texts("zh").pick({"en": "only English", "zh": ""}) == "only English"
    assert Texts("zh").pick("plain") == "plain"


@pytest.mark.parametrize(
    ("before", "after", "unit", "direction", "shown"),
    [
        (0.20, 0.21, "share", "up", "+1.0 pp"),
        (0.21, 0.20, "share", "down", "−1.0 pp"),
        (0.20, 0.2004, "share", "same", "±0.0 pp"),
        (1.0, 0.97, "ratio", "down", "−3.0 %"),
        (200.0, 210.0, "million USD", "up", "+5.0 %"),
        (0.0, 0.5, "index", "up", "+0.500"),
    ],
)
def test_changes_say_direction_amount_and_unit(
    before: float, after: float, unit: str, direction: str, shown: str
) -> None:
    change = Change(before, after, unit)
    assert change.direction == direction
    assert change.show(Texts("en")).replace(NBSP, " ") == shown


def test_what_hardly_moves_is_not_called_unmoved() -> None:
    assert Change(0.2, 0.2, "share").exactly_same
    assert not Change(0.2, 0.2004, "share").exactly_same


def test_numbers_that_do_not_exist_are_dashes() -> None:
    nan = float("nan")
    assert number(nan) == MISSING
    assert level(nan, "share") == MISSING
    assert number(float("inf")) == "∞"
