"""The kinds of netCDF files and what each of them holds, for contracts.py to check."""

from collections.abc import Iterable

import numpy as np

from vadose.capacity.predictor_table import PREDICTORS as KNOWN
from vadose.contracts import Kind, Variable
from vadose.errors import InputError

# Of a field something must be there: a file without a value is a fault of its making.
SOMETHING = 0.9999

# A unit is a basin or a cell of the grid.
UNIT: Kind = {
    "lat": Variable(
        ("unit",), "degrees_north", -90, 90, 0, "latitude of the gauge or the centre of the cell"
    ),
    "lon": Variable(
        ("unit",), "degrees_east", -180, 360, 0, "longitude of the gauge or the centre of the cell"
    ),
    "area": Variable(("unit",), "km2", 0, 1e7, 1, "area"),
    "frac_snow": Variable(("unit",), "1", 0, 1, 1, "share of precipitation on cold days"),
}
MONTHLY = ("unit", "time")
UNITS_MONTHLY: Kind = UNIT | {
    "p": Variable(MONTHLY, "mm/month", 0, 5000, 1, "precipitation"),
    "t": Variable(MONTHLY, "degC", -80, 60, 1, "air temperature at 2 m"),
    "pet": Variable(MONTHLY, "mm/month", 0, 2000, 1, "potential evapotranspiration"),
    "q": Variable(MONTHLY, "mm/month", 0, 20000, 1, "observed runoff"),
}
DAILY = ("basin", "time")
BASINS_DAILY: Kind = {
    "p": Variable(DAILY, "mm/day", -0.01, 2000, SOMETHING, "precipitation"),
    "t": Variable(DAILY, "degC", -90, 65, SOMETHING, "air temperature at 2 m", "air_temperature"),
    "t_min": Variable(DAILY, "degC", -90, 65, SOMETHING, "lowest air temperature"),
    "t_max": Variable(DAILY, "degC", -90, 65, SOMETHING, "highest air temperature"),
    "pet": Variable(DAILY, "mm/day", 0, 100, SOMETHING, "potential evapotranspiration"),
    "q": Variable(DAILY, "mm/day", 0, 5000, 1, "observed streamflow"),
    "swe": Variable(DAILY, "mm", 0, 1e5, 1, "snow water equivalent"),
    "srad": Variable(DAILY, "W/m2", -100, 700, 1, "net shortwave radiation"),
    "lrad": Variable(DAILY, "W/m2", -500, 300, 1, "net longwave radiation"),
    "vapour_pressure": Variable(DAILY, "kPa", 0, 10, 1, "vapour pressure"),
} | {
    f"soil_water_{layer}": Variable(DAILY, "m3/m3", 0, 1, 1, f"soil water of layer {layer}")
    for layer in (1, 2, 3, 4)
}
_SCORES = {
    f"{score}_{period}": Variable(("unit",), "1", long_name=f"{text}, {period} months")
    for period in ("calibration", "verification")
    for score, text in {
        "kge": "Kling-Gupta efficiency",
        "r": "correlation",
        "alpha": "ratio of standard deviations",
        "beta": "ratio of means",
        "n": "months that count",
    }.items()
}
CALIBRATION: Kind = (
    UNIT
    | _SCORES
    | {
        "parameters": Variable(("unit", "parameter"), "see unit", long_name="best parameters"),
        "parameter_unit": Variable(("parameter",), ""),
        "low": Variable(("parameter",), "see unit", missing=0),
        "high": Variable(("parameter",), "see unit", missing=0),
        "restarts": Variable(
            ("unit", "restart", "parameter"), "see unit", long_name="optimum of each restart"
        ),
        "restart_score": Variable(
            ("unit", "restart"), "1", -np.inf, 1, 1, "score of the calibration months"
        ),
        "evaluations": Variable(("unit", "restart"), "1", 0, long_name="model runs used"),
        "q_simulated": Variable(MONTHLY, "mm/month", 0, 20000, 1, "simulated runoff"),
        "split": Variable(MONTHLY, "1", 0, 2, 0, "0 counts for nothing, 1 calibrates, 2 verifies"),
        "data_reason": Variable(
            ("unit",), "1", 0, 20, 0, "reason why the data allow no calibration"
        ),
    }
)
LABELS: Kind = UNIT | {
    "model_capacity": Variable(
        ("unit", "model"), "mm", 0, 1001, 1, "storage capacity where it passed the mask"
    ),
    "model_reason": Variable(("unit", "model"), "1", 0, 20, 0, "reason code by model"),
    "model_kge": Variable(("unit", "model"), "1", -np.inf, 1, 1, "calibration KGE"),
    "merged": Variable(("model",), "1", 0, 1, 0, "whether the model is merged into capacity"),
    "capacity": Variable(("unit",), "mm", 0, 1001, 1, "soil moisture storage capacity"),
    "capacity_spread": Variable(
        ("unit",), "mm", 0, 1001, 1, "standard deviation of capacity over models"
    ),
    "capacity_models": Variable(("unit",), "1", 0, 10, 0, "models that passed"),
    "reason": Variable(("unit",), "1", 0, 20, 0, "reason code of the label"),
}


