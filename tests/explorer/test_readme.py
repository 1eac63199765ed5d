"""The README of the explorer lists every module, and says rightly which of them need Streamlit."""

from __future__ import annotations

import re

from tests.explorer.conftest import ROOT

HOME = ROOT / "sim" / "explorer"
LISTED = {
    name: cells[-1].strip()
    for line in (HOME / "README.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `") and len(cells := line.strip("| ").split(" | ")) == 3
    for name in re.findall(r"`([a-z_/0-9]+\.py)`", cells[0])
}


def modules() -> set[str]:
    found = (path.relative_to(HOME).as_posix() for path in HOME.rglob("*.py") if path.name != "__init__.py")
    return {name for name in found if not name.startswith("pages/")}


def test_every_module_is_listed_and_no_other() -> None:
    assert set(LISTED) == modules()


def test_what_is_said_of_streamlit_is_so() -> None:
    needs = re.compile(r"^\s*(import streamlit|from streamlit)", re.MULTILINE)
    for name, said in LISTED.items():
        found = "yes" if needs.search((HOME / name).read_text(encoding="utf-8")) else "no"
        assert found == said, f"{name}: {said}"
