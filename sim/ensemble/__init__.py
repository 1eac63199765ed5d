"""Ensembles: one scenario run many times over stated draws, with bands that say what was drawn.

Randomness stands for something or is absent: parameters are drawn within their calibrated ranges, the timing of adoption
around its calibrated speed, shocks with a stated size. The run as written stays beside the bands.
"""

from __future__ import annotations

from sim.ensemble.draw import Draw, draw, member_scenario
from sim.ensemble.member import Member
from sim.ensemble.result import QUANTILES, Ensemble
from sim.ensemble.run import run_ensemble, run_members

__all__ = ["QUANTILES", "Draw", "Ensemble", "Member", "draw", "member_scenario", "run_ensemble", "run_members"]
