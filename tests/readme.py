"""Fill the parts of the README that are computed: ``python -m tests.readme [--table4] [--validation] [--bench] [--literature] [--machines] [--picture]
[--screenshots] [--latency]``.

Each part stands between ``<!-- name:begin -->`` and ``<!-- name:end -->``; without an option all parts are made. The
validation table needs the full WIOD tables (``UNWEAVE_DATA``), docs/validation.md also the data of Caliendo & Parro
(``UNWEAVE_NAFTA``), the rest only the project.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import find_data

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
#: Scenarios of the picture, each with its label.
SHOWN = {
    "baseline": "baseline",
    "ai-divide": "AI divide",
    "interdependence-fades": "AI divide and backlash",
    "trust-ledger": "backlash and ledger",
}
#: Economies of the table of machines.
MACHINES = "USA,CAN,MEX,BRA,DEU,GBR,FRA,ITA,DNK,POL,ROU,HUN,TUR,RUS,IND,CHN,JPN,KOR,TWN,SGP"
#: What makes all else stand still in a scenario of the library.
STILL = ("growth=none", "observed=off")
#: Runs whose sizes stand beside published ones: scenario, and what else is changed.
SIZED = {
    "baseline, AI alone": ("baseline", ("behaviour.automation.robot_speed=0.0",)),
    "baseline": ("baseline", ()),
    "ai-divide": ("ai-divide", ()),
}
#: Views of the explorer that the README shows, each with its link.
SCREENS = {
    "explorer-lab": "/lab?v=1&p=interdependence-fades&l=en",
    "explorer-decompose": "/decompose?v=1&p=interdependence-fades&l=zh",
}


def fill(name: str, text: str) -> None:
    """Replace what stands between the marks of a part."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, rest = README.read_text(encoding="utf-8").split(begin)
    README.write_text(f"{before}{begin}\n{text.strip()}\n{end}{rest.split(end)[1]}", encoding="utf-8")


def printed(*command: str) -> str:
    """What a command prints on stdout; its stderr is shown. Exit code 1 (a limit missed) is shown, not hidden."""
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with exit code {done.returncode}")
    return done.stdout


def table4() -> None:
    """Our numbers beside the printed ones."""
    wiod = str(find_data() / "wiod2013")
    fill("table4", printed("-m", "sim.cli", "published", "table4", "--wiod", wiod, "--markdown"))


def validation() -> None:
    """docs/validation.md: every published number beside ours."""
    wiod, nafta = str(find_data() / "wiod2013"), os.environ.get("UNWEAVE_NAFTA")
    if nafta is None:
        raise SystemExit("set UNWEAVE_NAFTA to the folder with Caliendo & Parro's xbilat1993.txt …")
    text = printed("-m", "sim.cli", "published", "all", "--wiod", wiod, "--nafta", nafta, "--markdown")
    (ROOT / "docs" / "validation.md").write_text(text + hindcasts(wiod), encoding="utf-8")


def hindcasts(wiod: str) -> str:
    """The part of docs/validation.md on predictions of observed years, on the bundled tables and on the full ones."""
    text = "\n## hindcast\n"
    for options in (["--to", "2011"], ["--from", "2011", "--to", "2022"], ["--wiod", wiod]):
        table, *said = printed("-m", "sim.cli", "hindcast", *options).strip().split("\n\n")
        words = ("DIRECTORY" if option == wiod else option for option in options)
        text += f"\n`unweave hindcast {' '.join(words)}`\n\n```\n{table}\n```\n\n" + "\n\n".join(said) + "\n"
    return text


def bench() -> None:
    """Measured seconds and ratios with their limits."""
    fill("bench", printed("-m", "tests.benchmarks", "--markdown"))


def machines() -> None:
    """Published robot densities and use of AI beside what diffusion gives."""
    fill("machines", printed("-m", "sim.cli", "published", "machines", "--markdown", "-e", MACHINES))


