"""The run folder: what a run leaves behind, from the first second on, never overwritten.

``start`` makes the folder and writes the manifest with status ``running``; ``finish`` adds tables, year tables, report
and README and completes the manifest; ``save`` does both for a result that is already there.
"""

from __future__ import annotations

from sim.export.folder import RunFolder, runs_folder, write_new
from sim.export.write import fail, finish, save, start

__all__ = ["RunFolder", "fail", "finish", "runs_folder", "save", "start", "write_new"]
