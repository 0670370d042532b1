"""Invented gauged basins of the miniature planet and the hidden truth about their soil.

A table has one row per basin: the columns of `places` and `number` (1, 2, ...), `gauge_id`,
`role`, `weather_number` (nested basins share the weather of the outermost one) and `area` (km2).
Every row depends on (seed, number) only, never on how many basins there are.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from vadose.planet.land import shore
from vadose.planet.places import (
    UNEXPLAINED,
    capacity_from_score,
    capacity_score,
    complete,
    places_at,
    region_luck,
)
from vadose.planet.streams import generator

Array = NDArray[np.float64]

# Basins with a special part to play; all others are ordinary.
ROLES = {
    1: "far_north",
    2: "date_line",
    3: "nest_outer",
    4: "nest_middle",
    5: "nest_inner",
    6: "no_runoff_data",
    7: "record_too_short",
    8: "runoff_ratio_above_1",
    9: "arid_without_runoff",
    10: "tiny",
}
SPOILED = ("no_runoff_data", "record_too_short", "runoff_ratio_above_1", "arid_without_runoff")
PARENTS = {4: 3, 5: 4}
AREAS = {"date_line": 800.0, "nest_outer": 1900.0, "tiny": 12.0}  # km2
CANDIDATES = 160
INLAND = 0.06  # gauges stand this far inside a continent, see `land.shore`


class Region(NamedTuple):
    """Where a basin is looked for: degrees, and the highest aridity and elevation (m)."""

    south: float = -48.0
    north: float = 67.0
    west: float = -175.0
    east: float = 175.0
    most_arid: float = 2.6
    highest: float = 2600.0


# ASSUME gauges stand where rivers flow: ordinary basins lie outside deserts and high ranges.
ANYWHERE = Region()
REGIONS = {
    "far_north": Region(south=63.0, north=69.0, highest=500.0),
    "date_line": Region(south=40.0, north=56.0, west=179.97, east=179.97),
    "nest_outer": Region(south=-45.0, north=58.0, most_arid=1.3),
    "arid_without_runoff": Region(south=-35.0, north=35.0, most_arid=99.0),
}


def gauge_id(number: int) -> str:
    """Caravan's form of an id: sub-dataset, one underscore, the gauge's number."""
    return f"planet_{number:08d}"


def draw_basins(seed: int, count: int) -> pd.DataFrame:
    """Draw the basins 1..count: place, relief, soil, climate normals and land cover."""
    numbers = list(range(1, count + 1))
    sites = pd.DataFrame([_outermost(n) for n in numbers], columns=["weather_number"])
    sites["number"] = numbers
    sites["gauge_id"] = [gauge_id(n) for n in numbers]
    sites["role"] = [ROLES.get(n, "") for n in numbers]
    places = find_places(seed, np.unique(sites["weather_number"]))
    sites = sites.join(places, on="weather_number")
    sites["area"] = [_area(seed, n) for n in numbers]
    for number in sorted(PARENTS.keys() & set(numbers)):
        _move_inside(seed, sites, number)
    ground = places_at(seed, sites["lat"].to_numpy(), sites["lon"].to_numpy())
    table = sites.assign(**ground.drop(columns=["lat", "lon"]))
    luck = np.stack([generator(seed, n, "ground").standard_normal(7) for n in numbers])
    return complete(seed, _own_ground(table, luck[:, :4]), luck[:, 4:])


def find_places(seed: int, numbers: NDArray[np.int64]) -> pd.DataFrame:
    """Places on land for basins, `lat` and `lon` in degrees by number.

    Each basin takes the first of its own candidates that suits its part, or the one that suits
    best; the basin without runoff takes the most arid of them.
    """
    drawn = [_candidates(seed, int(n)) for n in numbers]
    lat, lon = (np.stack([pair[axis] for pair in drawn]) for axis in (0, 1))
    flat = places_at(seed, lat.ravel(), lon.ravel())
    inland = shore(seed, lat, lon)
    aridity = flat["aridity"].to_numpy().reshape(lat.shape)
    elevation = flat["elevation"].to_numpy().reshape(lat.shape)
    chosen = []
    for row, number in enumerate(numbers):
        role = ROLES.get(int(number), "")
        region = REGIONS.get(role, ANYWHERE)
        misfit = 100.0 * np.maximum(INLAND - inland[row], 0.0)
        misfit += np.maximum(np.log(aridity[row] / region.most_arid), 0.0)
        misfit += np.maximum(elevation[row] / region.highest - 1.0, 0.0)
        if role == "arid_without_runoff":
            misfit -= np.log(aridity[row])
        chosen.append(int(np.argmin(misfit)))
    pick = np.arange(len(numbers)), chosen
    return pd.DataFrame({"lat": lat[pick], "lon": lon[pick]}, index=numbers)


def _candidates(seed: int, number: int) -> tuple[Array, Array]:
    """Places of equal chance per area in a basin's region, on land or not."""
    region = REGIONS.get(ROLES.get(number, ""), ANYWHERE)
    u = generator(seed, number, "site").random((CANDIDATES, 2))
    south, north = np.sin(np.radians([region.south, region.north]))
    lat = np.degrees(np.arcsin(south + (north - south) * u[:, 0]))
    return lat, region.west + (region.east - region.west) * u[:, 1]


