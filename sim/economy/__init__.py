"""General equilibrium in changes on a world input–output table (exact hat algebra, nested CES, Baqaee & Farhi 2024)."""

from sim.economy import games
from sim.economy.accounts import Equilibrium
from sim.economy.errors import BaseTableError, ConvergenceError, InfeasibleError, ShockError
from sim.economy.gradient import Gradient
from sim.economy.machines import MachineSpec
from sim.economy.shocks import Shocks
from sim.economy.world import WorldEconomy

__all__ = [
    "BaseTableError",
    "ConvergenceError",
    "Equilibrium",
    "Gradient",
    "InfeasibleError",
    "MachineSpec",
    "ShockError",
    "Shocks",
    "WorldEconomy",
    "games",
]
