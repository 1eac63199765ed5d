"""Writes small scenarios and reads their problems back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.errors import Problem, ScenarioError
from sim.scenario.read import read_scenario

HEAD = "name: small\ntitle: Small\nquestion: Why?\nyears: [2011, 2020]\ntable: classroom-2011\n"

Problems = Callable[..., list[Problem]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a text to a.yaml in a folder of its own."""

    def _write(text: str) -> Path:
        path = tmp_path / "a.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


@pytest.fixture
def problems(write: Callable[[str], Path]) -> Problems:
    """All errors of a text; the text follows the five lines of HEAD unless ``whole``."""

    def _problems(text: str, overrides: Any = None, *, whole: bool = False, **options: Any) -> list[Problem]:
        path = write(text if whole else HEAD + text)
        with pytest.raises(ScenarioError) as caught:
            read_scenario(path, overrides, **options)
        return list(caught.value.problems)

    return _problems
