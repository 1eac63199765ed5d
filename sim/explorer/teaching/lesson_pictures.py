"""Pictures of a lesson on the page: charts with their tables, the toy tables, the 16 terms, and measures."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.explorer.lessons import drawing, tables
from sim.explorer.lessons.evidence import Evidence
from sim.explorer.lessons.progress import Progress
from sim.explorer.lessons.schema import Course, Flows, Numbers, Pairs, Picture, Terms
from sim.explorer.parts import ui
from sim.explorer.state import session
from sim.texts import Texts


def pictures(evidence: Evidence, shown: tuple[Picture, ...], progress: Progress, *, place: str = "") -> None:
    """Show the pictures of a step, the prediction drawn over the result; ``place`` tells two groups of a step apart."""
    t = session.texts()
    for k, one in enumerate(shown):
        key = f"lessons.{progress.lesson}.{progress.step}.{place}{k}"
        if isinstance(one, Course):
            ui.show(drawing.course(evidence, one, progress, t), key, name=progress.lesson)
        elif isinstance(one, Pairs):
            ui.show(drawing.pairs(evidence, one, progress, t), key, name=progress.lesson)
        elif isinstance(one, Numbers):
            ui.show(drawing.numbers(evidence, one, t), key, name=progress.lesson)
        elif isinstance(one, Flows):
            st.markdown(f"**{t('lessons.flows_title')}**")
            frame = tables.flows(evidence, one, t)
            st.dataframe(
                frame,
                hide_index=True,
                alt=t("lessons.flows_alt"),
                key=key,
                column_config={frame.columns[0]: st.column_config.Column(pinned=True)},
            )
        elif isinstance(one, Terms):
            names = {"exporter": tables.economy(one.exporter, t), "importer": tables.economy(one.importer, t)}
            st.markdown(f"**{t('lessons.terms_title', **names)}**")
            st.dataframe(
                tables.terms(evidence, one, t),
                hide_index=True,
                alt=t("lessons.terms_alt", **names),
                height="content",
                key=key,
                column_config=_term_columns(t),
            )


def _term_columns(t: Texts) -> dict[str, Any]:
    """The value stands beside the term, where a narrow screen shows it; numbers are read from the right."""
    right = ("lessons.value", "lessons.toy_parts", "lessons.toy_goods")
    return {t(name): st.column_config.Column(alignment="right") for name in right} | {
        t("lessons.term"): st.column_config.Column(width=52, pinned=True)
    }
