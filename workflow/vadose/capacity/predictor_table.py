"""The maps that a network may see of a cell: units, sources and plausible ranges."""

from typing import NamedTuple

CAPACITY = (0.0, 1000.0)  # mm, what is predicted; no model's capacity lies outside

# ASSUME a demand of more than 20 times the rain says no more than 20 times does: UNEP (1992), World
# Atlas of Desertification, calls all land of less than 0.05 in rain over demand hyper-arid.
DRIEST = 20.0


class Predictor(NamedTuple):
    """A map that the network sees: its unit, the config key of its source and its fields.

    `source_key` is the key of `fields` in the config which decides on its source; `fields` are all
    that it is computed from; `low` and `high` bound plausible values.
    """

    unit: str
    source_key: str
    fields: tuple[str, ...]
    low: float
    high: float
    long_name: str


PREDICTORS = {
    "p_mean": Predictor("mm/year", "p", ("p",), 0, 20_000, "mean precipitation"),
    "p_seasonality": Predictor("1", "p", ("p",), 0, 2, "seasonality of precipitation"),
    "t_mean": Predictor("degC", "t", ("t",), -70, 50, "mean air temperature"),
    "t_range": Predictor("K", "t", ("t",), 0, 90, "warmest less coldest month of the mean year"),
    "pet_mean": Predictor("mm/year", "pet", ("pet",), 0, 6000, "mean potential evapotranspiration"),
    "aridity": Predictor(
        "1", "pet", ("p", "pet"), 0, DRIEST, "potential evapotranspiration over precipitation"
    ),
    "frac_snow": Predictor("1", "p", ("p", "t"), 0, 1, "share of precipitation in cold months"),
    "lai_mean": Predictor("m2 m-2", "lai", ("lai",), 0, 20, "mean leaf area index"),
    "lai_range": Predictor(
        "m2 m-2", "lai", ("lai",), 0, 20, "greenest less barest month of the mean year"
    ),
    "canopy_height": Predictor("m", "canopy", ("canopy_height",), 0, 120, "height of the canopy"),
    "available_water_capacity": Predictor(
        "mm", "soil", ("available_water_capacity",), 0, 2000, "available water of the root depth"
    ),
    "saturated_conductivity": Predictor(
        "mm/day", "soil", ("saturated_conductivity",), 0, 1e5, "saturated hydraulic conductivity"
    ),
    "elevation": Predictor(
        "m", "topography", ("elevation",), -500, 9000, "elevation above sea level"
    ),
    "slope": Predictor("degree", "topography", ("slope",), 0, 90, "slope of the ground"),
    "runoff_mean": Predictor("mm/year", "q", ("q",), 0, 20_000, "mean runoff"),
}
