"""Compose: one scenario as a form and as a file: who, whom, in what, by how much, along which path, in which years."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from sim.errors import ScenarioError
from sim.explorer.contents import lab_figures, why
from sim.explorer.parts import choosing, levers, picking, session, ui
from sim.explorer.parts.picking import widget, words
from sim.explorer.parts.session import say
from sim.explorer.setups import share, uploads
from sim.explorer.setups.engine import load, question, reference
from sim.explorer.setups.levers import LONGEST, data_of, packed
from sim.explorer.setups.setup import OWN, START, GivenTable, Setup, given_tables, presets, table_of
from sim.levers import POLICY, USES
from sim.report.brief import Brief
from sim.runs.result import RunResult
from sim.scenario import scenario_files
from sim.texts.words import limits

#: Keys of the session: the policy in the form, its place in the list (None: a new one), what stands against it by field, and
#: the text of the file while it is worked on.
DRAFT, PLACE, WRONG, TEXT = (f"x.compose_{part}" for part in ("draft", "place", "wrong", "text"))
POLICIES = "policies+"
#: Keys of a policy beside its lever, by what one value of the lever applies to.
USED = {"pair": ("partners", "sectors"), "partners": ("partners",), "economy": (), "cell": ("sectors",)}
USED["demand"] = USED["cell"]
#: Faults by code that are said in words of their own; others as the reader of scenarios words them.
WORDED = ("S013", "S020", "S021", "S022", "S023", "S024", "S025")


def page() -> None:
    """Draw the page."""
    ui.heading("compose")
    _base()
    left, right = st.columns([5, 6], gap="large")
    with left:
        form = picking.choose_radio("compose.view", ("form", "yaml"), label_visibility="collapsed") == "form"
        (_form if form else _file)()
    with right:
        _changes()
        _result()
    ui.badge(session.setup().table)


def _box(draw: Any, name: str, value: Any, act: Any = None, *offered: Any, **look: Any) -> None:
    """One field of the page with what stands against it; without ``act`` it is one of the policy in the form."""
    widget(draw, say(f"compose.{name}"), f"compose.{name}", value, act or partial(_put, name), *offered, **look)
    for message in st.session_state.get(WRONG, {}).get(name, ()):
        st.warning(message)
    ui.trouble(name)


def _base() -> None:
    """What the scenario builds on, its table, and its title."""
    setup, columns = session.setup(), st.columns([5, 4, 4])
    title = setup.scenario.title.pick(session.view().lang) if "title" in data_of(setup.own) else ""

    def build_on(name: str) -> None:
        levers.tried(replace(session.setup(), preset=name), "base")

    def named(text: str) -> None:
        session.change(session.setup().saying(("title",), {"en": text.strip()} if text.strip() else None))

    with columns[0]:
        _box(st.selectbox, "base", setup.preset, build_on, presets(), ui.preset_title)
    with columns[1]:
        _box(st.selectbox, "table", setup.table, levers.choose_table, levers.tables(), levers.table_name)
        with ui.folded(st.expander, "files.table", "compose.own_table") as is_open:
            if is_open:
                st.caption(say("files.table_note", most=uploads.megabytes(uploads.MAX_TABLE), cells=uploads.MAX_CELLS))
                if ui.upload("own_table", uploads.TABLE_ENDINGS, uploads.MAX_TABLE, _table):
                    st.rerun()  # it can be chosen above
                ui.trouble("own_table")
    with columns[2]:
        _box(st.text_input, "title", title, named, placeholder=ui.setup_title(setup), max_chars=80)


def _table(name: str, content: bytes) -> None:
    """Take a table that was handed in, and put the scenario on it where it can be run there."""
    held = GivenTable(uploads.safe_name(name), uploads.read_table(name, content))
    session.now().tables[held.id] = given_tables[held.id] = held
    levers.choose_table(held.id)


def _draft() -> dict[str, Any]:
    """The policy in the form, as a scenario file has it; what does not fit its lever is kept aside."""
    last = session.setup().years[1]
    usual: dict[str, Any] = {"lever": "tariff", "how": "add", "size": 0.1, "use": "", "ramp": "step"}
    usual |= {name: [] for name in ("who", "partners", "sectors")}
    usual |= {"from": min(START, last), "by": min(START + 3, last), "to": last}
    return {**usual, **st.session_state.get(DRAFT, {})}


def _put(field: str, value: Any) -> None:
    draft = _draft()
    if field == "lever" and POLICY[value].share != POLICY[draft["lever"]].share:
        draft["size"] = 0.1 if POLICY[value].share else 1.0
    st.session_state[DRAFT] = draft | {field: list(value) if isinstance(value, tuple) else value}
    st.session_state.get(WRONG, {}).pop(field, None)


def _form() -> None:
    """One policy, field by field; what cannot be is said at its field, and what was entered stays."""
    setup, draft, texts = session.setup(), _draft(), session.texts()
    lever, table, place = POLICY[draft["lever"]], table_of(setup.table), st.session_state.get(PLACE)
    scale = 100.0 if lever.share else 1.0

    def some(name: str, codes: list[str], show: Any, hint: str) -> None:
        # What was chosen on another table is still offered: it is not lost, and is said when the policy is taken.
        offered = [*codes, *(code for code in draft[name] if code not in codes)]
        _box(st.multiselect, name, draft[name], None, offered, show, placeholder=say(hint))

    left, right = st.columns(2)
    with left:
        _box(st.selectbox, "lever", lever.id, None, list(POLICY), lambda id: texts.label(POLICY[id]))
        some("who", levers.economies(setup), levers.name_of, "lab.everybody")
        if lever.id == "tariff":
            _box(st.selectbox, "use", draft["use"], None, ["", *USES], words("compose.use_"))
    with right:
        if "sectors" in USED[lever.shape]:
            some("sectors", [*table.sector_groups, *table.sectors], texts.sector, "compose.sectors_usual")
        if "partners" in USED[lever.shape]:
            some("partners", levers.economies(setup), levers.name_of, "lab.everybody")
        _box(st.radio, "how", draft["how"], None, ["add", "value"], words("compose.how_"))
        unit, size = say("compose.percent" if lever.share else "compose.ratio"), round(draft["size"] * scale, 8)
        look: Any = {"step": scale / 100.0, "format": "%g", "help": unit, "width": 170}
        _box(st.number_input, "size", size, lambda number: _put("size", round(number / scale, 10)), **look)
    _box(st.radio, "ramp", draft["ramp"], None, ["step", "linear", "s"], words("lab.ramp_"), horizontal=True)
    with st.container(horizontal=True):
        for name in ("from", "by", "to") if draft["ramp"] != "step" else ("from", "to"):
            _box(st.number_input, name, draft[name], step=1, format="%d", width=130)
    for message in st.session_state.get(WRONG, {}).get("other", ()):
        st.warning(message)
    with st.container(horizontal=True):
        key = "compose.add" if place is None else "compose.save"
        st.button(say(key), key="compose.put", type="primary", on_click=_take)
        if place is not None:
            st.button(say("compose.new"), key="compose.new", on_click=_edit, args=(None,))


def _take() -> None:
    """Put the policy of the form into the scenario, or say at its fields what stands against it."""
    setup, draft = session.setup(), _draft()
    listed, place = data_of(setup.own).get(POLICIES, []), st.session_state.get(PLACE)
    place = len(listed) if place is None else place
    used = {"who", "lever", "from", *USED[POLICY[draft["lever"]].shape]}
    used |= {"use"} if draft["lever"] == "tariff" else set()
    used |= {"by", "ramp"} if draft["ramp"] != "step" else set()
    used |= {"to"} if draft["to"] != setup.years[1] else set()
    policy = {key: value for key, value in draft.items() if key in used and value not in ([], "")}
    new = setup.saying((POLICIES, str(place)), {"who": ["all"], **policy, draft["how"]: draft["size"]})
    try:
        load(new)
    except ScenarioError as error:
        at = len(setup.scenario.policies) - len(listed) + place
        st.session_state[WRONG] = _by_field(error, f"policies[{at}]", setup, draft)
    else:
        session.change(new)
        _edit(None)


def _by_field(error: ScenarioError, policy: str, setup: Setup, draft: dict[str, Any]) -> dict[str, list[str]]:
    """What stands against a policy, by the field that it is about."""
    found: dict[str, list[str]] = {}
    lever, texts = POLICY[draft["lever"]], session.texts()
    known = {"allowed": limits(lever.allowed, texts), "first": setup.years[0] + 1, "last": setup.years[1]}
    for problem in error.problems:
        path = re.match(re.escape(policy) + r"\.(\w+)", problem.path)
        field = {"add": "size", "value": "size"}.get(path[1], path[1]) if path else "other"
        told = re.search(r"unknown \w+ '([^']*)'", problem.message)
        code = problem.code if problem.code in WORDED else "other"
        text = say(f"compose.wrong_{code}", message=problem.message, what=told[1] if told else "", **known)
        found.setdefault(field, []).append(text)
    return found


def _edit(place: int | None) -> None:
    """Bring a policy of the scenario into the form, or empty the form."""
    st.session_state[PLACE] = place
    st.session_state.pop(WRONG, None)
    policy = {} if place is None else dict(data_of(session.setup().own)[POLICIES][place])
    for key in {"who", "partners", "sectors"} & policy.keys():
        named = [policy[key]] if isinstance(policy[key], str) else policy[key]
        policy[key] = [code for code in named if code != "all"]
    for how in {"add", "value"} & policy.keys():
        policy |= {"how": how, "size": policy.pop(how)}
    st.session_state[DRAFT] = policy | ({"by": policy["to"]} if "to" in policy and "by" not in policy else {})


def _changes() -> None:
    """What the scenario says itself, line by line, with what it builds on and what it is set against."""
    setup = session.setup()
    changes, letters = setup.differences(), len(packed(setup.own))
    st.markdown(f"**{say('compose.list')}**")
    if not changes:
        st.caption(say("compose.nothing"))

    def drop(change: tuple[str, ...]) -> None:
        session.change(session.setup().without(change))
        _edit(None)

    for k, change in enumerate(changes):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            look: Any = {"type": "tertiary", "help": say("lab.undo_one"), "on_click": drop, "args": (change,)}
            st.button(f"{levers.change_label(change, setup)} ✕", key=f"compose.drop.{k}", **look)
            if change[:2] == (OWN, POLICIES):
                look = {"type": "tertiary", "on_click": _edit, "args": (int(change[2]),)}
                st.button(say("compose.edit"), key=f"compose.edit.{k}", **look)
    below = len(setup.scenario.policies) - len(data_of(setup.own).get(POLICIES, ()))
    note = [say("compose.below", count=below, name=ui.preset_title(setup.preset))] if below else []
    st.caption(" ".join(note))
    if letters > LONGEST:
        st.warning(say("share.too_long", count=letters, most=LONGEST))


def _result() -> None:
    """What the scenario changes against its contrast, and the way on."""
    setup, other = session.setup(), reference(session.setup())
    setups = [setup] if other is None else [other, setup]
    run, base = session.run_of(setup), None if other is None else session.run_of(other)
    if run is None or (other is not None and base is None):
        choosing.wait_for(setups, "run", say("lab.run"), say("lab.not_run"), shortcut="Ctrl+Enter")
        return
    ui.partial_run(run)
    years = [year for year in run.years if base is None or year in base.years]
    year = picking.choose_year("compose.year", years, say("lab.year"))
    brief = Brief(why.told(run, base, replace(question(setup), at=year), {}), session.texts())
    values = brief.bars["value"]
    st.markdown(f"**{brief.answer()}** :small[{brief.versus()}]")
    ends = min(0.0, values.min()), max(0.0, values.max())
    ui.show(lab_figures.gains(brief, ends), "compose.incomes", name=share.own_name(setup))
    with st.container(horizontal=True, vertical_alignment="center"):
        for name in ("lab", "compare"):
            st.page_link(ui.page_of(name), label=say("ui.go", page=say(f"nav.{name}")))
        st.button(say("files.save"), key="files.save", type="tertiary", on_click=_save, args=(run, setup))
    ui.trouble("saved")


def _save(run: RunResult, setup: Setup) -> None:
    """Write the run as a folder and open it, so that every page can show it."""
    with ui.trying("saved"):
        folder = replace(run, loaded=replace(run.loaded, text=share.yaml(setup))).save()
        session.open_folder(folder)
        st.toast(say("files.saved", folder=folder.name))


def _text() -> tuple[str, str]:
    """The scenario as a file, as it was typed or else as it is, and the key of what it is of.

    A scenario that came with a link and cannot be run here is shown as it was meant, with what stands against it.
    """
    setup, link = session.setup(), session.now().link
    refused = link.data if link is not None and link.fault is not None and setup == link.setup else ""
    key, held = refused or setup.key, st.session_state.get(TEXT)
    if held is None or held[0] != key:
        held = (key, share.yaml(replace(setup, own=refused)) if refused else share.yaml(setup))
        if refused:
            with ui.trying("scenario"):
                uploads.read_own(held[1], "scenario.yaml", setup)
    st.session_state[TEXT] = held
    return held[1], key


def _file() -> None:
    """The same scenario as a file: change it, hand one in, or begin with one of the library."""
    (text, of), setup, most = _text(), session.setup(), uploads.MAX_SCENARIO

    def typed(new: str) -> None:
        st.session_state[TEXT] = (of, new)

    def take(name: str, new: str) -> None:
        typed(new)
        with ui.trying("scenario"):
            session.change(uploads.read_own(new, name, session.setup()))

    widget(st.text_area, say("files.text"), "files.text", text, typed, height=380, max_chars=most)
    ui.trouble("scenario")
    with st.container(horizontal=True):
        use: Any = {"type": "primary", "on_click": take, "args": ("scenario.yaml", text)}
        st.button(say("compose.apply"), key="compose.apply", **use)
        file = f"{share.own_name(setup)}.yaml"
        ui.download(say("share.yaml_download"), lambda: text, file, "text/yaml", key="share.yaml")
    titles = {name: ui.preset_title(name) for name in presets()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = session.same_choice("files.template", titles)
        name = st.selectbox(say("files.template"), presets(), key=key, format_func=titles.__getitem__)
        st.button(
            say("files.take"), key="files.take", on_click=lambda: typed(scenario_files()[name].read_text("utf-8"))
        )
    if ui.upload(
        "scenario",
        uploads.SCENARIO_ENDINGS,
        most,
        lambda name, content: take(name, uploads.scenario_text(name, content)),
    ):
        st.rerun()  # the scenario stands beside it