FIELD = ("time", "lat", "lon")


def _field(
    units: str, low: float, high: float, long_name: str, standard_name: str = ""
) -> Variable:
    return Variable(FIELD, units, low, high, SOMETHING, long_name, standard_name)


# What the grid's sources give each month; a file holds those that its source has.
FIELDS: Kind = {
    "p": _field("mm/month", 0, 5000, "precipitation"),
    "t": _field("degC", -90, 60, "air temperature at 2 m", "air_temperature"),
    "pet": _field("mm/month", 0, 2000, "potential evapotranspiration"),
    "pet_reanalysis": _field("mm/month", -500, 9000, "potential evaporation of the reanalysis"),
    "et": _field("mm/month", -200, 1000, "evapotranspiration"),
    "q": _field("mm/month", 0, 20000, "runoff"),
    "swe": _field("mm", 0, 1e5, "snow water equivalent", "lwe_thickness_of_surface_snow_amount"),
    "lai": _field("m2 m-2", 0, 20, "leaf area index", "leaf_area_index"),
    "twsa": _field("mm", -5000, 5000, "terrestrial water storage anomaly"),
    "twsa_uncertainty": _field("mm", 0, 5000, "standard error of twsa"),
    "land_fraction": Variable(("lat", "lon"), "1", 0, 1, 1, "land share of the cell"),
} | {
    f"swvl{layer}": _field("m3 m-3", 0, 1, f"volumetric soil water of layer {layer}")
    for layer in (1, 2, 3, 4)
}


# The sensors' records of leaf area at one level, without gaps.
LAI_RECORD: Kind = {
    "lai": FIELDS["lai"],
    "sensor": Variable(FIELD, "1", -1, 9, 0, "sensor of the value, in the order of the list"),
    "flag": Variable(FIELD, "1", 0, 3, 0, "observed, interpolated, from climatology or missing"),
}


def _static(units: str, low: float, high: float, long_name: str) -> Variable:
    return Variable(("lat", "lon"), units, low, high, SOMETHING, long_name)


STATIC_FIELDS: Kind = {
    "elevation": _static("m", -500, 9000, "elevation above sea level"),
    "slope": _static("degree", 0, 90, "slope of the ground"),
    "clay": _static("%", 0, 100, "clay share of the fine earth"),
    "sand": _static("%", 0, 100, "sand share of the fine earth"),
    "silt": _static("%", 0, 100, "silt share of the fine earth"),
    "available_water_capacity": _static("mm", 0, 2000, "available water of the root depth"),
    "saturated_conductivity": _static("mm/day", 0, 1e5, "saturated hydraulic conductivity"),
    "canopy_height": _static("m", 0, 120, "height of the canopy"),
    "root_zone_capacity": _static("mm", 0, 5000, "published root-zone storage capacity"),
}

