"""The miniature planet on a grid: true climate, ground and water of every land cell."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from vadose.planet.anomalies import drought_share, rain_factor, temperature_anomaly
from vadose.planet.land import grid_axes, shore
from vadose.planet.months import Parameters, grow_leaves, run_months
from vadose.planet.noise import smooth_noise
from vadose.planet.normals import DAYS_PER_YEAR, demand, rain_season, season, warmest_day, wet_days
from vadose.planet.places import (
    UNEXPLAINED,
    capacity_from_score,
    capacity_score,
    complete,
    places_at,
    region_luck,
)
from vadose.planet.streams import generator
from vadose.planet.world import World

Array = NDArray[np.float64]

SPINUP_YEARS = 10
BLOCK = 4000  # cells that are worked on together
SINGLE_BELOW = 1.0  # degrees; finer grids are kept in single precision to halve their memory
GROUND = ("elevation", "slope", "clay", "sand", "silt", "soil_depth", "canopy_height")
CLIMATE = ("aridity", "rain_season", "t_mean", "p_year", "pet_year")
SERIES = ("p", "t", "pet", "et", "q", "swe", "soil", "groundwater", "lai")
# Share of the land cells that are spoiled for each reason; at least one cell each.
SPOILED_SHARE = 0.01
SPOILED_CELLS = (
    "arid_without_runoff",
    "dammed",
    "runoff_ratio_above_1",
    "record_too_short",
    "no_runoff_data",
    "forcing_incomplete",
)


def make_world(seed: int, step: float, start: str, end: str) -> World:
    """The true planet on a grid of `step` degrees, for all months that `start` to `end` touch.

    Ten years of spin-up before `start` are not kept. Nothing about a cell depends on the other
    cells. Raises ValueError on an empty period or a step that does not divide the grid evenly.
    """
    months = pd.period_range(start, end, freq="M")
    if len(months) == 0:
        raise ValueError(f"a world needs months, found none from {start} to {end}")
    lat, lon = grid_axes(step)
    lats, lons = np.meshgrid(lat, lon, indexing="ij")
    land = shore(seed, lats, lons) > 0.0
    rows, columns = np.nonzero(land)
    kind = np.float32 if step < SINGLE_BELOW else np.float64
    series = {name: np.full((len(months), *land.shape), np.nan, kind) for name in SERIES}
    static: dict[str, NDArray] = {}
    for first in range(0, len(rows), BLOCK):
        at = rows[first : first + BLOCK], columns[first : first + BLOCK]
        lasting, changing = _make_cells(seed, lat[at[0]], lon[at[1]], months)
        for name, values in lasting.items():
            static.setdefault(name, np.full(land.shape, np.nan))[at] = values
        for name, values in changing.items():
            series[name][:, at[0], at[1]] = values
    static["spoiled"] = np.full(land.shape, "", dtype="U24")
    static["spoiled"][land] = spoil_cells(seed, static["aridity"][land])
    return World(lat, lon, land, months.to_timestamp(), static, **series)


def _make_cells(
    seed: int, lat: Array, lon: Array, months: pd.PeriodIndex
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Fields of World.static, [cell], and World's series, [month, cell], of some land cells."""
    table = complete(seed, places_at(seed, lat, lon), np.zeros((len(lat), 3)))
    truth = true_parameters(seed, table)
    spinup = 12 * SPINUP_YEARS
    every = pd.period_range(months[0] - spinup, months[-1], freq="M")
    p, t, pet = monthly_weather(seed, table, every)
    water = run_months(p, t, pet, every.days_in_month.to_numpy().astype(float), truth)
    lai = grow_leaves(t, water.soil / truth.capacity, _full_leaves(table))
    static = {name: table[name].to_numpy() for name in GROUND + CLIMATE}
    static |= {"forest": table["forest"].to_numpy() / 100.0, **truth._asdict()}
    static["capacity_explained"] = capacity_from_score(capacity_score(table))
    static["drought"] = drought_share(seed, lat, lon)
    series = {"p": p, "t": t, "pet": pet, "lai": lai, **water._asdict()}
    return static, {name: values[spinup:] for name, values in series.items()}


def monthly_weather(
    seed: int, table: pd.DataFrame, months: pd.PeriodIndex
) -> tuple[Array, Array, Array]:
    """Rain (mm/month), temperature (degC) and demand (mm/month) of cells, [month, cell].

    Normal seasons of the place times or plus the region's anomalies, the same as the basins'.
    """
    lat, lon = table["lat"].to_numpy(), table["lon"].to_numpy()
    days = months.days_in_month.to_numpy()[:, None].astype(float)
    middle = (months.to_timestamp() + pd.Timedelta(days=14)).day_of_year.to_numpy().astype(float)
    rain = rain_season(table, middle) * rain_factor(seed, months, lat, lon)
    yearly = table["t_amplitude"].to_numpy() * season(middle, warmest_day(lat))
    t = table["t_mean"].to_numpy() + yearly + temperature_anomaly(seed, months, lat, lon)
    pet = demand(table, middle, t, wet_days(table, rain)) * days
    return table["p_year"].to_numpy() / DAYS_PER_YEAR * days * rain, t, pet


def true_parameters(seed: int, table: pd.DataFrame) -> Parameters:
    """The hidden truth of cells: capacity as of basins, with the region's luck for all of theirs.

    # ASSUME forest evaporates more of the water at hand, sand lets groundwater out faster.
    """
    lat, lon = table["lat"].to_numpy(), table["lon"].to_numpy()
    luck = {
        name: smooth_noise(seed, name, lat, lon, 14.0)
        for name in ("retention", "evaporation", "outflow", "melt")
    }
    score = capacity_score(table) + UNEXPLAINED * region_luck(seed, lat, lon)
    forest, sand = table["forest"].to_numpy() / 100.0, table["sand"].to_numpy() / 100.0
    return Parameters(
        capacity=capacity_from_score(score),
        w1=2.2 + 1.4 * expit(luck["retention"]),
        w2=2.2 + 0.5 * forest + 0.9 * expit(luck["evaporation"]),
        outflow=0.03 + 0.35 * expit(-2.2 + 2.0 * sand + 1.2 * luck["outflow"]),
        degree_day=2.0 + 2.5 * expit(luck["melt"]),
    )


def spoil_cells(seed: int, aridity: Array) -> NDArray[np.str_]:
    """Choose the cells whose records are spoiled on purpose: the reason, [cell], mostly empty.

    Cells without runoff are chosen among the most arid tenth, the others among the rest.
    """
    reason = np.full(len(aridity), "", dtype="U24")
    order = generator(seed, 0, "spoiled cells").permutation(len(aridity))
    arid = aridity[order] > np.quantile(aridity, 0.9)
    each = max(round(SPOILED_SHARE * len(aridity)), 1)
    reason[order[arid][:each]] = SPOILED_CELLS[0]
    for place, name in enumerate(SPOILED_CELLS[1:]):
        reason[order[~arid][place * each : (place + 1) * each]] = name
    return reason


def _full_leaves(table: pd.DataFrame) -> Array:
    """Leaf area of the best month (m2/m2) from land cover."""
    cover = 9.0 * table["forest"] + 5.0 * table["crop"] + 3.0 * table["pasture"]
    return np.asarray(0.3 + cover.to_numpy() / 100.0)
