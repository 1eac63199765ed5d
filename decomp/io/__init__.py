"""Reading and writing tables: bundled, compact npz, labelled CSV, and the official files of WIOD, OECD and Eora."""

from __future__ import annotations

from decomp.io.bundled import bundled_names
from decomp.io.dispatch import load, save

__all__ = ["bundled_names", "load", "save"]
