"""Put a report together: texts, figures and tables into one HTML file with everything inside."""

from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

from sim.report import sections
from sim.report.brief import Brief
from sim.report.data import Report, template
from sim.report.evidence import era_tables, literature_table, reading, sensitivity_table
from sim.report.figures import effect, figures
from sim.report.sentences import against, calibration_warnings, headline, since, why
from sim.report.stories import story_table
from sim.runs.saved import Run
from sim.texts import LANGUAGES, Texts

#: What ``lang`` may be: one language, or both with a switch.
CHOICES = (*LANGUAGES, "both")


def render(run: Run, lang: str = "both") -> str:
    """HTML text of the report of a run, also a failed one. Raises :class:`ValueError`: no such language."""
    return page(lang, lambda texts: _context(run, texts))


def page(lang: str, context: Callable[[Texts], dict[str, Any]]) -> str:
    """HTML text of one page in one language or in ``both``, with a switch that works without scripts; everything inside.

    ``context`` gives what the template shows in one language: ``title``, and ``template`` where it is not the report
    of a run. Raises :class:`ValueError`: the language is not one of the choices.
    """
    if lang not in CHOICES:
        raise ValueError(f"report language {lang!r} is not known; allowed: {', '.join(CHOICES)}")
    languages = list(LANGUAGES) if lang == "both" else [lang]
    css = (files("sim.report") / "templates" / "report.css").read_text(encoding="utf-8")

    def body(code: str) -> dict[str, Any]:
        texts = Texts(code)
        shown = context(texts)
        html = template(shown.get("template", "body.html.j2")).render(body=shown, t=texts)
        return {"t": texts, "title": shown["title"], "html": html}

    # Drawing releases the interpreter, so the languages are drawn side by side.
    with ThreadPoolExecutor(len(languages)) as pool:
        text = template("report.html.j2").render(bodies=list(pool.map(body, languages)), css=css)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def _context(run: Run, texts: Texts) -> dict[str, Any]:
    """Everything the template shows in one language."""
    report, brief, told = Report(run, texts), Brief(run, texts), run.manifest
    drawn = figures(report)
    checks, check_table = sections.check_table(report)
    title = texts.pick(told.get("title")) or run.name
    version = told.get("versions", {}).get("unweave", "")
    return {
        "run": run,
        "title": title,
        "question": texts.pick(brief.asked.get("question")) or texts.pick(told.get("question")),
        "headline": headline(run, texts.lang),
        "against": against(run, texts.lang),
        "why": why(run, texts.lang),
        "brief": brief if brief.there else None,
        "effect": (shown, b64encode(shown.csv()).decode()) if (shown := effect(brief)) else None,
        "since": since(run, texts.lang),
        "cards": sections.cards(report),
        "growth": sections.growth_sentence(run, texts),
        "doubts": calibration_warnings(run, texts),
        "given": sections.given(report),
        "estimate": sections.estimate_sentence(run, texts),
        "timeline": drawn.pop("acts", []),
        "sections": drawn,
        "ensemble": sections.ensemble(report),
        "acts": sections.act_table(report),
        "levers": sections.lever_table(report),
        "expectations": sections.expectation_table(report),
        "stories": story_table(report),
        "checks": checks,
        "check_table": check_table,
        "assumptions": sections.assumption_tables(report),
        "limits": sections.limits(run, texts),
        "eras": era_tables(report),
        "literature": literature_table(report),
        "reading": reading(run, texts),
        "people": sections.people_table(report),
        "sensitivities": sensitivity_table(report),
        "base": sections.base_table(report),
        "largest_links": sections.largest_links(report),
        "provenance": sections.provenance(run, texts),
        "cite": texts("again.cite", version=version, name=title, run=told.get("run", "")),
    }
