"""What moved it: sentences, figures and machine-readable parts, only where the run has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import pandas as pd
import pytest

from sim.channels import CHANNELS, RESIDUAL
from sim.charts.bars import parts
from sim.charts.figure import Figure
from sim.report.data import Report
from sim.report.figures import BY_ECONOMY
from sim.report.figures import attributed as split_figures
from sim.report.names import Names
from sim.report.sentences import OVER_TIME, effective, why, world_split
from sim.runs.saved import ON_REQUEST, WORLD, Run
from sim.texts import Texts
from tests.sim.report.samples import ECONOMIES, sample

#: Change a year by channel, as a fraction of one.
SLOPES = {"automation": 0.002, "tariffs": -0.0041, "trust": -0.001, "events": 0.0, "paths": 0.0, RESIDUAL: 0.0}

pytestmark = pytest.mark.pictures


def attributed(last: int = 2016, **slopes: float) -> Run:
    """The sample run with parts that grow by the same step every year."""
    run = sample(last)
    steps = {**SLOPES, **slopes}
    who = [(WORLD, name) for name in ("interdependence", "vs_foreign_content", "vs_one_minus_dva")]
    who += list(product(ECONOMIES, ("vs_foreign_content", "vs_one_minus_dva", "import_dependence")))
    rows = [
        (year, economy, indicator, channel, (year - 2011) * step * (1 + ECONOMIES.index(economy) / 2 if economy != WORLD else 1), "share")
        for year, (economy, indicator), (channel, step) in product(run.years, who, steps.items())
    ]  # fmt: skip
    tables = {**run.tables, "attribution": pd.DataFrame(rows, columns=list(ON_REQUEST["attribution"]))}
    return Run(run.manifest, tables)


def drawn_of(run: Run) -> dict[str, Figure]:
    return {figure.id: figure for figure in split_figures(Report(run, Texts("en"))) if figure is not None}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_section_is_there_only_on_request(words: Callable[[Run, str], str]) -> None:
    assert 'id="en-attribution"' not in words(sample(), "en")
    page = words(attributed(), "both")
    for lang in ("en", "zh"):
        assert f'id="{lang}-attribution"' in page
        for key in (*OVER_TIME.values(), *BY_ECONOMY.values()):
            assert f'id="{lang}-fig-{key}"' in page
    assert "Shapley value" in page
    assert "沙普利值" in page


def test_a_sentence_for_each_main_indicator_says_change_parts_and_rest() -> None:
    first, second, idle = (plain(sentence) for sentence in why(attributed(), "en"))
    assert first == (
        "Trade interdependence changes by −1.55 pp between 2011 and 2016: automation +1.00 pp, tariffs −2.05 pp, "
        "trust and friction −0.50 pp; residual ±0.00 pp."
    )
    assert second.startswith("Foreign value in exports changes by −1.55 pp")
    assert idle == "Not in use, or without any effect: events, paths and other policies."


def test_the_sentence_in_chinese() -> None:
    first, _, idle = (plain(sentence) for sentence in why(attributed(), "zh"))
    assert first == (
        "贸易相互依存度在2011年至2016年间变化 −1.55 个百分点：自动化 +1.00 个百分点，关税 −2.05 个百分点，"
        "信任与摩擦 −0.50 个百分点；残差 ±0.00 个百分点。"
    )
    assert idle == "未启用或没有影响的渠道：事件，设定路径与其他政策。"


def test_what_is_left_over_is_said_and_drawn() -> None:
    run = attributed(residual=0.0006)
    assert "residual +0.30 pp" in plain(why(run, "en")[0])
    drawn = drawn_of(run)
    assert ">Residual<" in drawn["split_world"].svgs("en")[0][1]
    assert list(drawn["split_world"].table.iloc[-1, -2:]) == ["+0.30", "−1.25"]
    still = drawn_of(attributed())["split_world"]
    assert ">Residual<" not in still.svgs("en")[0][1], "nothing to see"
    assert list(still.table.columns[-2:]) == ["Residual", "Total change"], "but always in the table"


def test_a_run_that_nothing_moves_says_so(words: Callable[[Run, str], str]) -> None:
    run = attributed(automation=0.0, tariffs=0.0, trust=0.0)
    assert effective(run) == []
    assert "none of the channels contributes" in why(run, "en")[0]
    assert "各渠道均无贡献" in why(run, "zh")[0]
    assert 'id="en-attribution"' in words(run, "en")


def test_not_asked_for_is_silence() -> None:
    run = sample()
    assert why(run, "en") == why(run, "zh") == []
    assert world_split(run) == []
    assert drawn_of(run) == {}


def test_only_the_base_year_has_no_pictures() -> None:
    run = attributed(2011)
    assert drawn_of(run) == {}


def test_tables_behind_the_figures_add_up() -> None:
    run = attributed()
    names = Names.of(run, Texts("en"))
    drawn = drawn_of(run)
    for key in ("split_world", "split_economies"):
        for row in drawn[key].table.itertuples(index=False, name=None):
            *parts, whole = (float(re.sub("[+±]", "", cell).replace("−", "-")) for cell in row[1:])
            assert sum(parts) == pytest.approx(whole, abs=0.016)
    order = list(drawn["split_economies"].table.iloc[:, 0])
    assert order == [names.economy(code) for code in (WORLD, "USA", "CHN", "EUR", "ROW")], "from the largest change on"


def test_text_alternatives_hold_the_numbers() -> None:
    run = attributed()
    drawn = drawn_of(run)
    assert (
        "In 2016: Automation: +1.00. Tariffs: −2.05. Trust and friction: −0.50. Residual: ±0.00."
        in drawn["split_world"].alt
    )
    assert "largest fall: Rest of world" in drawn["split_dependence"].alt
    assert "Tariffs: −2.05" in drawn["split_world"].svgs("en")[0][1], "and stand in the picture's name"


def test_parts_for_machines() -> None:
    one = world_split(attributed())[0]
    assert (one["indicator"], one["economy"], one["base_year"], one["year"], one["unit"]) == (
        "interdependence", WORLD, 2011, 2016, "share",
    )  # fmt: skip
    assert set(one["parts"]) == {*CHANNELS, RESIDUAL}
    assert sum(one["parts"].values()) == pytest.approx(one["change"])
    assert one["change"] == pytest.approx(-0.0155)


# -- charts ---------------------------------------------------------------------------------------------

FRAME = pd.DataFrame(
    [(year, part, value * (year - 2011)) for year in range(2011, 2015) for part, value in (("tariffs", -2.0), ("trust", 0.5))],
    columns=["year", "part", "value"],
)  # fmt: skip
NAMES = {"tariffs": "Tariffs", "trust": "Trust"}


def test_the_line_is_the_sum_of_all_parts_whether_drawn_or_not() -> None:
    spec = parts(FRAME, {"tariffs": "Tariffs"}, whole="Whole", title="pp").to_dict()
    totals = next(rows for rows in spec["datasets"].values() if len(rows) == 4 and "part" not in rows[0])
    assert [row["value"] for row in totals] == pytest.approx([0.0, -1.5, -3.0, -4.5])
    colours = spec["layer"][0]["encoding"]["color"]["scale"]
    assert colours["domain"] == ["Tariffs", "Whole"]
    assert len(colours["range"]) == 2
