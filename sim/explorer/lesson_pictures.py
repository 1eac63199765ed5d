"""Pictures of a lesson on the page: charts with their tables, the toy tables, the 16 terms, and measures."""

from __future__ import annotations

import streamlit as st

from sim.explorer import session, ui
from sim.explorer.lessons import drawing
from sim.explorer.lessons.evidence import Evidence
from sim.explorer.lessons.progress import Progress
from sim.explorer.lessons.schema import Course, Flows, Numbers, Pairs, Picture, Terms


def pictures(evidence: Evidence, shown: tuple[Picture, ...], progress: Progress) -> None:
    """Show the pictures of a step, the prediction drawn over the result."""
    t = session.texts()
    for k, one in enumerate(shown):
        key = f"lessons.{progress.lesson}.{progress.step}.{k}"
        if isinstance(one, Course):
            ui.show(drawing.course(evidence, one, progress, t), key, name=progress.lesson)
        elif isinstance(one, Pairs):
            ui.show(drawing.pairs(evidence, one, progress, t), key, name=progress.lesson)
        elif isinstance(one, Flows):
            st.markdown(f"**{t('lessons.flows_title')}**")
            frame = drawing.flows(evidence, one, t)
            st.dataframe(
                frame,
                hide_index=True,
                alt=t("lessons.flows_alt"),
                key=key,
                column_config={frame.columns[0]: st.column_config.Column(pinned=True)},
            )
        elif isinstance(one, Terms):
            names = {"exporter": one.exporter, "importer": one.importer}
            st.markdown(f"**{t('lessons.terms_title', **names)}**")
            frame = drawing.terms(evidence, one, t)
            st.dataframe(
                frame, hide_index=True, alt=t("lessons.terms_alt", **names), height=35 * (len(frame) + 1) + 3, key=key
            )
        elif isinstance(one, Numbers):
            st.table(drawing.numbers(evidence, one, t), hide_index=True)
