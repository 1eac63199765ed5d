"""The Mesa model: agents, order of play, and the record of each year."""

from sim.model.world import HorizonError, WorldModel, YearRecord

__all__ = ["HorizonError", "WorldModel", "YearRecord"]
