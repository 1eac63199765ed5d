"""What pages look at: observed tables, scenarios of the session and the library, run folders; and the long runs behind them.

A choice is an id: ``observed``, ``lab``, ``contrast`` (of the scenario of the laboratory), ``preset:<name>``, ``named:<name>``,
``folder`` (opened in this session) or ``run:<folder>`` (in the folder of runs). Nothing is computed before it is chosen.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from decomp.errors import DecompError
from decomp.io.bundled import of_series
from sim.errors import OutputError, SimError
from sim.explorer.contents import framed
from sim.explorer.contents.comparison import Case, rules_of
from sim.explorer.contents.flows import OBSERVED, SERIES, Source
from sim.explorer.contents.why import WhySetup
from sim.explorer.parts import picking, session, ui
from sim.explorer.parts.session import say
from sim.explorer.setups import share
from sim.explorer.setups.codec import RUN
from sim.explorer.setups.engine import BusyError, Job, Simulate, beside, question, reference, simulate
from sim.explorer.setups.setup import STATUS_QUO, Setup, presets, untouched
from sim.observed.figures import BREAK
from sim.runs.folder import runs_folder
from sim.runs.result import RunResult
from sim.runs.saved import Run
from sim.texts import LANGUAGES, Texts

#: The observed tables.
SEEN = Source()
#: Run folders that are offered, newest first.
FOLDERS = 12
#: Seconds between two looks at runs on the way.
POLL = 0.4


def options(*, tables: bool = False) -> list[str]:
    """Ids of everything that can be chosen; ``tables`` adds the observed ones. An older run folder is offered once it is asked for."""
    recent = [f"{RUN}{folder.name}" for folder in share.folders()[:FOLDERS]]
    picked = [id for value in session.now().picks.values() for id in (value if isinstance(value, tuple) else [value])]
    asked = [id for id in map(str, picked) if id.startswith(RUN) and (runs_folder() / id[4:] / "run.json").is_file()]
    return [
        *([OBSERVED] if tables else []),
        "lab",
        *(["contrast"] if versus() == "contrast" else []),
        *(f"preset:{name}" for name in presets()),
        *(f"named:{name}" for name in session.now().named),
        *(["folder"] if opened() is not None else []),
        *dict.fromkeys([*recent, *asked]),
    ]


def opened(*, explain: bool = False) -> Run | None:
    """The opened run folder; ``explain``: when it cannot be read the reason is shown. It counts as closed."""
    try:
        return session.opened()
    except OutputError as error:
        if explain:
            st.warning(say("files.unreadable", why=str(error)))
        return None


def setup_of(id: str) -> Setup | None:
    """Setup of a choice that can be run; None for observed tables, uploads and run folders."""
    kind, _, name = id.partition(":")
    if kind == "preset":
        return untouched(name, session.setup())
    if kind == "contrast":
        return reference(session.setup())
    return session.setup() if kind == "lab" else session.now().named.get(name) if kind == "named" else None


def versus() -> str:
    """The choice of what the laboratory compares with."""
    other = reference(session.setup())
    return "contrast" if other is not None and other.altered else f"preset:{beside(session.setup())}"


def name_of(id: str, texts: Texts | None = None) -> str:
    """Name of a choice, in the language of the session unless told."""
    texts, setup = texts or session.texts(), session.setup()
    kind, _, name = id.partition(":")
    if kind == "preset":
        return ui.preset_title(name, texts)
    if kind == "lab":
        return texts("sources.lab", name=ui.setup_title(setup, texts))
    if kind == "contrast":
        told = question(setup).brief.against
        return texts("sources.contrast", name=told.pick(texts.lang) if told else "")
    if kind == "folder":
        folder = opened()
        return texts("sources.folder", name="" if folder is None else title_of(folder, texts))
    if kind == "run":
        return texts("sources.folder", name=share.once(runs_folder() / name).name(texts))
    return texts(f"sources.{kind}", name=name)


def title_of(run: Run, texts: Texts) -> str:
    """Title of a run folder, or its name."""
    return texts.pick(run.manifest.get("title")) or run.name


def names_of(ids: Sequence[str]) -> str:
    """Names of choices in one line."""
    return say("flows.list_join").join(map(name_of, ids))


def run_behind(id: str) -> Run | None:
    """The run behind a choice; None when it is still to be computed, an OutputError when a run folder cannot be read."""
    kind, _, name = id.partition(":")
    if kind == "folder":
        return session.opened()
    if kind == "run":
        return session.read_folder(runs_folder() / name)
    setup = setup_of(id)
    return None if setup is None else session.run_of(setup)


def _titles(id: str) -> dict[str, str]:
    folder = share.once(runs_folder() / id[4:]) if id.startswith(RUN) else None  # charts have room for title and time
    return {k: folder.name(Texts(k), folder.started) if folder else name_of(id, Texts(k)) for k in LANGUAGES}


def source(id: str) -> Source | None:
    """A choice as a source of flows; None when it is still to be computed."""
    run = None if id == OBSERVED else run_behind(id)
    title = _titles(id) if isinstance(run, RunResult) else "" if run is None else title_of(run, session.texts())
    return SEEN if id == OBSERVED else None if run is None else Source(id, title, run)


def case_of(id: str) -> Case | None:
    """A choice as a scenario to compare; None when it is still to be computed."""
    run = run_behind(id)
    if run is None:
        return None
    rules = rules_of(run.scenario) if isinstance(run, RunResult) else None
    return Case(id, _titles(id), run, rules)


def choose_source(key: str) -> Source | None:
    """Selection of data or a scenario; shows what is missing and how to get it, and then returns None."""
    default = "lab" if session.setup().changed or session.setup().preset != STATUS_QUO else OBSERVED
    chosen: Source | None = _chosen(source, key, options(tables=True), default, label=say("sources.label"))
    if chosen is not None and not chosen.years:
        st.warning(say("comparison.misfit_none", name=chosen.name(session.texts())))
        return None
    return chosen


def choose_run(key: str, *, explain: bool = True) -> Run | None:
    """Selection of the run that a page looks at; shows what is missing and how to get it, and then returns None.

    ``explain``: also say why a run folder cannot be opened.
    """
    ids, settings = options(), {"key": key, "elsewhere": "lab", "label": say("files.which")}
    default = "folder" if "folder" in ids else "lab"
    run: Run | None = _chosen(run_behind, "look_at", ids, default, explain=explain, **settings)
    if isinstance(run, RunResult):
        ui.partial_run(run)
    return run


def _chosen(
    behind: Callable[[str], Any], name: str, ids: list[str], default: str, *, explain: bool = True, **settings: Any
) -> Any:
    """What stands behind a selection; says why there is nothing, and how to get it."""
    opened(explain=explain)
    id = picking.choose(name, ids, default, name_of, **settings)
    try:
        chosen = behind(id)
    except (OutputError, OSError) as error:
        st.warning(say("sources.bad_folder", why=error))
        return None
    if chosen is None:
        missing([id])
    return chosen


def note_on(source: Source) -> str:
    """What kind of years a source has."""
    if source.id == OBSERVED:
        later = say("history.break", mark=BREAK, years=", ".join(map(str, source.breaks)))
        return f"{say('sources.observed_note')} {later}" if source.breaks else say("sources.observed_note")
    until = source.run.given_to if source.run is not None else None
    key = "sources.simulated_note" if until is None else "sources.given_note"
    return say(key, base=source.years[0], last=until)


def warn_across(source: Source, year: int, other: int | None) -> None:
    """Say that two years are of different sources, where they are."""
    if other is not None and source.part(year) != source.part(other):
        first, last = sorted((year, other))
        st.info(say("sources.across", first=first, last=last))


def badge_of(source: Source | None, year: int | None) -> None:
    """What kind of data and of statement this is, below a page on a source of flows."""
    if source is not None and source.id == OBSERVED and year:
        ui.badge(of_series(SERIES, year))
    else:
        badge_of_run(None if source is None else source.run)


def badge_of_run(run: Run | None) -> None:
    """The same below a page on a run: that of its own table, of the laboratory's where none is chosen."""
    about = {} if run is None else run.manifest.get("table", {})
    ui.badge(str(about.get("name") or session.setup().table))