def literature_block() -> str:
    """The sizes of baseline, of AI alone in it and of ai-divide, all else standing still, beside published ones, as a Markdown table."""
    import sim
    from sim.report.data import Report
    from sim.report.evidence import literature_table
    from sim.texts import Texts

    ours: dict[str, dict[tuple[str, ...], str]] = {}
    for head, (name, more) in SIZED.items():
        table = literature_table(Report(sim.run(name, overrides=[*STILL, *more]), Texts("en")))
        assert table is not None
        ours[head] = {(str(row[0]), str(row[1]), str(row[3]), str(row[5])): str(row[2]) for row in table.rows}
    rows = next(iter(ours.values()))
    lines = [["Measure", "Years", *ours, "Published", "Source"], ["---"] * (len(ours) + 4)]
    lines += [[*row[:2], *(sizes[row] for sizes in ours.values()), *row[2:]] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def literature() -> None:
    """Sizes of baseline and ai-divide beside published ones."""
    fill("literature", literature_block())


def picture() -> None:
    """Interdependence and foreign content of exports in four scenarios, as docs/scenarios.svg."""
    import pandas as pd

    import sim
    from sim.charts.figure import to_svg
    from sim.charts.lines import beside, lines

    runs = {name: sim.run(name).indicators for name in SHOWN}
    titles = {
        "interdependence": "Value added absorbed abroad, % of world value added",
        "vs_foreign_content": "Foreign value in the world's exports, %",
    }
    drawn = []
    for indicator, title in titles.items():
        world = {
            name: frame[(frame["indicator"] == indicator) & (frame["economy"] == "WLD")] for name, frame in runs.items()
        }
        rows = pd.concat(frame.assign(line=name, value=frame["value"] * 100) for name, frame in world.items())
        drawn.append(lines(rows[["year", "line", "value"]], SHOWN, title=title, width=420, height=240))
    folder = ROOT / "docs"
    folder.mkdir(exist_ok=True)
    alt_text = f"Two line charts over 2022 to 2040: {', '.join(SHOWN.values())}."
    svg = to_svg(beside(drawn, [""] * len(drawn)), key="scenarios", alt_text=alt_text)
    (folder / "scenarios.svg").write_text(svg, encoding="utf-8")


def launched(driver: Any) -> Any:
    """Chromium, without a window."""
    from tests.explorer.browser import chromium

    return driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-background-networking"])


def screenshots() -> None:
    """Two views of the explorer in a real browser, as docs/explorer-*.png."""
    from playwright.sync_api import sync_playwright

    from tests.explorer.browser import Visitor, server

    with server() as address, sync_playwright() as driver:
        browser = launched(driver)
        for name, path in SCREENS.items():
            visitor = Visitor(browser, address, height=960)
            visitor.open(path)
            visitor.page.wait_for_timeout(1_000)
            visitor.page.screenshot(path=ROOT / "docs" / f"{name}.png")
            visitor.close()
        browser.close()


def latency() -> None:
    """How soon the explorer answers, in a real browser."""
    from playwright.sync_api import sync_playwright

    from tests.explorer.browser import Visitor, server
    from tests.explorer.latency import FIRST_VIEW, first_view, measured, table

    with sync_playwright() as driver:
        browser = launched(driver)
        seconds = first_view(browser)
        with server() as address:
            steps = measured(lambda: Visitor(browser, address))
        browser.close()
    fill(
        "latency",
        f"{table(steps)}\n\nFirst view of a server that has just started: {seconds:.1f} s (aim {FIRST_VIEW:.0f} s).",
    )


def main() -> None:
    """Make the chosen parts, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.readme", description=__doc__)
    parts = {
        "table4": table4,
        "validation": validation,
        "bench": bench,
        "literature": literature,
        "machines": machines,
        "picture": picture,
        "screenshots": screenshots,
        "latency": latency,
    }
    for name, make in parts.items():
        parser.add_argument(f"--{name}", action="store_true", help=make.__doc__)
    chosen = vars(parser.parse_args())
    for name, make in parts.items():
        if chosen[name] or not any(chosen.values()):
            make()


if __name__ == "__main__":
    main()
