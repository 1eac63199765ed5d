"""The world of 2022, of which OECD's intermediate flows are known and final use is not: method, inputs, tables, tests backward."""

from decomp.estimate.inputs import Inputs
from decomp.estimate.method import Estimate, Fact, Known, estimate
from decomp.estimate.tables import build

__all__ = ["Estimate", "Fact", "Inputs", "Known", "build", "estimate"]
