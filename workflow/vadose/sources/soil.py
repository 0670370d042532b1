"""Soil: texture, available water and conductivity of HWSD version 2 and of SoilGrids.

HWSD is a raster of mapping units and a table of the soils in each unit (sequences with their
share) by layers (D1 to D7). SoilGrids gives one raster a property and depth in whole numbers,
in the equal-area Homolosine projection. Both become maps of the upper part of the soil on a grid.
"""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose.errors import InputError
from vadose.grid import Grid
from vadose.sources.canonical import ADVICE
from vadose.sources.rasters import average_any, average_raster, static_dataset

# ASSUME the soil that matters for texture is the upper 60 cm (HWSD's layers D1 to D3).
LAYERS = ("D1", "D2", "D3")
TABLE = "HWSD2_LAYERS"
KEYS = ("HWSD2_SMU_ID", "SHARE", "LAYER", "TOPDEP", "BOTDEP")
PROPERTIES = {
    "sand": "SAND",
    "silt": "SILT",
    "clay": "CLAY",
    "available_water_capacity": "AWC",
}
TEXTURE = ("sand", "silt", "clay")
GRIDS_NAME = re.compile(r"(\w+?)_(\d+)-(\d+)cm_mean.*\.tif")
GRIDS_PER_PERCENT = 10  # g/kg
MOST_OFF = 10  # %, by which parts that are averaged apart may miss 100
INCH_PER_HOUR = 25.4 * 24  # mm/day


def saturated_conductivity(sand: np.ndarray, clay: np.ndarray) -> np.ndarray:
    """Estimate saturated hydraulic conductivity in mm/day from sand and clay in per cent.

    The regression of Cosby et al. (1984, Water Resources Research 20, 682), which is in inches
    per hour: log10 K = -0.6 + 0.0126 sand - 0.0064 clay.
    """
    # ASSUME a cell conducts like its mean texture; layers, cracks and stones are not known.
    return INCH_PER_HOUR * 10 ** (-0.6 + 0.0126 * sand - 0.0064 * clay)


def read_hwsd(paths: Sequence[Path], grid: Grid) -> xr.Dataset:
    """Read HWSD version 2 on a grid: texture, available water and conductivity.

    paths are HWSD2.bil (with its HWSD2.hdr beside it) and HWSD2.sqlite. Gives sand, silt, clay
    (% of the fine earth, upper 60 cm), available_water_capacity (mm, of the depth that roots can
    reach) and saturated_conductivity (mm/day, from the mean texture). Soils count by their share
    of a unit and units by their area; water, ice and rock, which have no soil, do not count.
    """
    raster, database = (_only(paths, suffix) for suffix in (".bil", ".sqlite"))
    table = unit_means(_read_layers(database))
    by_number = np.full((len(PROPERTIES), int(table.index.max()) + 1), np.nan, np.float32)
    by_number[:, table.index] = table.T
    means, _ = average_raster(raster, grid, by_number)
    return _with_conductivity(dict(zip(table.columns, means, strict=True)), grid, paths, "HWSD 2")


def _only(paths: Sequence[Path], suffix: str) -> Path:
    found = [path for path in paths if path.suffix == suffix]
    if len(found) != 1:
        raise InputError(f"{len(found)} files *{suffix} among {', '.join(map(str, paths))}, not 1")
    return found[0]


