"""Calibration: every default of the model with its value, range, unit, year, source and status.

Files of this package (all tidy CSV; the columns are the key, then value, low, high, unit, year, source, status, note)

======================  ============================================================================================
parameters.csv          behaviour and elasticities by id, the defaults of scenarios
elasticities.csv        trade elasticities of 35 sectors in four sets
countries.csv           87 economies and the rest of the world by year, about 2011 and 2022: labour share, unemployment,
                        people, GDP per worker, AI preparedness, tariffs, income class, robots, use of AI
labour_profile.csv      sector shape of labour shares (judgement)
exposure.csv            exposure of sectors to AI (Felten, Raj & Seamans) and robots (judgement)
ai_providers.csv        shares in AI compute
types.csv               country types: named sets of behavioural parameters
emissions.csv           stylised CO2 per output by sector (judgement)
facts.csv               observed and Nash tariffs and export restrictions that scenarios quote
literature_ranges.csv   published sizes of effects that runs are set beside; the model reads none of them
observed.csv            tariffs of others than the United States by partner and date, use of AI, robots, 2017–2026
us_tariffs.csv          points that the United States' duties added in 2025 and 2026, by partner (``tests/us_tariffs.py``)
series.csv              yearly growth, population, unemployment, balances, GDP, manufacturing (``tests/series.py``)
hs_sectors.csv          sector of each code of the Harmonized System (judgement)
hs_headings.csv         imports of the United States in 2024 by heading, weights within a sector (``tests/us_tariffs.py``)
statuses.csv            what ``status`` may say, and what that means
base_weights.csv        trade and value added of 2011 and 2022, the weights of all groupings (``tests/base_weights.py``)
======================  ============================================================================================

``status`` says how far a row can be trusted (:data:`STATUSES`). Sources and licences: World Input–Output Database 2013
(Timmer et al. 2015), Penn World Table 10.01 (Feenstra, Inklaar & Timmer 2015) and World Bank WDI, all CC BY 4.0; ILO
through Gapminder and the World Bank, CC BY 4.0; weights of 2022 from OECD (2025), Inter-Country Input-Output Tables, with
attribution; IMF AI Preparedness Index, IFR World Robotics, US Census, Statistics Canada, Eurostat, Epoch AI (CC BY 4.0) and Stanford AI
Index figures are single published numbers, quoted with their source; elasticities are quoted from the papers named in each row.
"""

from sim.calibration.countries import ai_adoption as ai_adoption
from sim.calibration.countries import ai_preparedness as ai_preparedness
from sim.calibration.countries import ai_provider_weights as ai_provider_weights
from sim.calibration.countries import country_labour_share as country_labour_share
from sim.calibration.countries import employment as employment
from sim.calibration.countries import gdp_per_worker as gdp_per_worker
from sim.calibration.countries import households as households
from sim.calibration.countries import population as population
from sim.calibration.countries import robot_adoption as robot_adoption
from sim.calibration.countries import robot_density as robot_density
from sim.calibration.countries import robot_speed as robot_speed
from sim.calibration.countries import unemployment as unemployment
from sim.calibration.parameters import country_types as country_types
from sim.calibration.parameters import fact as fact
from sim.calibration.parameters import parameter as parameter
from sim.calibration.parameters import parameters as parameters
from sim.calibration.rows import STATUSES as STATUSES
from sim.calibration.rows import CalibrationError as CalibrationError
from sim.calibration.sectors import ELASTICITY_SETS as ELASTICITY_SETS
from sim.calibration.sectors import ai_bundle as ai_bundle
from sim.calibration.sectors import ai_exposure as ai_exposure
from sim.calibration.sectors import elasticity_alternatives as elasticity_alternatives
from sim.calibration.sectors import elasticity_set as elasticity_set
from sim.calibration.sectors import emission_intensity as emission_intensity
from sim.calibration.sectors import labour_share as labour_share
from sim.calibration.sectors import robot_exposure as robot_exposure
from sim.calibration.sectors import trade_elasticity as trade_elasticity
from sim.calibration.sources import fallback_notes as fallback_notes
from sim.calibration.sources import origins as origins
from sim.calibration.sources import unmapped as unmapped
from sim.calibration.sources import without_rows as without_rows
from sim.calibration.tariffs import base_tariffs as base_tariffs
from sim.calibration.tariffs import bound_tariffs as bound_tariffs
from sim.calibration.tariffs import goods_share as goods_share
