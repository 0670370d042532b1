"""Measure the aggregation of a daily year over basins against masking them one by one.

    .venv/bin/python -m bench.aggregation [--basins 2000] [--write]

Basins and field are random; all ways see the same ones, and their results are compared. Weights are
compared with intersections by shapely, and areas with those that Caravan gives.
"""

from collections.abc import Callable
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from bench import common
from bench.common import SAMPLE, one_core, peak_memory, table
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

from vadose.grid import Grid, cell_area
from vadose.sources.caravan import read_attributes
from vadose.weights import Weights, aggregate, area_weights

GRID, DAYS, ROUNDS = Grid.global_(0.5), 365, 3
BASINS_OF_PEERS, DAYS_OF_PEERS, BASINS_OF_SHAPELY = 40, 4, 200
OURS = "one sparse product, all basins and days (ours)"


class Rate(NamedTuple):
    """Seconds that the whole task takes, what they follow from, and the largest difference."""

    seconds: float
    measured: str
    difference: float = 0.0


def random_basins(count: int) -> gpd.GeoDataFrame:
    """Draw ragged polygons of 0.2 to 5 degrees, away from poles and date line."""
    rng = np.random.default_rng(1)
    shapes = []
    for _ in range(count):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 200))
        far = np.exp(rng.uniform(np.log(0.2), np.log(5))) * rng.uniform(0.7, 1, 200)
        lon, lat = rng.uniform(-170, 170), rng.uniform(-55, 75)
        shapes.append(shapely.Polygon(np.c_[lon + far * np.cos(angle), lat + far * np.sin(angle)]))
    return gpd.GeoDataFrame(index=range(count), geometry=shapely.make_valid(shapes), crs=4326)


def random_field() -> np.ndarray:
    """Draw a daily year [day, lat, lon] in single precision with the same tenth of cells missing.

    Latitude plus noise, so that basins differ.
    """
    rng = np.random.default_rng(2)
    field = rng.standard_normal((DAYS, *GRID.shape), dtype=np.float32)
    field += GRID.lat[:, None].astype(np.float32)
    field[:, rng.random(GRID.shape) < 0.1] = np.nan
    return field


def seconds(task: Callable[[], object]) -> float:
    """Give the best processor time of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = common.now()
        task()
        taken.append(common.since(start).busy)
    return min(taken)


def measure_ours(count: int) -> tuple[float, float, float, float, int]:
    """Give seconds to build and to apply, memory in MB before and at the peak, and entries."""
    basins, field = random_basins(count), random_field()
    before = peak_memory()
    with one_core():
        build = seconds(lambda: area_weights(basins, GRID))
        weights = area_weights(basins, GRID)
        apply = seconds(lambda: aggregate(weights, field))
    return build, apply, before, peak_memory(), weights.matrix.nnz


def masks(weights: Weights, basins: np.ndarray) -> list[xr.DataArray]:
    """Lay out the areas of some basins as maps; not timed, to the peers' advantage."""
    rows = weights.matrix[basins].toarray().reshape(-1, *GRID.shape)
    return [xr.DataArray(row, dims=("lat", "lon")) for row in rows]