def _read_layers(path: Path) -> pd.DataFrame:
    """Read the upper layers; names of columns may have blanks at their ends, as AWC has."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            columns = pd.read_sql(f"PRAGMA table_info({TABLE})", database)["name"]
            names = {name.strip().upper(): name for name in columns}
            missing = [name for name in (*KEYS, *PROPERTIES.values()) if name not in names]
            if missing:
                raise InputError(
                    f"{path}: table {TABLE} lacks {', '.join(missing)} (it has "
                    f"{', '.join(names) or 'no column'}): is it HWSD2.sqlite?"
                )
            chosen = ", ".join(
                f'"{names[name]}" AS "{name}"' for name in (*KEYS, *PROPERTIES.values())
            )
            layers = ", ".join(f"'{name}'" for name in LAYERS)
            query = f'SELECT {chosen} FROM {TABLE} WHERE "{names["LAYER"]}" IN ({layers})'
            table = pd.read_sql(query, database)
    except (sqlite3.Error, pd.errors.DatabaseError) as error:
        raise InputError(f"{path} cannot be read as a database ({error}); {ADVICE}") from error
    if table.empty:
        raise InputError(f"{path}: table {TABLE} has no row of the layers {', '.join(LAYERS)}")
    return table


def unit_means(layers: pd.DataFrame) -> pd.DataFrame:
    """Average soils and layers of each mapping unit, by share and thickness.

    layers has the columns of HWSD2_LAYERS; values below zero mean that there is no soil. Gives
    sand, silt, clay (%) and available_water_capacity (mm) by unit, NaN where it has no soil.
    """
    weight = layers["SHARE"] * (layers["BOTDEP"] - layers["TOPDEP"])
    values = layers[list(PROPERTIES.values())].astype(np.float64)
    values = values.where(values >= 0)
    unit = layers["HWSD2_SMU_ID"].astype(np.int64)
    total = values.mul(weight, axis=0).groupby(unit).sum(min_count=1)
    weights = values.notna().mul(weight, axis=0).groupby(unit).sum()
    return (total / weights.where(weights > 0)).set_axis(list(PROPERTIES), axis=1)


def read_soilgrids(paths: Sequence[Path], grid: Grid) -> xr.Dataset:
    """Read SoilGrids version 2 on a grid: texture, available water and conductivity.

    paths are rasters `<property>_<top>-<bottom>cm_mean_*.tif` of sand, silt, clay (g/kg) and,
    for available water, of the water contents wv0033 and wv1500 (0.1 % of the volume), of one or
    more depths, of which each counts by its thickness. Gives sand, silt, clay (%),
    saturated_conductivity (mm/day) and, where both water contents are there,
    available_water_capacity (mm, of those depths).
    """
    depths: dict[str, dict[tuple[float, float], Path]] = {}
    for path in paths:
        found = GRIDS_NAME.fullmatch(path.name)
        if found is None:
            raise InputError(f"{path} is not named like clay_0-5cm_mean_5000.tif")
        depths.setdefault(found[1], {})[float(found[2]), float(found[3])] = path
    layers = {name: set(files) for name, files in depths.items()}
    if not set(TEXTURE) <= set(depths) or len({frozenset(found) for found in layers.values()}) > 1:
        raise InputError(
            f"SoilGrids needs sand, silt and clay of the same depths, found "
            f"{', '.join(path.name for path in paths)}"
        )
    means = {name: _depth_mean(files, grid) for name, files in depths.items()}
    fields = {name: means[name] / GRIDS_PER_PERCENT for name in TEXTURE}
    if {"wv0033", "wv1500"} <= set(means):
        thickness = sum(bottom - top for top, bottom in depths["wv0033"])  # cm
        fields["available_water_capacity"] = (
            (means["wv0033"] - means["wv1500"]) / 1000 * thickness * 10
        )
    return _with_conductivity(fields, grid, paths, "SoilGrids 2")


def _depth_mean(files: dict[tuple[float, float], Path], grid: Grid) -> np.ndarray:
    thickness = [bottom - top for top, bottom in files]
    layers = [average_any(path, grid) for path in files.values()]
    return np.average(layers, axis=0, weights=thickness)


def _with_conductivity(
    fields: dict[str, np.ndarray], grid: Grid, paths: Sequence[Path], source: str
) -> xr.Dataset:
    total = fields["sand"] + fields["silt"] + fields["clay"]
    off = np.abs(total - 100) > MOST_OFF
    if off.any():
        raise InputError(
            f"{paths[0]}: sand, silt and clay add up to {total[off][0]:.0f} %, expected 100 %: "
            "they are of different releases or in other units"
        )
    fields["saturated_conductivity"] = saturated_conductivity(fields["sand"], fields["clay"])
    return static_dataset(fields, grid, paths, source)
