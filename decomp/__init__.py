"""Exact decomposition of gross exports in world input–output tables (Wang, Wei & Zhu 2013 and kin).

``import decomp`` stays cheap: it loads numpy and nothing heavier.
"""

from decomp.alternatives import borin_mancini, group_exporter, kww
from decomp.errors import DecompError, LabelError, SingularTableError, TableError
from decomp.io import load, save
from decomp.measures import dependence, downstreamness, interdependence, participation, rca, summary, upstreamness, vax
from decomp.result import Decomposition
from decomp.structure import vs_structure
from decomp.table import WorldTable
from decomp.wwz import wwz

__all__ = ["Decomposition", "WorldTable", "load", "save"]
__all__ += ["borin_mancini", "group_exporter", "kww", "vs_structure", "wwz"]
__all__ += ["dependence", "downstreamness", "interdependence", "participation", "rca", "summary", "upstreamness", "vax"]
__all__ += ["DecompError", "LabelError", "SingularTableError", "TableError"]
