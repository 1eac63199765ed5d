"""The calibrated speed of robot diffusion, run from 2011, lands near the densities observed in 2023."""

from __future__ import annotations

import numpy as np

import decomp
from sim import calibration
from sim.calibration import parameter
from sim.rules import diffusion

#: IFR World Robotics 2024: robots per 10,000 manufacturing employees in 2023, before China's series break.
OBSERVED = {"USA": 295.0, "DEU": 429.0, "JPN": 419.0, "KOR": 1012.0, "CHN": 470.0}


def test_robot_densities_of_2023_are_within_a_factor_of_two() -> None:
    table = decomp.load("world-2011")
    wage = calibration.country_labour_share(table) * calibration.gdp_per_worker(table)
    saving = diffusion.machine_saving(
        parameter("automation.robot_cost"),
        gradient=parameter("automation.wage_gradient"),
        relative_wage=wage / wage[table.economy("USA")],
    )
    adoption = calibration.robot_adoption(table)
    for year in range(2011, 2023):
        price = np.exp(-parameter("automation.robot_price_decline") * (year - 2011))
        rate = diffusion.diffusion_rate(
            calibration.robot_speed(table),
            gain=diffusion.profit(saving, price, 1.0),
            capability=calibration.ai_preparedness(table),
            access=1.0,
        )
        adoption = diffusion.diffuse(adoption, rate, parameter("automation.robot_ceiling"))
    density = parameter("automation.robot_half_density") * adoption / (1.0 - adoption)
    for economy, observed in OBSERVED.items():
        ratio = density[table.economy(economy)] / observed
        assert 0.5 < ratio < 2.0, f"{economy}: {ratio:.2f} times the observed density"
