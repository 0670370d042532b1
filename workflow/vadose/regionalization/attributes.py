"""The descriptors of basins that a physical vector is made of."""

import logging

import pandas as pd

from vadose.errors import InputError

log = logging.getLogger("vadose")

# Of CAMELS-US, as the original study chose them: climate, relief, cover, soil and rock.
CAMELS_US = (
    "p_mean",
    "pet_mean",
    "p_seasonality",
    "frac_snow",
    "aridity",
    "high_prec_freq",
    "high_prec_dur",
    "low_prec_freq",
    "low_prec_dur",
    "elev_mean",
    "slope_mean",
    "area_gages2",
    "frac_forest",
    "lai_max",
    "lai_diff",
    "gvf_max",
    "gvf_diff",
    "soil_depth_pelletier",
    "soil_depth_statsgo",
    "soil_porosity",
    "soil_conductivity",
    "max_water_content",
    "sand_frac",
    "silt_frac",
    "clay_frac",
    "carbonate_rocks_frac",
    "geol_permeability",
)


def choose(table: pd.DataFrame, names: tuple[str, ...], basins: list[str]) -> pd.DataFrame:
    """Take named descriptors of basins from a table by gauge id, [basin, descriptor].

    InputError for a basin without a row and for a descriptor that the table lacks.
    """
    unknown = [name for name in basins if name not in table.index]
    if unknown:
        raise InputError(
            f"the attributes have no row of {len(unknown)} basins, such as {unknown[0]}: leave "
            "them out by regionalization.basins"
        )
    lacking = [name for name in names if name not in table]
    if lacking:
        raise InputError(f"the tables of attributes lack {', '.join(lacking)}: are all there?")
    return table.loc[basins, list(names)].astype(float)


def varying(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out descriptors that are the same in all basins or known in none, and log them.

    InputError where none is left and for a basin of which nothing is known.
    """
    constant = [str(name) for name in table if table[name].nunique() < 2]
    left = table.drop(columns=constant)
    if left.empty:
        raise InputError(
            f"all {table.shape[1]} attributes are the same in all {len(table)} basins: nothing "
            "tells the basins apart; take more basins"
        )
    if constant:
        log.warning("attributes left out, the same in all basins: %s", ", ".join(constant))
    blank = [str(name) for name in left.index[left.isna().all(axis=1)]]
    if blank:
        raise InputError(
            f"no attribute of {len(blank)} basins is known, such as {blank[0]}: leave them out by "
            "regionalization.basins"
        )
    return left
