"""Compare: up to four scenarios against a named base, on shared axes, with the unit of every distance said."""

from collections.abc import Sequence

import streamlit as st

from decomp.names import estimate_text
from sim._version import __version__
from sim.errors import OutputError
from sim.explorer.contents import comparison, why
from sim.explorer.contents.comparison import Case, Spans
from sim.explorer.parts import choosing, picking, session, ui
from sim.explorer.parts.session import say
from sim.explorer.setups.codec import COURSES
from sim.indicators import INDICATORS
from sim.indicators.registry import WORLD as WORLD_ONLY
from sim.report.names import Names
from sim.runs.compare import misfit
from sim.runs.result import RunResult
from sim.runs.saved import WORLD
from sim.studies.sensitivities import Pairs
from sim.texts.formats import NBSP

#: Scenarios beside the base.
MOST = 3
#: Width in pixels of a column with distances and their bands.
BAND = 180
#: Scenarios of the library that are shown when nothing is chosen yet.
FIRST = ("preset:ai-divide", "preset:interdependence-fades", "preset:trust-ledger")


def page() -> None:
    """Draw the page."""
    ui.heading("compare")
    chosen = _choice()
    if chosen is not None:
        base, others = chosen
        years = comparison.common_years([base, *others])
        if years:
            _results(base, others, years)
        else:
            st.warning(say("comparison.no_common"))
    choosing.badge_of_run(None if chosen is None else chosen[0].run)


def _choice() -> tuple[Case, list[Case]] | None:
    """Base and scenarios beside it, with what stands in the way; None until there is something to compare."""
    offered, setup = choosing.options(), session.setup()
    choosing.opened(explain=True)
    left, right = st.columns([2, 5])
    with left:
        usual, label = choosing.versus(), say("comparison.base_pick")
        base = picking.choose("compare.base", offered, usual, choosing.name_of, label=label)
    # The laboratory's scenario is one of the library while nothing is changed in it.
    lab = "" if setup.changed else f"preset:{setup.preset}"
    default = ["lab"] if base not in ("lab", lab) else []
    default += [id for id in FIRST if id in offered and id not in (base, lab)]
    with right:
        words = {"label": say("comparison.others_pick"), "placeholder": say("comparison.placeholder")}
        ids = [id for id in offered if id != base]
        others = picking.choose_many("compare.others", ids, choosing.name_of, default[:MOST], most=MOST, **words)
    if not others:
        st.info(say("comparison.empty"))
        return None

    def swap() -> None:
        picking.put("compare.base", others[0])
        picking.put("compare.others", (base, *others[1:]))

    st.button(say("comparison.swap"), key="compare.swap", on_click=swap)
    return _fitting(base, others)


def _fitting(base_id: str, ids: tuple[str, ...]) -> tuple[Case, list[Case]] | None:
    """The runs behind the choices; those on another table are left out unless the user wants them all the same."""
    texts = session.texts()
    runs: dict[str, Case | None] = {}
    for id in (base_id, *ids):
        try:
            runs[id] = choosing.case_of(id)
        except (OutputError, OSError) as error:
            st.warning(texts("sources.bad_folder", why=error))
    if waiting := [id for id, run in runs.items() if run is None]:
        choosing.missing(waiting)
    base, others = runs.get(base_id), [run for id in ids if (run := runs.get(id)) is not None]
    if base is None or not others:
        return None
    reasons = {other.id: misfit(base.run, other.run) for other in others}
    mixable = any(reason in ("table", "year") for reason in reasons.values())
    anyway = mixable and picking.choose_flag("compare.anyway", st.checkbox, label=texts("comparison.anyway"))
    kept = []
    for other in others:
        name, reason = other.name(texts), reasons[other.id]
        if reason and not (anyway and reason in ("table", "year")):
            st.warning(texts(f"comparison.misfit_{reason}", name=name, base=base.name(texts)))
            continue
        kept.append(other)
        if reason:
            st.warning(texts("comparison.mixed", name=name))
        own, before = other.version, base.version
        if own != before:
            st.warning(texts("bands.version", name=name, own=own, other=before))
    for shown in (base, *kept):
        if (status := shown.run.status) != "ok":
            st.warning(texts("comparison.partial", name=shown.name(texts), status=texts(f"status.{status}")))
    return (base, kept) if kept else None