def _outermost(number: int) -> int:
    """The basin that holds this one and lies in no other."""
    return _outermost(PARENTS[number]) if number in PARENTS else number


def _area(seed: int, number: int) -> float:
    """Area (km2): an eighth of its parent's for a nested basin."""
    if number in PARENTS:
        return _area(seed, PARENTS[number]) / 8.0
    drawn = generator(seed, number, "area").lognormal(np.log(450.0), 0.8)
    return AREAS.get(ROLES.get(number, ""), float(np.clip(drawn, 8.0, 4000.0)))


def _move_inside(seed: int, sites: pd.DataFrame, number: int) -> None:
    """Shift a nested basin a little from the centre of its parent."""
    lat, lon, area = sites[["lat", "lon", "area"]].to_numpy()[PARENTS[number] - 1]
    shift = 0.2 * np.sqrt(area / np.pi) / 111.2
    turn = generator(seed, number, "shift").uniform(0.0, 2.0 * np.pi)
    sites.loc[number - 1, "lat"] = lat + shift * np.sin(turn)
    sites.loc[number - 1, "lon"] = lon + shift * np.cos(turn) / np.cos(np.radians(lat))


def _own_ground(table: pd.DataFrame, luck: Array) -> pd.DataFrame:
    """What a basin's ground has beside that of its region, and the headwaters' greater height."""
    nesting = table["number"].map({4: 1.12, 5: 1.25}).fillna(1.0)
    parts = table[["clay", "sand", "silt"]] * np.exp(0.25 * luck[:, :3])
    texture = 100.0 * parts.div(parts.sum(axis=1), axis=0)
    slope = (table["slope"] * np.exp(0.2 * luck[:, 3])).clip(0.1, 28.0)
    return table.assign(elevation=table["elevation"] * nesting, slope=slope, **texture)


def true_parameters(seed: int, table: pd.DataFrame) -> pd.DataFrame:
    """The hidden truth of every basin, which no reader of the planet's files may see.

    Columns: `capacity`, `capacity_explained` (mm, with and without the part that no predictor
    explains), `spread` (shape of the distribution of point capacities, -), `evaporation_shape`
    (-), `degree_day` (mm per degC and day), `drainage` (mm/d at a full store), `fast_share` (-),
    `fast_days`, `slow_days` (residence times, d).
    """
    score = capacity_score(table)
    luck = np.stack([generator(seed, n, "truth").standard_normal(8) for n in table["number"]])
    region = region_luck(seed, table["lat"].to_numpy(), table["lon"].to_numpy())
    forest = table["forest"].to_numpy() / 100.0
    arid = table["role"].to_numpy() == "arid_without_runoff"
    truth = {
        "capacity": capacity_from_score(score + UNEXPLAINED * (0.8 * region + 0.6 * luck[:, 0])),
        "capacity_explained": capacity_from_score(score),
        "spread": 0.1 + 0.5 * expit(table["slope"].to_numpy() / 6.0 - 1.5 + 0.5 * luck[:, 1]),
        "evaporation_shape": 1.6 + 1.6 * forest + 0.8 * expit(luck[:, 2]),
        "degree_day": 2.0 + 3.0 * expit(luck[:, 3]),
        "drainage": np.exp(0.4 + 0.015 * table["sand"].to_numpy() + 0.4 * luck[:, 4]),
        "fast_share": 0.45 + 0.4 * expit(luck[:, 5]),
        "fast_days": 1.0 + 0.15 * np.sqrt(table["area"].to_numpy()) * expit(luck[:, 7]),
        "slow_days": 30.0 + 110.0 * expit(luck[:, 6]),
    }
    truth["spread"] = np.where(arid, 0.05, truth["spread"])
    truth["drainage"] = np.where(arid, 0.0, truth["drainage"])
    return pd.DataFrame(truth)
