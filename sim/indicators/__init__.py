"""What is tracked every year: one registry of indicators, their computation on arrays, and the yearly checks."""

from sim.indicators.checks import MEANINGS, TOLERANCES, Check
from sim.indicators.registry import INDICATORS, PAIR_INDICATORS, PLACES, Indicator

__all__ = ["INDICATORS", "MEANINGS", "PAIR_INDICATORS", "PLACES", "TOLERANCES", "Check", "Indicator"]
