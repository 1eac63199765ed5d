"""The codebook of a run folder: every table, column and indicator with unit and meaning; and its README."""

from collections.abc import Iterator, Mapping

from decomp.codes import rows_in
from decomp.terms import TERM_CODES, TERMS
from sim.channels import CHANNELS, RESIDUAL
from sim.economy.accounts import TOLERANCES as SOLVER_CHECKS
from sim.indicators import INDICATORS, MEANINGS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.report.data import template
from sim.report.sections import growth_sentence
from sim.runs.saved import ON_REQUEST, TABLES, Run
from sim.texts import LANGUAGES, Texts
from sim.texts.plain import csv_rows
from sim.texts.words import meaning

_KINDS: Mapping[str, type] = {"whole number": int, "number": float, "text": str, "yes or no": bool}
#: What the columns hold and what that means, the same name everywhere; lines of ``columns.csv``.
COLUMNS: dict[str, tuple[type, str, str]] = {
    row["column"]: (_KINDS[row["kind"]], row["meaning"], row["meaning_zh"])
    for row in rows_in("sim.runs", "columns.csv")
} | dict.fromkeys(TERM_CODES, (float, "", ""))


def codebook() -> str:
    """Text of codebook.csv."""
    head = ("table", "column", "code", "label_en", "label_zh", "unit", "meaning", "meaning_zh", "source")
    return csv_rows([head, *_rows()])


def _rows() -> Iterator[tuple[str, ...]]:
    chinese = Texts("zh")

    def labels(key: str) -> list[str]:
        return [Texts(lang).get(key, "") or "" for lang in LANGUAGES]

    for table, columns in (*TABLES.items(), *ON_REQUEST.items()):
        for column in (*columns, *(("kind", "drivers") if table == "decisions" else ())):
            if column not in TERM_CODES:
                yield (table, column, "", "", "", "", *COLUMNS[column][1:], "")
    yield ("all tables", "", "", "", "", "", *labels("codebook.safe"), "")
    for table, registry in (("indicators", INDICATORS), ("pairs", PAIR_INDICATORS)):
        for entry in registry.values():
            about = (entry.label_en, entry.label_zh, entry.unit, entry.formula, "", entry.source)
            yield (table, "indicator", entry.id, *about)
    for term in TERMS:
        about = (term.label_en, term.label_zh, "unit of the row", term.equation, "", "Wang, Wei & Zhu (2013)")
        yield ("sector_terms", term.code, "", *about)
    for channel in CHANNELS.values():
        said = (channel.meaning, meaning("channel", channel.id, "", chinese))
        yield ("attribution", "channel", channel.id, channel.label_en, channel.label_zh, "", *said, "")
    yield ("attribution", "channel", RESIDUAL, *labels("attribution.residual"), "", *labels("codebook.residual"), "")
    for kind, levers in (("policy", POLICY), ("event", EVENT)):
        for lever in levers.values():
            said = (lever.meaning, meaning(kind, lever.id, "", chinese))
            yield ("levers", kind, lever.id, lever.label_en, lever.label_zh, lever.unit, *said, "")
    for check in dict.fromkeys((*MEANINGS, *SOLVER_CHECKS)):
        names = labels(f"check.{check}")
        yield ("checks", "check", check, *names, "", MEANINGS.get(check, names[0]), names[1], "")


def readme(run: Run, headline: str, *, report: bool) -> str:
    """Text of the README.md of a run folder: what happened, what is where (the report if there will be one), how to repeat it."""
    facts = {
        "told": run.manifest,
        "table": run.manifest["table"],
        "years": f"{run.years[0]}–{run.years[-1]}" if run.years else "none",
        "growth": growth_sentence(run, Texts("en")),
        "year_tables": run.folder is not None and (run.folder / "years").is_dir(),
    }
    return template("run.md.j2").render(run=run, headline=headline, report=report, **facts) + "\n"
