"""Write the miniature planet's basins as Caravan (version 1.5 and later) does, netCDF release.

    Caravan-nc/attributes/<sub>/attributes_{caravan,hydroatlas,other}_<sub>.csv
    Caravan-nc/timeseries/netcdf/<sub>/<gauge_id>.nc
    Caravan-nc/shapefiles/<sub>/<sub>_basin_shapes.shp
    Caravan-nc/licenses/<sub>/license_<sub>.md

Source of the layout: Kratzert et al. (2023), Sci. Data 10, 61.
"""

from pathlib import Path

import geopandas as gpd
import netCDF4
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from vadose.planet.attributes import climate_indices, hydroatlas_table

SUB_DATASET = "planet"
PET_NAMES = {
    "ERA5_LAND": "potential_evaporation_sum_ERA5_LAND",
    "FAO_PM": "potential_evaporation_sum_FAO_PENMAN_MONTEITH",
}
BAND_UNITS = {
    "snow_depth_water_equivalent": "mm",
    "surface_net_solar_radiation": "W/m2",
    "surface_net_thermal_radiation": "W/m2",
    "surface_pressure": "kPa",
    "temperature_2m": "degC",
    "dewpoint_temperature_2m": "degC",
    "u_component_of_wind_10m": "m/s",
    "v_component_of_wind_10m": "m/s",
    "volumetric_soil_water_layer_1": "m3/m3",
    "volumetric_soil_water_layer_2": "m3/m3",
    "volumetric_soil_water_layer_3": "m3/m3",
    "volumetric_soil_water_layer_4": "m3/m3",
}
UNITS = {
    **{
        f"{band}_{kind}": BAND_UNITS[band] for kind in ("mean", "min", "max") for band in BAND_UNITS
    },
    "total_precipitation_sum": "mm/d",
    **dict.fromkeys(PET_NAMES.values(), "mm/d"),
    "streamflow": "mm/d",
}
LICENSE = """# General information

The information in this file applies to everything of the sub-dataset `planet`: streamflow and
meteorological time series, outlines, gauges and attributes.

None of it is real. The miniature planet is invented from random numbers by the Vadose project, for
tests and for runs without a network. It holds no third party's data and may be used without
restriction (CC0-1.0). Do not mistake it for observations.
"""


def write_caravan(
    folder: Path,
    table: pd.DataFrame,
    outlines: list[BaseGeometry],
    gauges: list[tuple[float, float]],
    dates: pd.DatetimeIndex,
    seen: dict[str, NDArray[np.float64]],
) -> None:
    """Write the whole Caravan tree under `folder`.

    `table` is that of `basins.draw_basins`; `outlines` and `gauges` (lat, lon in degrees) follow
    its rows; `seen` holds the variables of `UNITS`, each [day, basin]. Raises ValueError if the
    variables are not exactly those.
    """
    if set(seen) != set(UNITS):
        wrong = sorted(set(seen) ^ set(UNITS))
        raise ValueError(f"Caravan files need exactly {len(UNITS)} variables; check {wrong}")
    # The provider gives two decimals.
    record = {name: np.round(seen[name], 2).astype(np.float32) for name in UNITS}
    root = folder / "Caravan-nc"
    series = _subfolder(root / "timeseries" / "netcdf")
    for basin, gauge_id in enumerate(table["gauge_id"]):
        values = {name: array[:, basin] for name, array in record.items()}
        write_timeseries(series / f"{gauge_id}.nc", dates, values)
    _write_attributes(_subfolder(root / "attributes"), table, gauges, dates, record)
    _write_outlines(_subfolder(root / "shapefiles"), table, outlines)
    license_file = _subfolder(root / "licenses") / f"license_{SUB_DATASET}.md"
    license_file.write_text(LICENSE, encoding="utf-8")


def write_timeseries(
    path: Path, dates: pd.DatetimeIndex, values: dict[str, NDArray[np.float32]]
) -> None:
    """Write one basin's daily record (variables of `UNITS`, each [day]) as Caravan's netCDF."""
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        file.createDimension("date", len(dates))
        for name, series in values.items():
            variable = file.createVariable(
                name, "f4", ("date",), zlib=True, complevel=6, shuffle=True, fill_value=np.nan
            )
            variable.unit = UNITS[name]
            variable[:] = series
        date = file.createVariable("date", "i4", ("date",))
        date.units = f"days since {dates[0]:%Y-%m-%d}"
        date.calendar = "proleptic_gregorian"
        date[:] = np.arange(len(dates), dtype=np.int32)


def _subfolder(parent: Path) -> Path:
    """The sub-dataset's folder under one of Caravan's folders, made where it is missing."""
    folder = parent / SUB_DATASET
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write_attributes(
    folder: Path,
    table: pd.DataFrame,
    gauges: list[tuple[float, float]],
    dates: pd.DatetimeIndex,
    record: dict[str, NDArray[np.float32]],
) -> None:
    """The three attribute tables; climate indices come from the series as written."""
    months = dates.month.to_numpy().astype(float)
    daily = {name: record[name].astype(float) for name in record if "sum" in name or "2m" in name}
    rows = []
    for basin, gauge_id in enumerate(table["gauge_id"]):
        p, t = (daily[n][:, basin] for n in ("total_precipitation_sum", "temperature_2m_mean"))
        pets = {kind: daily[name][:, basin] for kind, name in PET_NAMES.items()}
        rows.append({"gauge_id": gauge_id} | climate_indices(p, pets, t, months))
    other = pd.DataFrame(
        {
            "gauge_id": table["gauge_id"],
            "gauge_name": [f"Gauge {number} of the planet" for number in table["number"]],
            "country": "Planet",
            "gauge_lat": [lat for lat, _ in gauges],
            "gauge_lon": [lon for _, lon in gauges],
            "area": table["area"],
        }
    )
    tables = {"caravan": pd.DataFrame(rows), "hydroatlas": hydroatlas_table(table), "other": other}
    for kind, content in tables.items():
        content.to_csv(folder / f"attributes_{kind}_{SUB_DATASET}.csv", index=False)


def _write_outlines(folder: Path, table: pd.DataFrame, outlines: list[BaseGeometry]) -> None:
    """The shapefile of all outlines; its header carries a fixed day, so bytes do not change."""
    frame = gpd.GeoDataFrame(
        {"gauge_id": table["gauge_id"].to_numpy()}, geometry=outlines, crs="EPSG:4326"
    )
    path = folder / f"{SUB_DATASET}_basin_shapes.shp"
    frame.to_file(path, engine="pyogrio", DBF_DATE_LAST_UPDATE="2000-01-01")
