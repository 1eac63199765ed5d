"""What is tracked every year: one registry of indicators, their computation on arrays, and the yearly checks."""

from sim.indicators.registry import INDICATORS, PAIR_INDICATORS, PLACES, Indicator
from sim.indicators.trade import MEANINGS, TOLERANCES, Check

__all__ = ["INDICATORS", "MEANINGS", "PAIR_INDICATORS", "PLACES", "TOLERANCES", "Check", "Indicator"]
