"""What can be wrong with a scenario without a table: the form of its data, and what cannot be meant so.

Sound parts are kept so that the checks of meaning can still run on them: a scenario shows all of its problems at once.
"""

import types
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from decomp.labels import listed
from sim.errors import Problems, quoted
from sim.levers import EVENT, POLICY, Lever
from sim.rules import Rule, in_play
from sim.rules.base import unanswered
from sim.scenario import scenario_files
from sim.scenario.draws import check_draws
from sim.scenario.schema import BASE, BEFORE_READING, LONGEST, OWN_CONTRAST, Scenario
from sim.scenario.settings import SETTING
from sim.scenario.yaml_text import KeyPath, worded

#: Lists whose broken entries are left out while the others are checked on, and how many entries they may have.
LISTS: Mapping[str, int] = {"policies": 2_000, "events": 2_000, "expect": 2_000}
#: Stand-ins for required entries that are missing or wrong, so that the rest can be checked.
STAND_INS: Mapping[str, Any] = {"name": "unnamed", "title": "-", "question": "-", "years": [1900, 2099]}
#: Taxes on trade, as a message names them and what they are the opposite of; one above this is probably meant in percent.
TAXES: Mapping[str, tuple[str, str]] = {"tariff": ("a tariff", "import"), "export-tax": ("an export tax", "export")}
HIGH_TAX = 2.0

#: What else to do about a key of `behaviour:` that no rule has.
_OF_RULES = "; a rule of your own: `sim.run(…, rules=[MyRule()])`, or a package that offers it as `unweave.rules`"
#: Words for faults that the models find, by name: wrong types, limits, and faults that the models word themselves, of which the
#: second kind is told with what was found.
_TYPES, _LIMITS, _OWN_WORDS, _OWN_WORDS_OF_A_VALUE = map(worded, ("type", "limit", "own words", "own words of a value"))


def structure(data: Any, problems: Problems, rules: tuple[Rule, ...] = ()) -> Scenario | None:
    """Return the scenario that the data hold, without the parts that are wrong; every problem is recorded.

    ``problems.indices`` maps the positions of the remaining policies, events and expectations to those in the text, and
    ``problems.assumed`` names required entries that were replaced by a stand-in. None when nothing can be made of it.
    """
    if not isinstance(data, Mapping):
        what = "is empty" if data is None else f"holds {kind_of(data)}"
        problems.add((), "S012", f"the scenario {what}; expected lines of `key: value`, first of all `name: …`.")
        return None
    for name, most in LISTS.items():
        if isinstance(data.get(name), list | tuple) and len(data[name]) > most:
            problems.add((name,), "S006", f"has {len(data[name]):,} entries; at most {most:,}.", key=True)
    if problems.errors:
        return None
    context = {"rules": rules}
    try:
        return Scenario.model_validate(data, context=context)
    except ValidationError as error:
        details = error.errors(include_url=False)
    for detail in details:
        if problems.full:
            return None
        _record(detail, problems)
    try:
        sound = _pruned(data, [tuple(detail["loc"]) for detail in details], problems)
        return Scenario.model_validate(sound, context=context)
    except ValidationError:
        return None


