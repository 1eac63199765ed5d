"""Ensembles on the command line: asked for by the scenario or by ``--seeds``, run after the scenario as written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sim.cli.failures import INTERRUPTED, OK, PARTIAL

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.runs.result import RunResult
    from sim.runs.saved import Run
    from sim.studies.ensemble import Ensemble
    from sim.texts import Texts

#: Progress is told so many times.
STEPS = 20


def asking(overrides: list[str] | None, seeds: int | None) -> list[str] | None:
    """Overrides with ``seeds`` among them, so that the command that repeats the run asks for the ensemble too."""
    return overrides if seeds is None else [*(overrides or ()), f"seeds={seeds}"]


def ensembled(
    result: RunResult, jobs: int | None, *, note: Callable[[str], None], stop: Callable[[], bool]
) -> Ensemble | None:
    """Run the members that the scenario of a finished run asks for; None where it asks for none or did not finish."""
    if not result.scenario.seeds or result.status in ("cancelled", "failed"):
        return None
    from sim.studies.ensemble import run_members

    def tell(finished: int, planned: int) -> None:
        if finished * STEPS // planned > (finished - 1) * STEPS // planned:
            note(f"member {finished} of {planned}")

    return run_members(result.loaded, result, jobs=jobs, progress=tell, stop=stop)


def frames_of(ensemble: Ensemble | None) -> Mapping[str, DataFrame]:
    """Tables of an ensemble by name; of an ensemble without a finished member only how its members ended."""
    if ensemble is None or not ensemble.members:
        return {}
    found = {"draws": ensemble.draws, "members": ensemble.outcomes}
    return found if all(not len(member.years) for member in ensemble.members) else {"bands": ensemble.bands, **found}


def described(ensemble: Ensemble | None) -> dict[str, Any] | None:
    """What run.json says about an ensemble; None without one."""
    if ensemble is None:
        return None
    draws = ensemble.scenario.draws
    return {
        "planned": ensemble.planned,
        "finished": sum(member.status == "ok" for member in ensemble.members),
        "status": ensemble.status,
        "seed": ensemble.scenario.seed,
        "failures": [
            {"member": one.draw.member, "status": one.status, "message": one.message} for one in ensemble.failures
        ],
        "checks_passed": all(one.passed for one in ensemble.members if one.status == "ok"),
        "drawn": [
            {"id": one.id, "choices": list(one.choices)}
            if one.choices
            else {
                "id": one.id,
                "low": f"{one.low:.10g}",
                "mode": f"{one.mode:.10g}",
                "high": f"{one.high:.10g}",
                "unit": one.unit,
                "range_from": one.source,
            }
            for one in ensemble.drawn
        ],
        "adoption_timing": draws.adoption_timing if ensemble.scenario.behaviour.automation.active else 0.0,
        "productivity_shock": draws.shocks.productivity,
        "jobs": ensemble.jobs,
        "seconds": round(ensemble.seconds, 2),
    }


def worse(code: int, ensemble: Ensemble | None) -> int:
    """Exit code of a run together with its ensemble."""
    if ensemble is None or code != OK:
        return code
    sound = ensemble.status == "ok" and all(member.passed for member in ensemble.members)
    return INTERRUPTED if ensemble.status == "cancelled" else OK if sound else PARTIAL


def answer(saved: Run) -> dict[str, Any] | None:
    """What ``--json`` says about the ensemble of a run: what was drawn, what failed, bands of the last year."""
    about = saved.manifest.get("ensemble")
    return None if about is None else {**about, "bands": _bands(saved)}


def _bands(saved: Run) -> list[dict[str, Any]]:
    if "bands" not in saved:
        return []
    from sim.indicators import PLACES

    frame = saved["bands"]
    rows = frame[(frame["economy"] == "WLD") & frame["indicator"].isin(PLACES["bands"])]
    rows = rows[rows["year"] == frame["year"].max()]
    columns = ("year", "indicator", "q05", "q25", "q50", "q75", "q95", "members", "unit")
    plain = [
        [x.item() if hasattr(x, "item") else x for x in row] for row in rows[list(columns)].itertuples(index=False)
    ]
    return [dict(zip(columns, row, strict=True)) for row in plain]


def lines_of(saved: Run, texts: Texts) -> list[str]:
    """What the terminal says about the ensemble of a run."""
    from sim.report.bands import drawn_sentence, failure_sentence
    from sim.report.names import Names
    from sim.texts.formats import level

    about = saved.manifest.get("ensemble")
    if about is None:
        return []
    names = Names.of(saved, texts)
    rows = [
        texts(
            "ensemble.line",
            name=names.indicator(row["indicator"]),
            year=row["year"],
            low=level(row["q05"], row["unit"]),
            middle=level(row["q50"], row["unit"]),
            high=level(row["q95"], row["unit"]),
        )
        for row in _bands(saved)
    ]
    short = about["failures"] or about["status"] == "cancelled"
    return ["", drawn_sentence(saved, texts), *rows, *([failure_sentence(saved, texts)] if short else [])]