def missing(ids: Sequence[str]) -> None:
    """Scenarios that a large table keeps waiting: a button that computes them, then their progress and a way to stop."""
    setups = [setup for id in ids if (setup := setup_of(id)) is not None]
    wait_for(setups, "sources.compute", say("sources.compute"), say("sources.missing", names=names_of(ids)))


def wait_for(setups: Sequence[Setup], key: str, label: str, why: str, **settings: Any) -> None:
    """What a page shows until the runs of some setups are there.

    A button that starts those that are missing, under ``why``; while they run their progress and a way to stop, and afterwards how they ended. ``settings`` are those of the button.
    """
    last_jobs = {job.setup.key: job for job in session.now().jobs}
    jobs = [last_jobs[setup.key] for setup in setups if setup.key in last_jobs]
    if not all(job.over or job.stopping for job in jobs):
        progress(jobs, f"{key}.stop", at_once=True)
        return
    for job in jobs:
        if job.error is not None and not isinstance(job.error, SimError | DecompError):
            ui.failure(job.error, key=f"job.{job.id}")
        elif job.status == "failed":
            st.warning(say("sources.failed", name=job_name(job), why=job.message))
    if stopped := [job for job in jobs if job.status == "cancelled" or (job.stopping and not job.over)]:
        last = max(job.year or 0 for job in stopped)
        st.warning(say("lab.cancelled", year=last or "–"))
    st.info(why)
    setups = [setup for setup in setups if session.store().peek(setup) is None]
    st.button(label, key=key, type="primary", on_click=partial(start, setups), **settings)


