"""From plain data to the models: every structural problem with its place, and a model of the sound rest.

Sound parts are kept so that the checks of meaning can still run on them: a scenario shows all of its problems at once.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from decomp.labels import listed
from sim.levers import SETTING
from sim.scenario.problems import Problems
from sim.scenario.schema import Scenario
from sim.scenario.yaml_text import KeyPath

#: Lists whose broken entries are left out while the others are checked on.
LISTS = ("policies", "events", "expect")
#: Keys of the text that are worked off before the models see it.
BEFORE_READING = ("extends", "policies+", "events+", "outputs+")
#: Stand-ins for required entries that are missing or wrong, so that the rest can be checked.
STAND_INS: Mapping[str, Any] = {"name": "unnamed", "title": "-", "question": "-", "years": [1900, 2099]}

_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "dict_type": "a mapping (lines of `key: value`)",
    "model_type": "a mapping (lines of `key: value`)",
    "model_attributes_type": "a mapping (lines of `key: value`)",
}
_LIMITS = {
    "greater_than": "above {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "below {lt:g}",
    "less_than_equal": "at most {le:g}",
    "finite_number": "a finite number",
}


def structure(data: Any, problems: Problems) -> Scenario | None:
    """Return the scenario that the data hold, without the parts that are wrong; every fault is recorded.

    ``problems.indices`` maps the positions of the remaining policies, events and expectations to those in the text, and
    ``problems.assumed`` names required entries that were replaced by a stand-in. None when nothing can be made of it.
    """
    if not isinstance(data, Mapping):
        found = "is empty" if data is None else f"holds {kind_of(data)}"
        problems.add((), "S012", f"the scenario {found}; expected lines of `key: value`, first of all `name: …`.")
        return None
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    for detail in details:
        _record(detail, problems)
    sound = _pruned(data, [tuple(detail["loc"]) for detail in details], problems)
    try:
        return Scenario.model_validate(sound)
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
        return f"the text {value!r}"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else f"the number {value!r}"


def _record(detail: Any, problems: Problems) -> None:
    kind, found, context = detail["type"], detail["input"], detail.get("ctx", {})
    path: KeyPath = tuple(detail["loc"])
    is_key = bool(path) and path[-1] == "[key]"
    path = path[:-1] if is_key else path
    if kind == "extra_forbidden" and path == ("extends",):
        problems.add(path, "S029", "cannot be given as an override; write it in the scenario.", key=True)
    elif kind == "extra_forbidden":
        problems.unknown(path, "S010", "key", path[-1], _keys_at(path[:-1]), key=True)
    elif kind == "missing":
        help = f"add a line `{path[-1]}: …`: {_description(path)}"
        problems.add(path, "S011", "is missing.", help=help, key=len(path) > 1)
    elif kind in _EXPECTED:
        problems.add(
            path,
            "S012",
            f"expected {_EXPECTED[kind]}, found {kind_of(found)}.",
            help=_type_help(kind, found),
            key=is_key,
        )
    elif kind in _LIMITS:
        problems.add(
            path, "S013", f"{found!r} must be {_LIMITS[kind].format(**context)}.", help=_limit_help(path, found)
        )
    elif kind == "literal_error" and found is None:
        problems.add(
            path, "S012", "expected a word, found nothing.", help=f"allowed: {listed(map(str, _choices(path)))}"
        )
    elif kind == "literal_error":
        problems.unknown(path, "S014", "value", found, [str(choice) for choice in _choices(path)])
    elif kind == "unknown_choice":
        problems.unknown(path, "S014", "value", context["found"], context["allowed"])
    elif kind in {"one_amount", "level_or_factor"}:
        problems.add(path, "S015", f"{detail['msg']}.")
    elif kind in {"bad_growth", "bad_elasticity", "bad_intensities", "bad_types", "bad_range", "bad_chosen"}:
        problems.add(path, "S012", f"{detail['msg']}; found {kind_of(found)}.")
    else:
        problems.add(path, "S016", f"{_form(path, kind, found)}; found {kind_of(found)}.", key=is_key)


def _form(path: KeyPath, kind: str, found: Any) -> str:
    """Say which form a text or list should have."""
    if path == ("years",):
        return "expected two years, [first, last]"
    if path == ("name",):
        slug = "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in str(found).lower()).split())
        return f"expected at most 60 lower-case letters, digits and hyphens{f', for example {slug[:60]!r}' if slug else ''}"
    if path[:1] == ("narrative",):
        return "expected the id of a row of the narratives, for example N1.6"
    if path[:1] == ("groups",) and len(path) == 3 and "pattern" in kind:
        return "expected a name of lower-case letters, digits and hyphens for the group"
    return "must not be empty" if "short" in kind else f"has the wrong form ({kind.replace('_', ' ')})"


def _type_help(kind: str, found: Any) -> str:
    if kind in {"float_type", "int_type"} and isinstance(found, str):
        try:
            float(found)
        except ValueError:
            percent = found.strip().removesuffix("%")
            if percent != found.strip() and percent.strip().replace(".", "", 1).lstrip("-").isdigit():
                return f"write shares as numbers: {float(percent) / 100:g} for {found}"
            return ""
        return f"remove the quotes: {found}"
    if kind == "bool_type" and str(found).lower() in {"yes", "no", "on", "off", "0", "1"}:
        return "write true or false; in YAML 1.2 yes, no, on and off are texts"
    if kind == "string_type" and isinstance(found, int | float) and not isinstance(found, bool):
        return f'put it in quotes if it is a label: "{found}"'
    return ""


def _limit_help(path: KeyPath, found: Any) -> str:
    field = _field(path)
    extra = getattr(field, "json_schema_extra", None)
    in_overrides = len(path) > 2 and path[2] == "overrides"
    parameter = (
        f"{path[1]}.{path[-1]}" if in_overrides else extra.get("parameter") if isinstance(extra, Mapping) else ""
    )
    lever = SETTING.get(str(parameter))
    if lever is None:
        return ""
    guess = f"; did you mean {found / 100:g} ({found:g} %)?" if lever.max == 1.0 and 2.0 <= found <= 100.0 else ""
    return f"allowed: {lever.allowed} ({lever.unit}){guess}"


def _pruned(data: Mapping[Any, Any], locations: Iterable[KeyPath], problems: Problems) -> dict[Any, Any]:
    """Copy the data without what is wrong; broken list entries go as a whole."""
    dropped: dict[str, set[int]] = {name: set() for name in LISTS}
    sound: dict[Any, Any] = _copied(data)
    for path in locations:
        if len(path) > 1 and path[0] in LISTS and isinstance(path[1], int):
            dropped[str(path[0])].add(path[1])
        else:
            _remove(sound, path[:-1] if path[-1:] == ("[key]",) else path)
    for name, broken in dropped.items():
        if isinstance(sound.get(name), list):
            kept = [i for i in range(len(sound[name])) if i not in broken]
            sound[name] = [sound[name][i] for i in kept]
            problems.indices[name] = kept
    for name, stand_in in STAND_INS.items():
        if name not in sound:
            sound[name] = stand_in
            problems.assumed.add(name)
    return sound


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _copied(v) for k, v in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list | tuple) else value


def _remove(data: Any, path: KeyPath) -> None:
    """Remove the entry at a path; of a list other than :data:`LISTS` the whole list goes."""
    for depth, part in enumerate(path):
        last = depth == len(path) - 1
        below = data.get(part) if isinstance(data, dict) else None
        if isinstance(data, dict) and part in data and (last or not isinstance(below, dict)):
            del data[part]
            return
        data = below


# -- what the models say about a path ---------------------------------------------------------------


def _model(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as ``tuple[Policy, ...]`` or ``Text | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model(arg)) is not None), None)


def _field(path: KeyPath) -> Any:
    """Field of the models that a path leads to, or None."""
    model: type[BaseModel] | None = Scenario
    field: Any = None
    for part in path:
        if isinstance(part, int) or model is None:
            continue
        fields = {info.alias or name: info for name, info in model.model_fields.items()}
        if part in fields:
            field = fields[part]
            model = _model(field.annotation)
    return field


def _keys_at(path: KeyPath) -> list[str]:
    model = _model(_field(path).annotation) if path else Scenario
    before = () if path else BEFORE_READING
    return [*before, *(info.alias or name for name, info in model.model_fields.items())] if model else []


def _description(path: KeyPath) -> str:
    field = _field(path)
    return (field.description or "") if field is not None else ""


def _choices(path: KeyPath) -> list[Any]:
    """Return the allowed words of the field at a path."""

    def inside(annotation: Any) -> list[Any]:
        if get_origin(annotation) is Literal:
            return list(get_args(annotation))
        wrappers = (tuple, Annotated, Union, types.UnionType)
        return [c for a in get_args(annotation) for c in inside(a)] if get_origin(annotation) in wrappers else []

    field = _field(path)
    return inside(field.annotation) if field is not None else []