def kind_of(value: Any) -> str:
    """Say what a YAML value is, with the value itself.

    >>> kind_of("0.3"), kind_of(True), kind_of([1])
    ("the text '0.3'", 'true', 'a list')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else f"the number {value!r}"


def _record(detail: Any, problems: Problems) -> None:
    """Record a fault that the models found."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    path: KeyPath = tuple(detail["loc"])
    is_key = path[-1:] == ("[key]",)
    path = path[:-1] if is_key else path
    if kind == "extra_forbidden" and path == ("extends",):
        problems.add(path, "S029", "cannot be given as an override; write it in the scenario.", key=True)
    elif kind == "extra_forbidden":
        more = _OF_RULES if path[:-1] == ("behaviour",) else ""
        problems.unknown(path, "S010", "key", path[-1], _keys_at(path[:-1]), key=True, more=more)
    elif kind == "missing":
        meaning = getattr(_field(path), "description", "") or ""
        problems.add(path, "S011", "is missing.", help=f"add a line `{path[-1]}: …`: {meaning}", key=len(path) > 1)
    elif kind in _TYPES:
        message = f"expected {_TYPES[kind]}, found {kind_of(value)}."
        problems.add(path, "S012", message, help=_type_help(kind, value), key=is_key)
    elif kind in _LIMITS:
        message = f"{quoted(value)} must be {_LIMITS[kind].format(**context)}."
        problems.add(path, "S013", message, help=_limit_help(path, value))
    elif kind == "literal_error" and value is None:
        help = f"allowed: {listed(map(str, _choices(path)))}"
        problems.add(path, "S012", "expected a word, found nothing.", help=help)
    elif kind == "literal_error":
        problems.unknown(path, "S014", "value", value, map(str, _choices(path)))
    elif kind == "unknown_choice":
        problems.unknown(path, "S014", "value", context["found"], context["allowed"])
    elif kind in _OWN_WORDS:
        problems.add(path, "S015", f"{detail['msg']}.")
    elif kind in _OWN_WORDS_OF_A_VALUE:
        problems.add(path, "S012", f"{detail['msg']}; found {kind_of(value)}.")
    else:
        problems.add(path, "S016", f"{_form(path, kind, value)}; found {kind_of(value)}.", key=is_key)


def _form(path: KeyPath, kind: str, value: Any) -> str:
    """Say which form a text or list should have."""
    if path == ("years",):
        return "expected two years, [first, last]"
    if path == ("name",):
        slug = "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in str(value).lower()).split())
        return f"expected at most 60 lower-case letters, digits and hyphens{f', for example {slug[:60]!r}' if slug else ''}"
    if path[:1] == ("narrative",) or path[-1:] == ("row",):
        return "expected the id of a row of the narratives, for example N1.6"
    if path[:1] == ("groups",) and len(path) == 3 and "pattern" in kind:
        return "expected a name of lower-case letters, digits and hyphens for the group"
    return "must not be empty" if "short" in kind else f"has the wrong form ({kind.replace('_', ' ')})"


def _type_help(kind: str, value: Any) -> str:
    if kind in {"float_type", "int_type"} and isinstance(value, str):
        number, percent = value.strip(), value.strip().endswith("%")
        try:
            amount = float(number.removesuffix("%"))
        except ValueError:
            return ""
        return f"write shares as numbers: {amount / 100:g} for {number}" if percent else f"remove the quotes: {number}"
    if kind == "bool_type" and str(value).lower() in {"yes", "no", "on", "off", "0", "1"}:
        return "write true or false; in YAML 1.2 yes, no, on and off are texts"
    if kind == "string_type" and isinstance(value, int | float) and not isinstance(value, bool):
        return f'put it in quotes if it is a label: "{value}"'
    return ""


def _limit_help(path: KeyPath, value: Any) -> str:
    """Say the limits of a setting that the registry of levers knows."""
    extra = getattr(_field(path), "json_schema_extra", None)
    parameter = extra.get("parameter") if isinstance(extra, Mapping) else ""
    if len(path) > 2 and path[2] == "overrides":
        parameter = f"{path[1]}.{path[-1]}"
    lever = SETTING.get(str(parameter))
    if lever is None:
        return ""
    guess = f"; did you mean {value / 100:g} ({value:g} %)?" if lever.max == 1.0 and 2.0 <= value <= 100.0 else ""
    return f"allowed: {lever.allowed} ({lever.unit}){guess}"


def _pruned(data: Mapping[Any, Any], locations: Iterable[KeyPath], problems: Problems) -> dict[Any, Any]:
    """Copy the data without what is wrong; broken entries of :data:`LISTS` and other lists with one go as a whole."""
    dropped: dict[str, set[int]] = {name: set() for name in LISTS}
    sound: dict[Any, Any] = copied(data)
    for path in locations:
        if len(path) > 1 and path[0] in LISTS and isinstance(path[1], int):
            dropped[str(path[0])].add(path[1])
            continue
        here: Any = sound
        for depth, part in enumerate(path):
            if not isinstance(here, dict) or part not in here:
                break
            if depth == len(path) - 1 or not isinstance(here[part], dict) or path[depth + 1] == "[key]":
                del here[part]
                break
            here = here[part]
    for name, broken in dropped.items():
        if isinstance(sound.get(name), list):
            problems.indices[name] = [i for i in range(len(sound[name])) if i not in broken]
            sound[name] = [sound[name][i] for i in problems.indices[name]]
    problems.assumed |= STAND_INS.keys() - sound.keys()
    return {**STAND_INS, **sound}


