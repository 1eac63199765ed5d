"""Put a report together: texts, figures and tables into one HTML file with everything inside."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

from sim.charts.figure import Figure
from sim.report import sections, sources
from sim.report.bands import BANDS, about, band_figures
from sim.report.eras import era_tables
from sim.report.evidence import evidence
from sim.report.figures import figures
from sim.report.headline import against, headline
from sim.report.names import Names
from sim.report.split import why
from sim.runs.saved import Run
from sim.texts import LANGUAGES, Texts

#: What ``lang`` may be: one language, or both with a switch.
CHOICES = (*LANGUAGES, "both")
#: Figures of each section, in the order of the report.
_SECTIONS = {
    "course": ("interdependence", "drivers"),
    "bands": (*(f"band_{name}" for name in BANDS), "band_incomes"),
    "attribution": ("split_world", "split_vs", "split_economies", "split_dependence"),
    "vs": ("vs", "dva"),
    "groups": ("groups", "group_changes"),
    "links": ("links_first", "links_last", "links_change"),
    "incomes": ("incomes", "ends"),
}


def render(run: Run, lang: str = "both") -> str:
    """HTML text of the report of a run.

    Parameters
    ----------
    run : Run
        Finished, partial or failed; sections without data say so.
    lang : {"both", "en", "zh"}
        ``both`` holds the two languages with a switch at the top that works without scripts.

    Raises
    ------
    ValueError
        The language is not one of the choices.
    """
    return page(lang, lambda texts: _context(run, texts))


def page(lang: str, context: Callable[[Texts], dict[str, Any]]) -> str:
    """HTML text of one page in one language or both, with everything inside.

    Parameters
    ----------
    lang : {"both", "en", "zh"}
    context : callable
        What the template shows in one language: ``title``, and ``template`` where it is not the report of a run.

    Raises
    ------
    ValueError
        The language is not one of the choices.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    if lang not in CHOICES:
        raise ValueError(f"report language {lang!r} is not known; allowed: {', '.join(CHOICES)}")
    languages = list(LANGUAGES) if lang == "both" else [lang]
    env = Environment(
        loader=PackageLoader("sim.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (files("sim.report") / "templates" / "report.css").read_text(encoding="utf-8")

    def body(code: str) -> dict[str, Any]:
        texts = Texts(code)
        shown = context(texts)
        html = env.get_template(shown.get("template", "body.html.j2")).render(body=shown, t=texts)
        return {"t": texts, "title": shown["title"], "html": html}

    # Drawing releases the interpreter, so the languages are drawn side by side.
    with ThreadPoolExecutor(len(languages)) as pool:
        text = env.get_template("report.html.j2").render(bodies=list(pool.map(body, languages)), css=css)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def _context(run: Run, texts: Texts) -> dict[str, Any]:
    """Everything the template shows in one language."""
    names = Names.of(run, texts)
    drawn: dict[str, Figure] = dict(figures(run, texts, names)) if run.years else {}
    drawn |= band_figures(run, texts, names)
    checks, check_table = sections.check_table(run, texts)
    title = texts.pick(run.manifest.get("title")) or run.name
    return {
        "run": run,
        "title": title,
        "question": texts.pick(run.manifest.get("question")),
        "headline": headline(run, texts.lang),
        "against": against(run, texts.lang),
        "why": why(run, texts.lang),
        "cards": sections.cards(run, texts, names),
        "partial": run.status != "ok",
        "growth": sources.growth_sentence(run, texts),
        "sections": {key: [drawn[f] for f in keys if f in drawn] for key, keys in _SECTIONS.items()},
        "ensemble": about(run, texts, names),
        "timeline": drawn.get("timeline"),
        "acts": sections.act_table(run, texts, names),
        "levers": sections.lever_table(run, texts, names),
        "expectations": sections.expectation_table(run, texts, names),
        "checks": checks,
        "check_table": check_table,
        "assumptions": sources.assumption_tables(run, texts, names),
        "limits": sources.limits(run, texts),
        "eras": era_tables(run, texts, names),
        "evidence": evidence(run, texts, names),
        "notes": [str(note) for note in run.manifest.get("notes", [])],
        "base": sources.base_table(run, texts, names),
        "largest_links": sections.largest_links(run, texts, names),
        "provenance": sources.provenance(run, texts),
        "rerun": str(run.manifest.get("rerun", "")),
        "cite": texts(
            "again.cite",
            version=run.manifest.get("versions", {}).get("unweave", ""),
            name=title,
            run=run.manifest.get("run", ""),
        ),
    }
