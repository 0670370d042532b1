"""An atlas of the Earth stays light enough for a browser."""

import numpy as np

from vadose.atlas.content import Atlas, Chart, Layer, Line, Place
from vadose.atlas.page import page
from vadose.grid import Grid
from vadose.maps import SCALES


def noise(random: np.random.Generator, units: int, months: int, lines_: int) -> dict[str, Line]:
    return {
        str(k): Line(np.abs(random.normal(0, 100, (units, months))), "#000000")
        for k in range(lines_)
    }


def test_a_global_atlas_of_half_a_degree_stays_below_15_mb() -> None:
    """With noise in place of maps, which compresses worst."""
    random, grid = np.random.default_rng(0), Grid.window(-60, 84, -180, 180, 0.5)
    chosen = np.sort(random.choice(grid.size, 61_345, replace=False))
    lat, lon = grid.lat[chosen // grid.n_lon], grid.lon[chosen % grid.n_lon]
    cells = Place("cells", "Cell", lat, lon, grid)
    coarse = chosen[:: len(chosen) // 15_500]
    storage = Place("storage", "Storage cell", lat[: len(coarse)], lon[: len(coarse)], grid)
    gauges = Place("basins", "Basin", lat[:531], lon[:531], names=[f"b{k}" for k in range(531)])
    maps = [
        Layer(f"m{k}", place.key, "", "", random.uniform(0, 1000, len(place.lat)), layer_scale)
        for place, n in ((cells, 22), (storage, 5), (gauges, 25))
        for k, layer_scale in enumerate([SCALES["capacity"]] * n)
    ]
    charts = [
        Chart(
            name, place.key, name, "mm", noise(random, len(place.lat), months, names), start, digits
        )
        for name, place, months, names, start, digits in (
            ("fluxes", cells, 12, 3, "", 0),
            ("storage", storage, 12, 1, "", 0),
            ("flow", gauges, 480, 4, "1981-01", 1),
            ("stored", gauges, 480, 4, "1981-01", 1),
        )
    ]
    assert len(page(Atlas("global", [cells, storage, gauges], maps, charts))) < 15e6
