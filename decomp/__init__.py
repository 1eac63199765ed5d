"""Exact decomposition of gross exports in world input–output tables (Wang, Wei & Zhu 2013 and kin).

Names are imported on first use, so that ``import decomp`` stays cheap (it loads numpy and nothing heavier).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Not lazy: importing the module decomp.wwz later would put the module in the place of the function of the same name.
from decomp.wwz import wwz

if TYPE_CHECKING:
    from decomp.alternatives import borin_mancini as borin_mancini
    from decomp.alternatives import group_exporter as group_exporter
    from decomp.alternatives import kww as kww
    from decomp.errors import DecompError as DecompError
    from decomp.errors import LabelError as LabelError
    from decomp.errors import SingularTableError as SingularTableError
    from decomp.errors import TableError as TableError
    from decomp.io import load as load
    from decomp.io import save as save
    from decomp.measures import dependence as dependence
    from decomp.measures import downstreamness as downstreamness
    from decomp.measures import interdependence as interdependence
    from decomp.measures import participation as participation
    from decomp.measures import rca as rca
    from decomp.measures import summary as summary
    from decomp.measures import upstreamness as upstreamness
    from decomp.measures import vax as vax
    from decomp.result import Decomposition as Decomposition
    from decomp.structure import vs_structure as vs_structure
    from decomp.table import WorldTable as WorldTable

_HOME = {
    "alternatives": "borin_mancini group_exporter kww",
    "errors": "DecompError LabelError SingularTableError TableError",
    "io": "load save",
    "measures": "dependence downstreamness interdependence participation rca summary upstreamness vax",
    "result": "Decomposition",
    "structure": "vs_structure",
    "table": "WorldTable",
}
_MODULE = {name: f"decomp.{module}" for module, names in _HOME.items() for name in names.split()}

__all__ = ["wwz"]
__all__ += list(_MODULE)


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _MODULE:
        raise AttributeError(f"module 'decomp' has no attribute {name!r}")
    return getattr(import_module(_MODULE[name]), name)


def __dir__() -> list[str]:
    """Public names."""
    return sorted(__all__)
