"""Collects the problems of one scenario, each with its code and its place in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from decomp.labels import did_you_mean, listed
from sim.errors import Problem, ScenarioError
from sim.scenario.yaml_text import KeyPath, Place, YamlDocument

#: Every error code with what it means.
CODES: Mapping[str, str] = MappingProxyType(
    {
        "S001": "The text is not valid YAML.",
        "S002": "A key stands twice in one mapping.",
        "S003": "A tab indents a line; YAML allows only spaces.",
        "S004": "A feature of YAML that scenarios do not use.",
        "S005": "The scenario file cannot be found or read.",
        "S010": "A key that the scenario format does not know.",
        "S011": "A required key is missing.",
        "S012": "A value of the wrong type.",
        "S013": "A number outside its limits.",
        "S014": "A word that is not one of the allowed ones.",
        "S015": "Two ways to give one amount: a policy needs either `value` or `add`, an override a level or a factor.",
        "S016": "A text or list of the wrong form or length.",
        "S020": "An economy or group that the table does not have.",
        "S021": "A sector or group that the table does not have.",
        "S022": "A year outside the horizon.",
        "S023": "A first year after the last year.",
        "S024": "A tariff of −100 % or below.",
        "S025": "Policies that contradict each other.",
        "S026": "Retaliation that feeds on itself (product of a pair's coefficients ≥ 1).",
        "S027": "A table that cannot be found or read.",
        "S028": "An indicator or scenario that does not exist.",
        "S029": "An override that does not fit the scenario.",
        "S030": "Something that has no effect.",
        "S031": "The base year differs from the year of the table.",
        "S032": "A scenario that extends itself, directly or through others.",
        "S033": "A scenario to extend that does not exist.",
        "S034": "A sector of a group that the table has only as part of a larger one.",
        "S035": "A group with a name that is taken.",
        "S036": "Something that the closure `fixed-prices` cannot answer.",
        "S040": "An ensemble that cannot be drawn: fewer than two members, nothing drawn, or a range without the scenario's value.",
        "S041": "A grid that cannot be used.",
    }
)


class Problems:
    """The problems found so far; ``document`` gives the places, if the scenario came from a text."""

    def __init__(self, document: YamlDocument | None = None) -> None:
        self.document = document
        self.found: list[Problem] = []
        #: Positions in the text of the policies, events and expectations that are left, where some were left out.
        self.indices: dict[str, list[int]] = {}
        #: Required entries of the scenario that were replaced by a stand-in.
        self.assumed: set[str] = set()

    def add(
        self, path: KeyPath, code: str, message: str, *, help: str = "", key: bool = False, warning: bool = False
    ) -> None:
        """Record a problem at a path; ``key`` marks the key instead of the value."""
        path = self.original(path)
        mark = self.document.mark(path, key=key) if self.document else Place("")
        where = spell(path)
        text = f"{where}: {message}" if where else message
        self.found.append(mark.problem(code, text, help=help, path=where, warning=warning))

    def unknown(
        self,
        path: KeyPath,
        code: str,
        what: str,
        found: object,
        allowed: Iterable[str],
        *,
        key: bool = False,
        hint: str = "",
    ) -> None:
        """Record a word that is not one of the allowed ones, with a hint (the nearest one) and with all of them."""
        allowed = list(allowed)
        guess = hint or did_you_mean(found, allowed) or "."
        self.add(path, code, f"unknown {what} {found!r}{guess}", help=f"allowed: {listed(allowed)}", key=key)

    def original(self, path: KeyPath) -> KeyPath:
        """Path in the text of a path in the scenario."""
        kept = self.indices.get(str(path[0])) if len(path) > 1 else None
        return (path[0], kept[int(path[1])], *path[2:]) if kept is not None else path

    @property
    def errors(self) -> list[Problem]:
        """Problems that stop a run, in the order of the text, those of scenarios built on last."""
        return self._sorted("error")

    @property
    def warnings(self) -> list[Problem]:
        """Problems that do not stop a run, in the order of the text."""
        return self._sorted("warning")

    def raise_errors(self) -> None:
        """Raise all errors as one :class:`~sim.errors.ScenarioError`; do nothing when there are none."""
        if self.errors:
            raise ScenarioError(self.errors)

    def _sorted(self, severity: str) -> list[Problem]:
        chosen = [problem for problem in self.found if problem.severity == severity]
        in_file = [problem for problem in chosen if not problem.file.startswith("--")]
        elsewhere = [problem for problem in chosen if problem.file.startswith("--")]
        main = self.document.name if self.document else ""
        in_file.sort(key=lambda problem: (problem.file != main, problem.file, problem.line, problem.column))
        return [*in_file, *elsewhere]


def spell(path: KeyPath) -> str:
    """Write a path as people say it.

    >>> spell(("policies", 0, "who", 1))
    'policies[0].who[1]'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) and text else f".{part}" if text else str(part)
    return text