def copied(value: Any) -> Any:
    """Copy plain data, so that it can be changed."""
    if isinstance(value, Mapping):
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(item) for item in value] if isinstance(value, list | tuple) else value


def _model(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as ``tuple[Policy, ...]`` or ``Text | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model(inner)) is not None), None)


def _field(path: KeyPath) -> Any:
    """Field of the models that a path leads to, or None."""
    model: type[BaseModel] | None = Scenario
    field: Any = None
    for part in path:
        fields = {} if model is None else {info.alias or name: info for name, info in model.model_fields.items()}
        if part in fields:
            field = fields[str(part)]
            model = _model(field.annotation)
    return field


def _keys_at(path: KeyPath) -> list[str]:
    model = _model(_field(path).annotation) if path else Scenario
    known = [info.alias or name for name, info in model.model_fields.items()] if model else []
    return known if path else [*BEFORE_READING, *known]


def _choices(path: KeyPath) -> list[Any]:
    """Return the allowed words of the field at a path."""

    def inside(annotation: Any) -> list[Any]:
        if get_origin(annotation) is Literal:
            return list(get_args(annotation))
        wrappers = (tuple, Annotated, Union, types.UnionType)
        return [c for a in get_args(annotation) for c in inside(a)] if get_origin(annotation) in wrappers else []

    return inside(getattr(_field(path), "annotation", None))


def check(
    scenario: Scenario, problems: Problems, *, indicators: Collection[str] | None = None, rules: Iterable[Rule] = ()
) -> None:
    """Record what cannot be meant so; ``indicators``, if given, are the ids that expectations may name."""
    start, end = scenario.years
    known_years = "years" not in problems.assumed and start <= end <= start + LONGEST
    if "years" not in problems.assumed and end < start:
        message = f"the last year {end} lies before the base year {start}."
        problems.add(("years",), "S023", message, help="write [first, last]")
    elif "years" not in problems.assumed and not known_years:
        problems.add(("years",), "S013", f"{end - start} years are too many; at most {LONGEST}.")

    def inside(year: int, path: KeyPath, *, key: bool = False) -> bool:
        """Record a year outside the simulated years; the base year itself is observed, not simulated."""
        if not known_years or start < year <= end:
            return True
        reason = f"{year} is the base year, which is observed" if year == start else f"{year} is outside the run"
        allowed = f"allowed: {start + 1} to {end} (years: [{start}, {end}])"
        help = allowed if end > start else "this run has no simulated year"
        problems.add(path, "S022", f"{reason}.", help=help, key=key)
        return False

    for rule in in_play(rules, type(scenario.behaviour).model_fields):
        rule.check(rule.settings_in(scenario.behaviour), scenario, problems, inside)
    _check_interventions(scenario, problems, inside)
    scenarios = ["base", *scenario_files()]
    for i, expectation in enumerate(scenario.expect):
        path: KeyPath = ("expect", i)
        moves = [((*path, "mechanism", k), move.indicator) for k, move in enumerate(expectation.mechanism)]
        for place, name in ((path, expectation.indicator), *moves):
            if indicators is not None and name not in indicators:
                problems.unknown((*place, "indicator"), "S028", "indicator", name, sorted(indicators))
        if expectation.versus not in scenarios:
            problems.unknown((*path, "versus"), "S028", "scenario to compare with", expectation.versus, scenarios)
        if expectation.at is not None:
            inside(expectation.at, (*path, "at"))
    if brief := scenario.brief:
        for k, name in enumerate(brief.indicators if indicators is not None else ()):
            if name not in (indicators or ()):
                problems.unknown(("brief", "indicators", k), "S028", "indicator", name, sorted(indicators or ()))
        allowed = [OWN_CONTRAST, BASE, *scenario_files()]
        if brief.versus not in allowed:
            problems.unknown(("brief", "versus"), "S028", "scenario to compare with", brief.versus, allowed)
        sections = [rule.section for rule in in_play(rules, type(scenario.behaviour).model_fields)]
        for k, name in enumerate(brief.without):
            if name not in sections:
                problems.unknown(("brief", "without", k), "S014", "section of `behaviour:`", name, sections)
        if brief.at is not None:
            inside(brief.at, ("brief", "at"))
    for name, growth in scenario.baseline:
        for label, levels in growth.items():
            for year in levels if isinstance(levels, dict) else ():
                inside(year, ("baseline", name, label, year), key=True)
    check_draws(scenario, problems)


