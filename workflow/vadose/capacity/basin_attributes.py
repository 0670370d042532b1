"""Which attributes of a basin may tell how much water its ground can hold.

Chosen by name from Caravan's climate indices and HydroATLAS (Linke et al. 2019), some two hundred
in all. Left out are streamflow and what is calibrated on it (dis_*, run_mm_syr, river area and
volume), because the labels are made from streamflow; lakes and reservoirs (lka, lkv, rev, dor,
wetland groups with them), which hold water outside the ground; identifiers, coordinates, area and
classes by number, which have no order; people, money and lights (pop, ppd, gdp, hdi, nli, hft,
rdd); and indices from ERA5-Land's potential evaporation, which is several times too large.
"""

import logging

import numpy as np
import pandas as pd

from vadose.errors import InputError

log = logging.getLogger("vadose")

CLIMATE = (
    "p_mean",  # Caravan: mean precipitation, mm/day
    "frac_snow",  # Caravan: share of precipitation that falls as snow
    "seasonality_FAO_PM",  # Caravan from 1.5 on: range of the monthly moisture index
    "high_prec_freq",  # Caravan: share of days with five times the mean precipitation
    "high_prec_dur",  # Caravan: mean length of such spells, days
    "low_prec_freq",  # Caravan: share of days under 1 mm
    "low_prec_dur",  # Caravan: mean length of such spells, days
    "pre_mm_syr",  # annual precipitation, mm
    "pet_mm_syr",  # annual potential evapotranspiration, mm
    "aet_mm_syr",  # annual evapotranspiration, modelled from climate, mm
    "ari_ix_sav",  # aridity index: precipitation over potential evapotranspiration, hundredths
    "cmi_ix_syr",  # climate moisture index, from -100 (dry) to 100 (wet)
    "tmp_dc_syr",  # mean air temperature of the year, tenths of a degree
    "tmp_dc_smn",  # and of the coldest month
    "tmp_dc_smx",  # and of the warmest month
    "snw_pc_syr",  # snow cover, mean of the year, %
    "snw_pc_smx",  # and of the month with most, %
    # ASSUME the modelled soil water tells of climate alone: its model has one capacity everywhere.
    "swc_pc_syr",  # soil water content, mean of the year, %
)
SOIL = (
    "cly_pc_sav",  # clay, %; silt is what is left
    "snd_pc_sav",  # sand, %
    "soc_th_sav",  # organic carbon, tonnes per hectare
    "kar_pc_sse",  # karst, % of the area
    "prm_pc_sse",  # permafrost, % of the area
    "gwt_cm_sav",  # depth to the groundwater table, cm
)
TOPOGRAPHY = (
    "ele_mt_sav",  # mean elevation, m
    "ele_mt_smn",  # lowest, m
    "ele_mt_smx",  # highest, m
    "slp_dg_sav",  # mean slope, tenths of a degree
)
VEGETATION = (  # all in % of the area
    "for_pc_sse",  # forest
    "glc_pc_s01",  # broadleaved evergreen trees
    "glc_pc_s02",  # broadleaved deciduous trees
    "glc_pc_s04",  # needle-leaved evergreen trees
    "glc_pc_s06",  # mixed trees
    "glc_pc_s12",  # deciduous shrubs
    "glc_pc_s13",  # herbs and grasses
    "wet_pc_sg2",  # wetlands without lakes, reservoirs and rivers
)
LAND_USE = (  # all in % of the area
    "crp_pc_sse",  # cropland
    "pst_pc_sse",  # pasture
    "ire_pc_sse",  # land equipped for irrigation
    "urb_pc_sse",  # urban
)
PREDICTORS = CLIMATE + SOIL + TOPOGRAPHY + VEGETATION + LAND_USE
MAY_BE_NEGATIVE = ("cmi_ix_", "tmp_dc_", "ele_mt_")
MISSING_CODE = -999  # and all below
FEWEST = 5


def predictors_of_basins(attributes: pd.DataFrame, least_known: float = 0.95) -> pd.DataFrame:
    """Choose the attributes that are fit as predictors of a basin's capacity, [basin, predictor].

    `attributes` as `sources.caravan.read_attributes` gives them, by basin; units are the source's
    own. Codes of missing values become NaN. A predictor is left out, and the log says so, where it
    does not exist, is no number, is known in less than a share `least_known` of the basins, or is
    the same in all. Raises InputError where fewer than five are left.
    """
    there = [name for name in PREDICTORS if name in attributes]
    numeric = [name for name in there if pd.api.types.is_numeric_dtype(attributes[name])]
    table = pd.DataFrame({name: _known(attributes[name]) for name in numeric}, attributes.index)
    unknown = [name for name in numeric if table[name].notna().mean() < least_known]
    constant = [name for name in numeric if name not in unknown and table[name].nunique() < 2]
    reasons = {
        "not in the table": [name for name in PREDICTORS if name not in there],
        "no numbers": [name for name in there if name not in numeric],
        f"known in less than {least_known:.0%} of the basins": unknown,
        "the same in all basins": constant,
    }
    left_out = "; ".join(f"{why}: {', '.join(names)}" for why, names in reasons.items() if names)
    chosen = table.drop(columns=unknown + constant)
    if chosen.shape[1] < FEWEST:
        raise InputError(
            f"{chosen.shape[1]} attributes of {len(table)} basins are fit as predictors, expected "
            f"{FEWEST} or more ({left_out}): is HydroATLAS' table among the attributes?"
        )
    if left_out:
        log.info("attributes left out as predictors: %s", left_out)
    return chosen


def _known(values: pd.Series) -> pd.Series:
    """Give numbers, NaN where the value is a code or an impossible negative one.

    Means over basins may have mixed the code with values, which leaves negative numbers.
    """
    may = str(values.name).startswith(MAY_BE_NEGATIVE)
    good = np.isfinite(values) & ((values > MISSING_CODE) if may else (values >= 0))
    return values.where(good).astype(float)
