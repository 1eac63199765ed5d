"""Country agents that automate, tax trade and gain or lose trust, in a world table that answers in equilibrium.

Names are imported on first use, so that ``import sim`` stays cheap.
"""