PREDICTORS: Kind = {
    name: Variable(("lat", "lon"), one.unit, one.low, one.high, 1, one.long_name)
    for name, one in KNOWN.items()
}
# The prediction of an ensemble of networks, or of one simple method a row of `method`.
PREDICTED: Kind = UNIT | {
    "capacity": Variable(("unit",), "mm", 0, 1000, 1, "median storage capacity of the ensemble"),
    "capacity_spread": Variable(
        ("unit",), "mm", 0, 1000, 1, "standard deviation of the ensemble's storage capacity"
    ),
    "held_out": Variable(
        ("unit",), "mm", 0, 1000, 1, "storage capacity by networks that never saw the cell's label"
    ),
}
BASELINES: Kind = UNIT | {
    "held_out": Variable(
        ("method", "unit"), "mm", 0, 1000, 1, "storage capacity by fits that never saw the label"
    ),
}
MASS_CURVE: Kind = {
    "mass_curve": Variable(
        ("return_period", "lat", "lon"), "mm", 0, 20_000, 1, "deficit of the return period"
    ),
}
CAPACITY_MAP: Kind = {
    "capacity": Variable(
        ("lat", "lon"), "mm", 0, 1000, SOMETHING, "storage capacity", cell_methods="area: mean"
    ),
    "capacity_spread": Variable(
        ("lat", "lon"), "mm", 0, 1000, 1, "standard deviation over the ensemble's networks"
    ),
    "label": Variable(
        ("lat", "lon"), "mm", 0, 1001, 1, "calibrated storage capacity", cell_methods="area: mean"
    ),
    "reason": Variable(
        ("lat", "lon"), "1", 0, 20, 1, "reason code where there is no label", "status_flag"
    ),
}

# The same averaged over basins, at the source's own times, with the share of the basin behind them.
BASIN_FIELDS: Kind = {
    name: field._replace(dims=DAILY, missing=1)
    for name, field in FIELDS.items()
    if "time" in field.dims
}
BASIN_FIELDS |= {
    f"{name}_covered": Variable(DAILY, "1", 0, 1, 1, f"share of the basin with {name}")
    for name in BASIN_FIELDS
}


# Streamflow and stores of basins as the networks of concepts learn, predict and carry them.
CONCEPT_SERIES: Kind = {
    "forcing": Variable(("input", "basin", "time"), "see input_unit", missing=SOMETHING),
    "input_unit": Variable(("input",), ""),
    "q": BASINS_DAILY["q"],
    "stores": Variable(("store", "basin", "time"), "mm", 0, 1e5, 1, "water in a store"),
    "attributes": Variable(("basin", "attribute"), "see attribute", missing=1),
    "lat": Variable(("basin",), "degrees_north", -90, 90, 0, "latitude of the gauge"),
    "lon": Variable(("basin",), "degrees_east", -180, 360, 0, "longitude of the gauge"),
}
CONCEPT_PREDICTED: Kind = {
    "q": Variable(("network", *DAILY), "mm/day", 0, np.inf, 0, "predicted streamflow"),
    "stores": Variable(
        ("store", "network", *DAILY), "mm", 0, np.inf, 0, "what the probes read of the cells"
    ),
    "learnt": Variable(("network", "basin"), "1", 0, 1, 0, "1 where it learnt from the basin"),
}
CONCEPT_STATES: Kind = {
    "cells": Variable((*DAILY, "cell"), "1", missing=0, long_name="cell state of the LSTM"),
    "probe": Variable(("store", "cell"), "1", missing=0, long_name="weight in the scaled store"),
    "q": CONCEPT_PREDICTED["q"]._replace(dims=DAILY),
    "stores": CONCEPT_PREDICTED["stores"]._replace(dims=("store", *DAILY)),
}


def compared(estimates: Iterable[str]) -> Kind:
    """Several estimates of storage capacity on one grid, with the main climate of Koeppen."""
    on_grid = ("lat", "lon")
    return {name: Variable(on_grid, "mm", 0, 20_000, 1, name) for name in estimates} | {
        "climate": Variable(on_grid, "1", -1, 4, 0, "main climate A to E as 0 to 4, -1 without")
    }


def of(kind: Kind, names: Iterable[object]) -> Kind:
    """Choose the variables of a kind that a file holds; InputError for one that is unknown."""
    unknown = sorted(str(name) for name in names if name not in kind)
    if unknown:
        raise InputError(f"{', '.join(unknown)} belong to no kind (known: {', '.join(kind)})")
    return {str(name): kind[str(name)] for name in names}
