"""Calibration: every default of the model with its value, range, unit, year, source and status.

README.md beside this file says what each file of the package holds, and where it is from.
"""

from sim.calibration.countries import ai_adoption as ai_adoption
from sim.calibration.countries import ai_preparedness as ai_preparedness
from sim.calibration.countries import ai_provider_weights as ai_provider_weights
from sim.calibration.countries import base_tariffs as base_tariffs
from sim.calibration.countries import bound_tariffs as bound_tariffs
from sim.calibration.countries import country_labour_share as country_labour_share
from sim.calibration.countries import employment as employment
from sim.calibration.countries import gdp_per_worker as gdp_per_worker
from sim.calibration.countries import goods_share as goods_share
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
