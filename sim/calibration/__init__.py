"""Calibration: every default of the model with its value, range, unit, year, source and status.

Files of this package (all tidy CSV; the columns are the key, then value, low, high, unit, year, source, status, note)

======================  ============================================================================================
parameters.csv          behaviour and elasticities by id, the defaults of scenarios
elasticities.csv        trade elasticities of 35 sectors in four sets
countries.csv           41 economies in 2011: labour share, unemployment, people, GDP per worker, AI preparedness,
                        tariffs, income class, robots
labour_profile.csv      sector shape of labour shares (judgement)
exposure.csv            exposure of sectors to AI (Felten, Raj & Seamans) and robots (judgement)
ai_providers.csv        shares in AI compute
types.csv               country types: named sets of behavioural parameters
emissions.csv           stylised CO2 per output by sector (judgement)
facts.csv               observed and Nash tariffs and export restrictions that scenarios quote
literature_ranges.csv   published sizes of effects that runs are set beside; the model reads none of them
base_weights.csv        trade and value added of 2011, the weights of all groupings (``tests/base_weights.py``)
======================  ============================================================================================

``status`` says how far a row can be trusted (:data:`STATUSES`). Sources and licences: World Input–Output Database 2013
(Timmer et al. 2015), Penn World Table 10.01 (Feenstra, Inklaar & Timmer 2015) and World Bank WDI, all CC BY 4.0; ILO
through Gapminder, CC BY 4.0; IMF AI Preparedness Index, IFR World Robotics, Epoch AI (CC BY 4.0) and Stanford AI Index figures are
single published numbers, quoted with their source; elasticities are quoted from the papers named in each row.
"""

from __future__ import annotations

from sim.calibration.countries import (
    ai_adoption,
    ai_preparedness,
    ai_provider_weights,
    country_labour_share,
    employment,
    fallback_notes,
    gdp_per_worker,
    income_group,
    population,
    robot_adoption,
    robot_density,
    robot_speed,
    unemployment,
)
from sim.calibration.parameters import country_types, fact, parameter, parameters
from sim.calibration.rows import STATUSES, CalibrationError
from sim.calibration.sectors import (
    ELASTICITY_SETS,
    ai_exposure,
    elasticity_alternatives,
    elasticity_set,
    emission_intensity,
    labour_share,
    robot_exposure,
    trade_elasticity,
)
from sim.calibration.tariffs import base_tariffs, bound_tariffs, goods_share, nash_tariffs

__all__ = [
    "ELASTICITY_SETS",
    "STATUSES",
    "CalibrationError",
    "ai_adoption",
    "ai_exposure",
    "ai_preparedness",
    "ai_provider_weights",
    "base_tariffs",
    "bound_tariffs",
    "country_labour_share",
    "country_types",
    "elasticity_alternatives",
    "elasticity_set",
    "emission_intensity",
    "employment",
    "fact",
    "fallback_notes",
    "gdp_per_worker",
    "goods_share",
    "income_group",
    "labour_share",
    "nash_tariffs",
    "parameter",
    "parameters",
    "population",
    "robot_adoption",
    "robot_density",
    "robot_exposure",
    "robot_speed",
    "trade_elasticity",
    "unemployment",
]
