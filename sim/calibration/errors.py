"""Errors of the calibration files."""

from __future__ import annotations

from sim.errors import SimError


class CalibrationError(SimError):
    """A parameter, set or calibration row is unknown or not usable; says where and what is allowed."""