def start(setups: Sequence[Setup], make: Simulate = simulate) -> None:
    """Start long runs of this session."""
    jobs = session.now().jobs
    try:
        for setup in setups:
            job = session.manager().submit(setup, make)
            jobs[:] = [*(other for other in jobs if other is not job), job][-session.MOST_JOBS :]
    except BusyError:
        st.toast(say("lab.busy"))


def found(setup: WhySetup, make: Simulate) -> Any:
    """What a job finds out: it starts by itself and shows its progress; None until it is there, with how it ended if it is not."""
    if (run := session.store().peek(setup)) is not None:
        return run
    job = _latest(setup)
    if job is None:
        late = [one for one in session.now().jobs if isinstance(one.setup, WhySetup) and one.setup.kind == setup.kind]
        stop([one for one in late if one.status == "queued" or setup.kind == "sure"])  # a lever has moved since
        start([setup], make)
        job = _latest(setup)
    if job is not None and not job.over and not job.stopping:
        progress([job], f"{setup.kind}.stop", at_once=True)
    elif job is not None:
        st.caption(say("why.ended", why=job.message or say("why.stopped")))
        st.button(say("why.again"), key=f"{setup.kind}.again", on_click=start, args=([setup], make))
    return None


def _latest(setup: Setup) -> Job | None:
    """The job of a setup that was started last: the ones before it were stopped."""
    return next((one for one in reversed(session.now().jobs) if one.setup.key == setup.key), None)


def stop(jobs: Sequence[Job]) -> None:
    """Ask runs to end before their next year."""
    for job in jobs:
        job.cancel()


@st.fragment(run_every=POLL)
def progress(jobs: Sequence[Job], key: str, *, at_once: bool = False) -> None:
    """Progress of runs on their way, and a button that stops them; ends with a run of the whole page.

    ``at_once``: a stop counts when it is asked for; the threads end with the year that they are solving.
    """
    going = [job for job in jobs if not job.over and not (at_once and job.stopping)]
    if not going:
        st.rerun()
    for job in going:
        name, seconds = job_name(job), round(job.seconds)
        if job.stopping:
            words = say("lab.stopping")
        elif job.status == "queued":
            words = say("lab.queued", position=session.manager().position(job))
        elif isinstance(job.setup, WhySetup):
            words = say(f"why.progress_{job.setup.kind}", done=job.done, total=job.total, seconds=seconds)
        else:
            words = say("lab.progress", year=job.year or "–", seconds=seconds, title=name)
        st.progress(min(1.0, job.done / max(1, job.total)), text=words)
    stopping = all(job.stopping for job in going)
    st.button(say("lab.cancel"), key=key, on_click=stop, args=(going,), disabled=stopping)


def job_name(job: Job) -> str:
    """What is run, in words."""
    setup = job.setup
    name = ui.setup_title(setup)
    return say(f"why.job_{setup.kind}", name=name) if isinstance(setup, WhySetup) else name


def list_jobs() -> None:
    """The long runs of this session, newest first, and a way to stop them; nothing is drawn without any."""
    if jobs := session.now().jobs:
        ui.section("files.jobs")
        follows = any(not job.over for job in jobs)
        st.fragment(_list, run_every=POLL if follows else None)(follows)


def _list(follows: bool) -> None:
    """The table; when the last run has ended the whole page is drawn anew, which also ends the looking."""
    jobs = session.now().jobs[::-1]
    going = [job for job in jobs if not job.over]
    if follows and not going:
        st.rerun()
    rows = [(job_name(job), say(f"job.{job.status}"), f"{job.done} / {job.total}", round(job.seconds)) for job in jobs]
    frame = framed(rows, "job job_state job_done job_seconds").rename(columns=lambda name: say(f"files.{name}"))
    ui.show_table(frame, "files.jobs", say("files.jobs_alt", count=len(jobs)))
    if going:
        st.button(say("files.jobs_stop"), key="files.jobs_stop", on_click=stop, args=(going,))
