"""The observed past: value-added trade of a pair and of the world, year by year, from published tables as they are.

Nothing is simulated here and nothing is purged: negative final demand stays in the tables. The simulated base year, whose
negative final demand is set to zero, differs a little; reports show both.
"""

from sim.observed.history import History, Shock, ShockResponse, history, response, shocks

__all__ = ["History", "Shock", "ShockResponse", "history", "response", "shocks"]
