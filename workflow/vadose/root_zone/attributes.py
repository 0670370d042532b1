"""What the model is told of a basin that does not change, by Caravan's and HydroATLAS' names."""

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from vadose.errors import InputError

log = logging.getLogger("vadose")

COVERS = {  # % of the area, summed
    "forest": ("for_pc_sse",),
    "crops": ("crp_pc_sse",),
    "pasture": ("pst_pc_sse",),
    "shrubs": ("glc_pc_s11", "glc_pc_s12"),  # evergreen and deciduous
    "herbs": ("glc_pc_s13", "glc_pc_s14"),  # closed, and sparse with shrubs
}
GROUND = {
    "slope": "slp_dg_sav",  # tenths of a degree
    "elevation": "ele_mt_sav",  # m
    "clay": "cly_pc_sav",  # %
    "sand": "snd_pc_sav",  # %
    "snow_cover": "snw_pc_syr",  # %
    "aridity": "ari_ix_sav",  # precipitation over demand, hundredths; turned round below
}
ATTRIBUTES = (*COVERS, *GROUND)
MISSING_CODE = -999  # and all below
# ASSUME leaf area of full cover in summer (Asner et al. 2003, means of biomes): m2 m-2.
LAI_OF_COVER = {"forest": 5.0, "crops": 3.5, "pasture": 2.0, "shrubs": 2.0, "herbs": 1.5}
LAI_OF_REST = 0.5
DORMANT, GROWING = 0.0, 15.0  # degC of the month, between which leaves come out
EVERGREEN = 0.3  # share of the summer's leaf area that stays


def attributes_of(table: pd.DataFrame) -> np.ndarray:
    """Take the attributes of basins, [basin, attribute], in natural units.

    `table` as `sources.caravan.read_attributes` gives it. Slope is in degrees; aridity is demand
    over precipitation. A cover that the table does not have is absent everywhere; unknown values
    become the median of the others. InputError for a ground attribute that the table lacks.
    """
    lacking = [name for name in GROUND.values() if name not in table]
    if lacking:
        raise InputError(
            f"the attributes of basins lack {', '.join(lacking)}: root_zone needs HydroATLAS' "
            "table of Caravan"
        )
    columns = [_cover(table, names) for names in COVERS.values()]
    columns += [_natural(name, _known(table[source])) for name, source in GROUND.items()]
    return np.stack(columns, -1)


def _cover(table: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    absent = [name for name in names if name not in table]
    if absent:
        log.info("land cover not in the table, taken as absent: %s", ", ".join(absent))
    return np.sum([_known(table[n]) for n in names if n in table], 0) + np.zeros(len(table))


def _known(column: pd.Series) -> np.ndarray:
    """Give numbers, the median of the known ones where the value is missing."""
    values = column.to_numpy(float)
    known = np.isfinite(values) & (values > MISSING_CODE)
    if not known.any():
        raise InputError(
            f"the attribute {column.name} is not known of any basin: leave such basins out by "
            "basins.ids"
        )
    return np.where(known, values, np.median(values[known]))


def _natural(name: str, values: np.ndarray) -> np.ndarray:
    if name == "slope":
        return values / 10
    return 100 / np.maximum(values, 1.0) if name == "aridity" else values


def estimated_lai(static: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Estimate the usual season of leaf area of basins where no sensor is configured, m2 m-2.

    static [basin, attribute], t [month, basin] mean temperature in degC; gives [month, basin].
    # ASSUME leaf area follows land cover and, above a share that is evergreen, the temperature of
    the month.
    """
    share = static[:, : len(COVERS)] / 100
    share = share / np.maximum(share.sum(1, keepdims=True), 1)
    full = share @ np.array(list(LAI_OF_COVER.values())) + LAI_OF_REST * (1 - share.sum(1))
    awake = np.clip((t - DORMANT) / (GROWING - DORMANT), 0, 1)
    return full * (EVERGREEN + (1 - EVERGREEN) * awake)
