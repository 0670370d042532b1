"""The miniature planet as arrays: what is true of its cells and what observers see of them.

Conventions: fields are [time, lat, lon] with latitudes and longitudes ascending (cell centres,
degrees, -180 to 180), times are first days of months, and the sea is NaN. Fluxes are mm/month,
stores are mm at the end of the month.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


class World(NamedTuple):
    """The ground and its true water; `static` holds [lat, lon] fields by name.

    `static` has elevation (m), slope (degrees), clay, sand, silt (%), soil_depth (m),
    canopy_height (m), forest (share), capacity, capacity_explained (mm), the other parameters of
    the true water balance, the normals aridity, rain_season, t_mean (degC), p_year and pet_year
    (mm), the share of the great `drought`, and `spoiled` (a reason of `cells.SPOILED_CELLS`, empty
    where nothing is wrong). Series of cells smaller than a degree are in single precision.
    """

    lat: Array
    lon: Array
    land: NDArray[np.bool_]
    months: pd.DatetimeIndex
    static: dict[str, NDArray]
    p: Array
    t: Array
    pet: Array
    et: Array
    q: Array
    swe: Array
    soil: Array
    groundwater: Array
    lai: Array


class Seen(NamedTuple):
    """What the providers publish of the cells, with their errors, before packing.

    `p`, `pet` (a usable demand), `pet_reanalysis` (several times too large), `et`, `et_reanalysis`
    and `q` are mm/month, `t` is degC, `swe` mm, `soil_water` four layers of m3/m3 by number,
    `twsa` mm against the mean of 2004-2009, `lai` m2/m2.
    """

    p: Array
    t: Array
    pet: Array
    pet_reanalysis: Array
    et: Array
    et_reanalysis: Array
    q: Array
    swe: Array
    soil_water: dict[int, Array]
    twsa: Array
    lai: Array
