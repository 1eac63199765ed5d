"""Exact decomposition of gross exports in world input–output tables (Wang, Wei & Zhu 2013 and kin).

``import decomp`` stays cheap: it loads numpy and nothing heavier.
"""

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
from decomp.wwz import wwz as wwz
