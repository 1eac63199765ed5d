"""Rules of behaviour, one file each: what economies observe, decide and do, and what everyone then lives with.

:mod:`~sim.rules.automation` diffusion of robots and AI · :mod:`~sim.rules.education` capability · :mod:`~sim.rules.protection`
tariffs and retaliation · :mod:`~sim.rules.trust` bilateral trust · :mod:`~sim.rules.ledger` a consortium with commitments ·
:mod:`~sim.rules.governance` lag and precision · :mod:`~sim.rules.carbon` allowances. :mod:`~sim.rules.base` says what a rule is,
:mod:`~sim.rules.log` how decisions are recorded.

A scenario can name rules of installed packages, which offer them in the entry-point group ``unweave.rules``; ``sim.run`` takes
more of them. A rule with the name of a built-in one replaces it.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Any, cast

from pydantic import Field, create_model

from sim.fields import MADE, Model, overrides_of
from sim.rules.base import Decision, Played, Rule, Settings, adjusted
from sim.rules.log import INTERVENTIONS, Reason

__all__ = [
    "BUILT_IN",
    "GROUP",
    "Decision",
    "Played",
    "Reason",
    "Rule",
    "Settings",
    "adjusted",
    "behaviour_model",
    "in_play",
    "installed",
    "reasons",
]

#: Entry-point group in which installed packages offer rules.
GROUP = "unweave.rules"
#: Order in which the modules of rules act; a further module of this package comes after them.
ORDER = ("automation", "education", "protection", "trust", "ledger", "governance", "carbon")


def _built_in() -> Iterator[Rule]:
    """Every rule that a module of this package defines."""
    names = [module.name for module in iter_modules(__path__)]
    for name in sorted(names, key=(*ORDER, *names).index):
        module = import_module(f"{__name__}.{name}")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Rule) and kind.name and kind.__module__ == module.__name__:
                yield kind()


#: Rules of every run, in the order in which they act.
BUILT_IN: tuple[Rule, ...] = tuple(_built_in())


def in_play(added: Iterable[Rule] = (), named: Iterable[str] = ()) -> tuple[Rule, ...]:
    """Rules of a run in the order in which they act: the built-in ones, then those named, then those added.

    - ``added`` (iterable of Rule): one with the name of an earlier rule replaces it.
    - ``named`` (iterable of str): sections of a scenario; those that no rule here has are looked for in installed
      packages.
    """
    rules = {rule.name: rule for rule in (*BUILT_IN, *added)}
    unknown = [str(name).replace("_", "-") for name in named if name not in _sections(rules.values())]
    for name in unknown:
        if name not in rules and name in installed():
            rules[name] = load_installed(name)
    return tuple(rules.values())


def _sections(rules: Iterable[Rule]) -> set[str]:
    return {name for rule in rules for name in (rule.section, rule.name)}


def installed() -> tuple[str, ...]:
    """Names of the rules that installed packages offer; nothing is imported."""
    return tuple(point.name for point in entry_points(group=GROUP))


def load_installed(name: str) -> Rule:
    """Rule of an installed package.

    Raises TypeError: what the package offers is not a rule of this name.
    """
    (point,) = entry_points(group=GROUP, name=name)
    offered = point.load()
    rule = offered() if isinstance(offered, type) else offered
    if not isinstance(rule, Rule) or rule.name != name:
        raise TypeError(f"entry point {GROUP}:{name} ({point.value}) is not a rule named {name!r}")
    return rule


def section_model(section: str, settings: tuple[type[Settings], ...]) -> type[Settings]:
    """Model of a section of ``behaviour:``: the settings of its rules, and ``overrides`` for those that differ by economy."""
    first = settings[0]

    def model(base: Any, **fields: Any) -> type[Settings]:
        about: Any = {"__base__": base, "__doc__": first.__doc__, "__cls_kwargs__": MADE}
        return cast("type[Settings]", create_model(section.title(), **about, **fields))

    joined = model(tuple(reversed(settings)), active=(bool, first.model_fields["active"]))
    overrides = None if "overrides" in first.model_fields else overrides_of(joined, section)
    return joined if overrides is None else model(joined, overrides=overrides)


def behaviour_model(base: type[Model], rules: Iterable[Rule]) -> type[Model]:
    """Model of ``behaviour:`` with a section for every rule; a built-in one that is not written there is off."""
    fields: dict[str, Any] = {}
    rules = tuple(rules)
    for section in dict.fromkeys(rule.section for rule in rules):
        here = [rule for rule in rules if rule.section == section]
        model = section_model(section, tuple(dict.fromkeys(rule.Settings for rule in here)))
        about = here[0].about or (here[0].__doc__ or "").partition("\n")[0]
        alias = here[0].name if here[0].name.replace("-", "_") == section != here[0].name else None
        unwritten: dict[str, Any] = {"active": False} if type(here[0]) in map(type, BUILT_IN) else {}
        fields[section] = (model, Field(default_factory=partial(model, **unwritten), description=about, alias=alias))
    return create_model("Behaviour", __base__=base, __doc__=base.__doc__, __cls_kwargs__=MADE, **fields)


@lru_cache(maxsize=1)
def reasons() -> Mapping[str, Reason]:
    """Reasons of the built-in rules and of policies and events, by kind."""
    found = {kind: reason for rule in BUILT_IN for kind, reason in rule.reasons.items()}
    return {**{kind: reason for kind, reason in found.items() if isinstance(reason, Reason)}, **INTERVENTIONS}
