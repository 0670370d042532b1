"""Build the miniature planet: an invented, offline world in the providers' own file formats."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from vadose.planet.basins import SPOILED, draw_basins, true_parameters
from vadose.planet.caravan import write_caravan
from vadose.planet.climate import Weather, make_weather
from vadose.planet.observe import observe
from vadose.planet.shapes import cut_at_date_line, draw_outline, place_gauge
from vadose.planet.water import Water, run_water_balance

SPINUP_YEARS = 2
TRUTH_UNITS = {
    "capacity": ("mm", "true root-zone storage capacity"),
    "capacity_explained": ("mm", "capacity without the part that no predictor explains"),
    "spread": ("1", "shape of the distribution of point capacities"),
    "evaporation_shape": ("1", "steepness of evaporation against relative wetness"),
    "degree_day": ("mm degC-1 day-1", "snow melt per degree and day"),
    "drainage": ("mm day-1", "drainage of a full root zone"),
    "fast_share": ("1", "share of the overflow that runs off fast"),
    "fast_days": ("day", "residence time of the fast reservoir"),
    "slow_days": ("day", "residence time of the slow reservoir"),
}
MONTHLY_UNITS = {
    "p": ("mm", "true precipitation of the month"),
    "pet": ("mm", "true potential evaporation of the month"),
    "q": ("mm", "true natural runoff of the month"),
    "et": ("mm", "true evaporation of the month"),
    "store": ("mm", "all water in the basin at the end of the month"),
    "soil": ("mm", "root-zone water at the end of the month"),
    "swe": ("mm", "snow water equivalent at the end of the month"),
}


def build_planet(folder: Path, seed: int, basins: int, start: str, end: str) -> None:
    """Write the whole planet under `folder`: the providers' trees and a truth file for tests.

    `start` and `end` are the first and last day (ISO dates) of the written series; two years of
    spin-up before them are not written. The same arguments always give the same bytes, and a
    basin's series depends on its number and the seed only. Raises ValueError on an empty period
    or planet.
    """
    dates = pd.date_range(start, end, freq="D")
    if basins < 1 or len(dates) == 0:
        raise ValueError(
            f"a planet needs basins and days, found {basins} basins from {start} to {end}"
        )
    table = draw_basins(seed, basins)
    truth = true_parameters(seed, table)
    weather, water = simulate(seed, table, truth, dates)
    wetness = water.soil / truth["capacity"].to_numpy()
    seen = observe(seed, table, weather, water, wetness)
    places = table[["number", "lat", "lon", "area"]].itertuples(index=False)
    stars = [draw_outline(seed, int(n), lat, lon, area) for n, lat, lon, area in places]
    outlines = [cut_at_date_line(star) for star in stars]
    gauges = [place_gauge(star) for star in stars]
    write_caravan(folder, table, outlines, gauges, dates, seen)
    write_truth(folder / "truth" / "basins.nc", table, truth, dates, weather, water)


def simulate(
    seed: int, table: pd.DataFrame, truth: pd.DataFrame, dates: pd.DatetimeIndex
) -> tuple[Weather, Water]:
    """True weather and water of all basins on `dates`, each [day, basin], after the spin-up."""
    first = dates[0] - pd.DateOffset(years=SPINUP_YEARS)
    all_dates = pd.date_range(first, dates[-1], freq="D")
    weather = make_weather(seed, table, all_dates)
    water = run_water_balance(weather.p, weather.t, weather.pet, truth)
    spinup = len(all_dates) - len(dates)
    return Weather(*(a[spinup:] for a in weather)), Water(*(a[spinup:] for a in water))


def write_truth(
    path: Path,
    table: pd.DataFrame,
    truth: pd.DataFrame,
    dates: pd.DatetimeIndex,
    weather: Weather,
    water: Water,
) -> None:
    """Write what is true of every basin: parameters, why it is spoiled, and its monthly water.

    Only tests and the report's truth panels may read this file. Months are labelled by their
    first day; a month that the period cuts counts its written days only.
    """
    daily = {"p": weather.p, "pet": weather.pet, "q": water.q, "et": water.et}
    daily |= {"store": water.store, "soil": water.soil, "swe": water.swe}
    months = dates.to_period("M")
    spoiled = table["role"].where(table["role"].isin(SPOILED), "")
    file = xr.Dataset(coords={"basin": ("basin", table["gauge_id"].to_numpy(dtype="U"))})
    file["time"] = ("time", months.unique().to_timestamp().to_numpy())
    file["role"] = ("basin", table["role"].to_numpy(dtype="U"))
    file["spoiled"] = ("basin", spoiled.to_numpy(dtype="U"))
    for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
        meaning = {"units": units, "long_name": "centre of the basin"}
        file[name] = ("basin", table[name].to_numpy(), meaning)
    for name, (units, long_name) in TRUTH_UNITS.items():
        file[name] = ("basin", truth[name].to_numpy(), {"units": units, "long_name": long_name})
    for name, (units, long_name) in MONTHLY_UNITS.items():
        values = _by_month(daily[name], months, at_end=name in ("store", "soil", "swe"))
        file[name] = (("basin", "time"), values.T, {"units": units, "long_name": long_name})
    file["spoiled"].attrs = {"long_name": "why no capacity should be found; empty if nothing is"}
    file.attrs = {"Conventions": "CF-1.8", "title": "Truth of the miniature planet's basins"}
    path.parent.mkdir(parents=True, exist_ok=True)
    file.to_netcdf(path, engine="netcdf4", encoding=_encoding(dates))


def _by_month(
    daily: NDArray[np.float64], months: pd.PeriodIndex, at_end: bool
) -> NDArray[np.float64]:
    """Monthly sums, or the last day's values for a store: [day, basin] to [month, basin]."""
    starts = np.flatnonzero(np.r_[True, months[1:] != months[:-1]])
    if at_end:
        return np.asarray(daily[np.r_[starts[1:], len(daily)] - 1])
    return np.asarray(np.add.reduceat(daily, starts, axis=0))


def _encoding(dates: pd.DatetimeIndex) -> dict[str, dict[str, object]]:
    """Plain characters for text and whole days for time."""
    text: dict[str, dict[str, object]] = {
        name: {"dtype": "S1"} for name in ("basin", "role", "spoiled")
    }
    time: dict[str, object] = {
        "units": f"days since {dates[0]:%Y}-01-01",
        "dtype": "int32",
        "calendar": "proleptic_gregorian",
    }
    return {**text, "time": time}
