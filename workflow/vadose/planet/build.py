"""Build the miniature planet: an invented, offline world in the providers' own file formats."""

from pathlib import Path

import pandas as pd

from vadose.planet.basins import draw_basins, true_parameters
from vadose.planet.caravan import write_caravan
from vadose.planet.cells import make_world
from vadose.planet.climate import Weather, make_weather
from vadose.planet.observe import observe
from vadose.planet.providers import write_providers
from vadose.planet.shapes import cut_at_date_line, draw_outline, place_gauge
from vadose.planet.sight import see
from vadose.planet.truth import write_basin_truth, write_grid_truth
from vadose.planet.water import Water, run_water_balance
from vadose.planet.writers.camels_us import write_camels_us

SPINUP_YEARS = 2


def build_planet(folder: Path, seed: int, step: float, basins: int, start: str, end: str) -> None:
    """Write the whole planet under `folder`: every provider's files and truth files for tests.

    `step` is the size of the grid's cells in degrees. `start` and `end` are the first and last day
    (ISO dates) of the daily series; the monthly ones have every month that they touch. The same
    arguments always give the same bytes. Raises ValueError on an empty period or planet.
    """
    build_gauges(folder, seed, basins, start, end)
    world = make_world(seed, step, start, end)
    write_grid_truth(folder / "truth" / "grid.nc", world)
    write_providers(folder, world, see(world, seed), seed)


def build_gauges(folder: Path, seed: int, basins: int, start: str, end: str) -> None:
    """Write the planet's gauged basins only: Caravan's tree, CAMELS-US's tree and their truth.

    Two years of spin-up before `start` are not written. A basin's series depends on its number and
    the seed only. Raises ValueError on an empty period or planet.
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
    write_camels_us(folder, table, dates, seen)
    write_basin_truth(folder / "truth" / "basins.nc", table, truth, dates, weather, water)


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