def _check_interventions(scenario: Scenario, problems: Problems, inside: Callable[..., bool]) -> None:
    """Record policies and events with impossible amounts or years; ``inside`` records a year outside the run."""
    end, fixed = scenario.years[1], scenario.economy.closure == "fixed-prices"
    for i, policy in enumerate(scenario.policies):
        path: KeyPath = ("policies", i)
        lever, key = POLICY[policy.lever], "add" if policy.value is None else "value"
        if key == "value" or policy.lever in TAXES:
            _check_amount(policy.amount, lever, (*path, key), problems)
        elif not abs(policy.amount) <= (1.0 if lever.max == 1.0 else 100.0):
            message = f"an increment of {policy.amount:g} is too large for {lever.id} ({lever.allowed})."
            problems.add((*path, "add"), "S013", message)
        if fixed and lever.pays:
            unanswered(problems, (*path, "lever"), lever.pays)
        if policy.ramp != "step" and policy.by is None and policy.last is None:
            message = f"a ramp of the form {policy.ramp!r} needs the year `by` or `to` in which it is complete."
            problems.add((*path, "ramp"), "S015", message, help="add `by: …`")
        years = [(key, year) for key, year in (("from", policy.first), ("by", policy.by), ("to", policy.last)) if year]
        spans = [inside(year, (*path, key)) for key, year in years]
        for (early, before), (late, after) in pairwise(years if all(spans) else ()):
            if before > after:
                message = f"`{early}` is {before}, after `{late}`, {after}."
                problems.add((*path, early), "S023", message, help=f"exchange `{early}` and `{late}`")
    for i, event in enumerate(scenario.events):
        path = ("events", i)
        _check_amount(event.size, EVENT[event.type], (*path, "size"), problems)
        if fixed and (payment := EVENT[event.type].pays):
            unanswered(problems, (*path, "type"), payment)
        last = event.first + event.duration - 1
        if inside(event.first, (*path, "from")) and last > end:
            message = f"reaches to {last}, beyond the end of the run in {end}."
            problems.add((*path, "duration"), "S022", message, warning=True)


def _check_amount(value: float, lever: Lever, path: KeyPath, problems: Problems) -> None:
    """Record a level, increment or size outside the limits of its lever; warn of a tariff that is meant in percent."""
    percent = 2 <= abs(value) <= 100 and lever.max <= 10
    likely = f"; did you mean {value / 100:g}, that is {value:g} %?" if percent else ""
    tax, trade = TAXES.get(lever.id, ("", ""))
    if lever.allows(value):
        if tax and value > HIGH_TAX:
            message = f"{value:g} is {tax} of {100 * value:,.0f} %; {value:g} % is {value / 100:g}."
            help = f"0.25 is 25 %; nothing is changed if {100 * value:,.0f} % is meant"
            problems.add(path, "S017", message, help=help, warning=True)
    elif tax and value <= -1.0:
        message = f"{tax} of {value:g} ({100 * value:g} %) leaves no price to pay; it must be above −1 (−100 %)."
        help = f"a negative {tax.split(' ', 1)[1]} is an {trade} subsidy, for example -0.1 for 10 %{likely}"
        problems.add(path, "S024", message, help=help)
    else:
        message = f"{value:g} is outside the limits of {lever.id}."
        problems.add(path, "S013", message, help=f"allowed: {lever.allowed} ({lever.unit}){likely}")
