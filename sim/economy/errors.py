"""Errors of the economy. Each names the market, economy, sector, the value found and what to change."""

from __future__ import annotations

from sim.errors import EconomyError


class BaseTableError(EconomyError):
    """The base table cannot be calibrated: a column costs more than it sells for, an economy has no labour income."""


class ShockError(EconomyError):
    """A setting or shock has the wrong shape, label or range."""


class InfeasibleError(EconomyError):
    """The shocks leave no equilibrium: an input without a source, or a deficit that no trade can carry."""


class ConvergenceError(EconomyError):
    """The solver stopped above its tolerance: names the ``market`` with the largest residual ("goods", "labour" or "capital") and where
    it is, that ``residual`` (relative) and the passes made (``iterations``).
    """

    def __init__(self, message: str, *, market: str = "", residual: float = float("nan"), iterations: int = 0) -> None:
        super().__init__(message)
        self.market = market
        self.residual = residual
        self.iterations = iterations

    def __reduce__(self) -> tuple[type[ConvergenceError], tuple[str], dict[str, object]]:
        """Pickle with the attributes, so that worker processes can send it back."""
        state = {"market": self.market, "residual": self.residual, "iterations": self.iterations}
        return type(self), (str(self),), state