def _results(base: Case, others: list[Case], years: list[int]) -> None:
    """Words, numbers, courses, economies, settings."""
    texts = session.texts()
    year = picking.choose_year("compare.year", years)
    ui.section("comparison.head", year=year, base=base.name(texts))
    sentences = "\n".join(f"- {comparison.sentence(base, other, year, texts)}" for other in others)
    st.markdown(sentences.replace(NBSP, " "))
    _panels(base, others)
    ui.section("comparison.by_economy")
    spans = _bands(base, others)
    _ranking(base, others, year, spans)
    ui.section("comparison.world", year=year)
    note = texts("bands.world_note" if spans else "comparison.world_note")
    st.caption(note)
    shown, plain = comparison.world(base, others, year, texts, spans)
    wide = {name: st.column_config.Column(width=BAND) for name in shown.columns[1:-1] if spans}
    ui.show_table(shown, "compare.world", note, data=plain, file=f"compare-world-{year}.csv", column_config=wide)
    ui.section("comparison.settings")
    shown, plain = comparison.settings(base, others, texts)
    if shown.empty:
        st.caption(texts("comparison.settings_same"))
        return
    note = texts("comparison.settings_note", base=base.name(texts))
    st.caption(note)
    ui.show_table(shown, "compare.settings", note, data=plain, file="compare-settings.csv")


def _panels(base: Case, others: list[Case]) -> None:
    """One indicator in each scenario: beside each other on wide screens, below each other on narrow ones."""
    texts = session.texts()
    ui.section("comparison.course")
    first, second = st.columns(2)
    with first:
        indicator = picking.choose("compare.indicator", COURSES, show=_label)
    names, codes = Names.of(base.run, texts), [WORLD, *base.run.economies]
    with second:
        economy = picking.choose_economy("compare.economy", codes, names.economy, WORLD)
    if INDICATORS[indicator].scope == WORLD_ONLY:
        economy = WORLD
    panels = comparison.panels(base, others, indicator, economy, texts)
    if panels is None:
        st.info(texts("comparison.gone", indicator=_label(indicator), economy=names.economy(economy)))
        return

    def draw() -> None:
        for k, column in enumerate(st.columns(len(panels.charts))):
            with column:
                st.markdown(f"**{panels.titles[k]}**")
                ui.draw(panels.charts[k], f"{panels.titles[k]}. {panels.whole.alt}", key=f"panel.{k}")

    with st.container(border=True):
        ui.show(panels.whole, "panels", name="compare", note=_note(base), drawing=draw)


def _note(base: Case) -> str:
    """What files say about the data behind all scenarios."""
    about = base.run.manifest["table"]
    said = estimate_text(about.get("estimate"), session.texts().lang)
    return say("ui.file_data", code=about["name"], version=__version__) + (f" {said}" if said else "")


def _ranking(base: Case, others: list[Case], year: int, spans: Spans) -> None:
    """Every economy's distance from the base, with its band where there is one."""
    texts = session.texts()
    offered = [name for name in COURSES if INDICATORS[name].scope != WORLD_ONLY]
    label = texts("compare.indicator")
    indicator = picking.choose("compare.ranked", offered, "real_income", _label, label=label)
    figure = comparison.ranking(base, others, indicator, year, texts, spans)
    if figure is None:
        st.info(texts("comparison.gone", indicator=_label(indicator), economy=texts("economy.WLD")))
        return
    with st.container(border=True):
        ui.show(figure, "ranking", name="compare", note=_note(base))


def _label(indicator: str) -> str:
    return INDICATORS[indicator].label(session.view().lang)


def _bands(base: Case, others: Sequence[Case]) -> Spans:
    """Offer bands of the differences; those that are there, by scenario."""
    texts, found = session.texts(), dict[str, Pairs]()
    with st.container(border=True):
        on, act = session.view().sure, lambda wanted: session.look(sure=wanted)
        picking.widget(st.toggle, texts("bands.head"), "sure", on, act, help=texts("bands.what", count=why.COUNT))
        first = choosing.setup_of(base.id)
        for other in others if on else ():
            setup = choosing.setup_of(other.id)
            if (
                first is None
                or setup is None
                or not isinstance(base.run, RunResult)
                or not isinstance(other.run, RunResult)
            ):
                st.caption(texts("bands.folder", names=other.name(texts)))
            elif run := choosing.found(why.still("sure", setup, first, other.run, base.run), why.find_sure):
                found[other.id] = run.draws
        if found:
            st.caption(texts("bands.of", count=min(len(pairs.cases) for pairs in found.values())))
    return found
