"""The kinds of netCDF files of the regionalization experiments, for contracts.py to check."""

import numpy as np

from vadose.contracts import Kind, Variable
from vadose.kinds import BASINS_DAILY, DAILY, SOMETHING

SERIES: Kind = {
    "forcing": Variable(("input", *DAILY), "see input_unit", missing=0),
    "input_unit": Variable(("input",), ""),
    "q": BASINS_DAILY["q"],
    "attributes": Variable(("basin", "attribute"), "see attribute", missing=1),
    "random": Variable(("draw", "basin", "column"), "1", -10, 10, 1, "random vectors of basins"),
    "lat": Variable(("basin",), "degrees_north", -90, 90, 0, "latitude of the gauge"),
    "lon": Variable(("basin",), "degrees_east", -180, 360, 0, "longitude of the gauge"),
}
# Missing are basins that a network is not asked for.
PREDICTED: Kind = {
    "q": Variable(("network", *DAILY), "mm/day", 0, np.inf, SOMETHING, "predicted streamflow"),
    "learnt": Variable(("network", "basin"), "1", 0, 1, 0, "1 where it learnt from the basin"),
}
