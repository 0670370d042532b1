"""Every land cell drains to the sea through one basin, downhill, and over the date line."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from vadose.drainage import SEA, Drainage, centre, drain, largest_basins
from vadose.errors import InputError
from vadose.gap_filling.rivers import FOOTPRINT, from_elevation, from_polygons
from vadose.grid import Grid, cell_area

GRID = Grid.global_(10)


def world() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    elevation = rng.uniform(0, 3000, GRID.shape)
    return elevation, rng.uniform(size=GRID.shape) < 0.8


def way(drained: Drainage, cell: int) -> list[int]:
    """Cells on the way of water to the sea."""
    receiver, passed = drained.receiver.ravel(), [cell]
    while receiver[passed[-1]] != SEA:
        passed.append(int(receiver[passed[-1]]))
        assert len(passed) <= receiver.size, "water goes round in a circle"
    return passed


def test_every_land_cell_reaches_the_sea_through_its_mouth() -> None:
    elevation, land = world()
    drained = drain(elevation, land, around=True)
    assert np.array_equal(drained.mouth != SEA, land)
    for cell in np.flatnonzero(land).tolist():
        assert way(drained, cell)[-1] == drained.mouth.ravel()[cell]


def test_without_hollows_water_goes_to_the_lowest_neighbour() -> None:
    land = np.ones((5, 7), bool)
    land[:, 0] = False
    elevation = np.add.outer(np.array([2.0, 1.0, 0.0, 1.0, 2.0]), 10.0 * np.arange(7))
    drained = drain(elevation, land, around=False)
    assert way(drained, 1 * 7 + 5) == [12, 2 * 7 + 4, 2 * 7 + 3, 2 * 7 + 2, 2 * 7 + 1]


def test_a_hollow_overflows_at_its_lowest_rim() -> None:
    land = np.zeros((7, 7), bool)
    land[1:6, 1:6] = True
    elevation = np.full((7, 7), 50.0)
    elevation[2:5, 2:5], elevation[3, 3] = 100.0, 0.0
    elevation[3, 4] = 60.0  # the lowest part of the rim
    drained = drain(elevation, land, around=False)
    assert drained.receiver[3, 3] == 3 * 7 + 4
    assert drained.mouth[3, 3] == drained.mouth[3, 4]


def test_water_crosses_the_date_line_where_the_grid_goes_round() -> None:
    land = np.zeros((5, 8), bool)
    land[1:4, [6, 7, 0, 1]] = True
    elevation = np.tile(np.array([300.0, 400.0, 0, 0, 0, 0, 100.0, 200.0]), (5, 1))
    elevation[[1, 3]] += 1000  # hills along the coasts
    elevation[2, 1] = 500.0
    inland = 2 * 8 + 0
    around = drain(elevation, land, around=True)
    assert way(around, inland) == [inland, 2 * 8 + 7, 2 * 8 + 6]
    cut = drain(elevation, land, around=False)
    assert cut.receiver[2, 0] == SEA  # the rim of a grid that does not go round is a coast


def test_turning_the_earth_turns_the_basins() -> None:
    elevation, land = world()
    turned = [np.roll(field, 5, 1) for field in (elevation, land)]
    one, other = drain(elevation, land, around=True), drain(*turned, around=True)
    areas = [np.sort(np.unique(d.mouth, return_counts=True)[1]) for d in (one, other)]
    assert np.array_equal(*areas)


def test_the_largest_basins_share_no_cell_and_keep_their_area() -> None:
    elevation, land = world()
    drained = drain(elevation, land, around=True)
    whole = largest_basins(drained, GRID, 0, 10_000)
    assert whole.area.sum() == pytest.approx(cell_area(GRID)[land].sum())
    covered = whole.matrix.sum(0).reshape(GRID.shape)
    assert covered == pytest.approx(np.where(land, cell_area(GRID), 0))
    few = largest_basins(drained, GRID, 0, 3)
    assert np.array_equal(few.area, whole.area[:3]) and (np.diff(few.area) <= 0).all()
    assert [name.split(" (")[0] for name in few.ids] == ["1", "2", "3"]


def test_a_basin_over_the_date_line_has_its_centre_there() -> None:
    cells = 9 * GRID.n_lon + np.array([0, GRID.n_lon - 1])
    assert centre(cells, np.ones(2), GRID).startswith("5 N, 180 ")


def test_land_without_a_large_basin_is_refused() -> None:
    land = np.zeros(GRID.shape, bool)
    land[9, 9] = True
    with pytest.raises(InputError, match="no river basin of 9,000,000 km2 or more"):
        largest_basins(drain(np.zeros(GRID.shape), land, around=True), GRID, 9e6, 3)
    with pytest.raises(InputError, match="not on the grid"):
        from_elevation(np.zeros((2, 2)), land, GRID)


def polygons(path: Path, *names: str | None) -> Path:
    boxes = [shapely.box(0, 0, 20, 20), shapely.box(30, 0, 60, 20), shapely.box(80, 0, 81, 1)]
    table = {"sea": ["south"] * 3, "river": names, "geometry": boxes}
    gpd.GeoDataFrame(table, crs=4326).to_file(path)
    return path


def test_polygons_go_by_their_names_and_small_ones_are_left_out(tmp_path: Path) -> None:
    found = from_polygons(polygons(tmp_path / "named.geojson", "LENA", "OB", "TINY"), GRID)
    assert found.ids.tolist() == ["OB", "LENA"]
    assert (found.area > FOOTPRINT).all()
    twice = from_polygons(polygons(tmp_path / "twice.geojson", "OB", "OB", "TINY"), GRID)
    assert twice.ids.tolist() == ["OB (2)", "OB (1)"]


def test_a_file_of_small_or_no_polygons_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.geojson"
    broken.write_text("no polygons", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as polygons"):
        from_polygons(broken, GRID)
    small = polygons(tmp_path / "small.geojson", "A", "B", "C")
    with pytest.raises(InputError, match="none of 3 polygons"):
        from_polygons(small, Grid.window(-60, -30, -180, 180, 10))