def boxed_mean(field: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Average over the basin's bounding box only."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    part, weight = field[:, *box], mask[box]
    valid = np.isfinite(part)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (np.where(valid, part, 0) * weight).sum((1, 2)) / (valid * weight).sum((1, 2))


def extract_mean(field: np.ndarray, basins: gpd.GeoDataFrame, area: NumPyRasterSource) -> list:
    """Let exactextract average one day over basins, weighted by the cells' areas."""
    raster = NumPyRasterSource(field[::-1], -180, -90, 180, 90, nodata=np.nan)
    found = exact_extract(raster, basins, "weighted_mean", weights=area, output="pandas")
    return found["weighted_mean"].to_list()


class Task(NamedTuple):
    """Another way to the same means: what it does, how much of the whole, and our means of it."""

    run: Callable[[], list]
    share: float
    measured: str
    ours: np.ndarray


def peer_tasks(basins: gpd.GeoDataFrame, field: np.ndarray) -> dict[str, Task]:
    """Set up the other ways on some basins and days."""
    count, days = len(basins), range(DAYS_OF_PEERS)
    weights = area_weights(basins, GRID)
    ours, _ = aggregate(weights, field)
    some = np.arange(0, count, max(count // BASINS_OF_PEERS, 1))[:BASINS_OF_PEERS]
    shapes = masks(weights, some)
    cube = xr.DataArray(field, dims=("time", "lat", "lon"))
    area = NumPyRasterSource(cell_area(GRID)[::-1], -180, -90, 180, 90)
    part, year = some.size / count, len(days) / DAYS
    all_days = part, f"{some.size} basins, all days", ours.T[some]

    def single(day: int) -> list:
        return [extract_mean(field[day], basins.iloc[[k]], area)[0] for k in some]

    return {
        "mask by mask over the whole grid, xarray `weighted().mean()`": Task(
            lambda: [cube.weighted(mask).mean(("lat", "lon")).values for mask in shapes], *all_days
        ),
        "mask by mask over its bounding box, numpy": Task(
            lambda: [boxed_mean(field, mask.values) for mask in shapes], *all_days
        ),
        "exactextract, one call a basin and day": Task(
            lambda: [single(day) for day in days],
            part * year,
            f"{some.size} basins, {len(days)} of {DAYS} days",
            ours[: len(days), some],
        ),
        "exactextract, one call a day": Task(
            lambda: [extract_mean(field[day], basins, area) for day in days],
            year,
            f"all basins, {len(days)} of {DAYS} days",
            ours[: len(days)],
        ),
    }


def measure_peers(count: int) -> dict[str, Rate]:
    """Time the other ways, extrapolate, and compare with our means."""
    found = {}
    with one_core():
        for name, task in peer_tasks(random_basins(count), random_field()).items():
            start = common.now()
            means = np.array(task.run(), dtype=np.float64)
            taken = common.since(start).busy / task.share
            difference = float(np.nanmax(np.abs(means - task.ours)))
            found[name] = Rate(taken, task.measured, difference)
    return found


def report(ours: tuple[float, float, float, float, int], peers: dict[str, Rate], n: int) -> str:
    """Say what each way takes and how many times what ours takes."""
    build, apply, before, peak, entries = ours
    rows = [(OURS, f"{apply:.2f}", "1", "all", "")]
    rows += [
        (name, f"{p.seconds:,.1f}", f"{p.seconds / apply:,.0f}", p.measured, f"{p.difference:.0e}")
        for name, p in peers.items()
    ]
    return f"""### A daily year over basins
{table("way|s|x ours|measured on|largest difference from ours", *rows)}

{n:,} random basins and {DAYS} days on {GRID.n_lat} x {GRID.n_lon} cells in single precision, a
tenth of the cells missing, one core, processor time. Where a part was measured the time of the
whole is extrapolated from it. Masks are made before the clock starts. Our weights ({entries:,}
entries) are built once in {build:.1f} s; with them our way takes {build + apply:.1f} s. Its memory
rises from {before:,.0f} MB, the field and the libraries, to {peak:,.0f} MB at the peak.
"""


def furthest_share(count: int) -> tuple[float, int]:
    """Give the largest difference from shapely of a cell's share in a basin, and the shares."""
    basins = random_basins(count)
    weights = area_weights(basins, GRID)
    furthest, compared = 0.0, 0
    for k, shape in enumerate(basins.geometry):
        shares = weights.matrix[[k]].toarray().reshape(GRID.shape) / cell_area(GRID)
        west, south, east, north = shape.bounds
        rows = np.flatnonzero((GRID.lat_edges[1:] > south) & (GRID.lat_edges[:-1] < north))
        columns = np.flatnonzero((GRID.lon_edges[1:] > west) & (GRID.lon_edges[:-1] < east))
        i, j = (index.ravel() for index in np.meshgrid(rows, columns, indexing="ij"))
        y, x = GRID.lat_edges, GRID.lon_edges
        cells = shapely.box(x[j], y[i], x[j + 1], y[i + 1])
        wanted = np.zeros(GRID.shape)
        wanted[i, j] = shapely.area(shapely.intersection(cells, shape)) / shapely.area(cells)
        furthest = max(furthest, np.abs(shares - wanted).max())
        compared += len(cells)
    return float(furthest), compared


def real_areas() -> list[tuple[str, float, float]]:
    """Give the names of real basins with their area in km2, ours and Caravan's; none without."""
    path = SAMPLE / "polygons" / "caravan_camels_3basins.geojson"
    if not path.is_file():
        return []
    weights = area_weights(gpd.read_file(path).set_index("gauge_id"), GRID)
    ours = dict(zip(weights.ids, weights.area, strict=True))
    with xr.open_dataset(SAMPLE / "caravan_4tu_opendap" / "test_caravan_file.nc") as data:
        names = data["basin_id"].values.astype(str)
        given = dict(zip(names, data["area"].values, strict=True))
    others = [name for name in ours if name not in given]
    table = read_attributes([SAMPLE / "Caravan-nc" / "attributes" / "camels"], others)
    given |= dict(zip(others, table["area"], strict=True))
    return [(name, ours[name], given[name]) for name in ours]


def report_exactness(shares: tuple[float, int], areas: list[tuple[str, float, float]]) -> str:
    """Say how far weights are from shapely's and areas from Caravan's."""
    rows = [
        (name, f"{one:,.1f}", f"{other:,.1f}", f"{one / other - 1:+.2%}")
        for name, one, other in areas
    ]
    return f"""### Exactness
The share of a cell that lies in a basin differs by {shares[0]:.0e} at most from the area of
shapely's intersection, over {shares[1]:,} cells in and around {BASINS_OF_SHAPELY} of the basins.

{table("real basin|km2, ours|km2, Caravan|difference", *rows)}
"""


def main(count: int, write: bool) -> None:
    """Measure all, our way in a process of its own, and print it; write it where wanted."""
    ours = common.apart(measure_ours, count)
    parts = [
        common.describe_machine("scipy", "exactextract", "shapely") + "\n",
        report(ours, measure_peers(count), count),
        report_exactness(furthest_share(BASINS_OF_SHAPELY), real_areas()),
    ]
    common.publish("Aggregation", parts, write)


if __name__ == "__main__":
    parser = common.arguments(__doc__)
    parser.add_argument("--basins", type=int, default=2000, help="number of random basins")
    given = parser.parse_args()
    main(given.basins, given.write)
