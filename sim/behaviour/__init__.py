"""Behaviour of the country agents: pure rules, one module per family; arrays in, new arrays out.

:mod:`~sim.behaviour.automation` diffusion of robots and AI · :mod:`~sim.behaviour.protection` grievance, tariffs and
retaliation · :mod:`~sim.behaviour.trust` bilateral trust and its friction · :mod:`~sim.behaviour.policies` what the
scenario decrees · :mod:`~sim.behaviour.log` decisions with their reasons.
"""
