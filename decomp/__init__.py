"""Exact decomposition of gross exports in world input–output tables (Wang, Wei & Zhu 2013 and kin).

Names are imported on first use, so that ``import decomp`` stays cheap (it loads numpy and nothing heavier).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Not lazy: importing the module decomp.wwz later would put the module in the place of the function of the same name.
from decomp.wwz import wwz

if TYPE_CHECKING:
    from decomp.errors import DecompError, LabelError, SingularTableError, TableError
    from decomp.io import load, save
    from decomp.result import Decomposition
    from decomp.structure import vs_structure
    from decomp.table import WorldTable

_HOME = {
    "DecompError": "decomp.errors",
    "TableError": "decomp.errors",
    "LabelError": "decomp.errors",
    "SingularTableError": "decomp.errors",
    "WorldTable": "decomp.table",
    "Decomposition": "decomp.result",
    "vs_structure": "decomp.structure",
    "load": "decomp.io",
    "save": "decomp.io",
}

__all__ = [
    "DecompError",
    "Decomposition",
    "LabelError",
    "SingularTableError",
    "TableError",
    "WorldTable",
    "load",
    "save",
    "vs_structure",
    "wwz",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'decomp' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Public names."""
    return sorted(__all__)
