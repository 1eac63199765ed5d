"""Print the oldest allowed versions of the dependencies as a constraints file: ``python -m tests.lowest > lowest.txt``.

Read from the lower bounds of ``pyproject.toml``, extras included, so that ``pip install -c lowest.txt -e ".[test]"`` tries whether the
ranges are true.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def lowest() -> list[str]:
    """``name==version`` of every lower bound, the highest where a package is named twice."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    bounds: dict[str, str] = {}
    for requirement in [*project["dependencies"], *(line for name in extras if name != "dev" for line in extras[name])]:
        match = re.match(r"([\w.-]+)(?:\[[\w,]+\])?>=([\d.]+)", requirement)
        if match is None:
            raise SystemExit(f"pyproject.toml: {requirement!r} has no lower bound; write name>=version")
        name, version = match.groups()
        if name not in bounds or [int(x) for x in version.split(".")] > [int(x) for x in bounds[name].split(".")]:
            bounds[name] = version
    return [f"{name}=={version}" for name, version in bounds.items()]


if __name__ == "__main__":
    print("\n".join(lowest()))
