"""Cells, land and graticule are cut at the date line and lie where they are on the Earth."""

import cartopy.crs as ccrs
import numpy as np
import pytest
from shapely import Polygon, box

from vadose.grid import Grid
from vadose.outlines import GLOBE, cell_corners, graticule, land_path, project, unwrapped

FLAT, ROBINSON = ccrs.PlateCarree(), ccrs.Robinson()
JUMPS = Polygon([(170, 0), (-175, 0), (-175, 10), (170, 10)])
ROUND_THE_POLE = Polygon([(-180, -70), (-60, -75), (60, -70), (180, -70)])


def widths(polygons: list[np.ndarray]) -> list[float]:
    return sorted(float(np.ptp(points[:, 0])) for points in polygons)


def test_cells_lie_around_their_centres() -> None:
    grid = Grid.window(30, 50, -10, 20, 5.0)
    corners, cell = cell_corners(np.array([42.5, 32.5]), np.array([-7.5, 12.5]), grid, FLAT)
    assert cell.tolist() == [0, 1]
    np.testing.assert_allclose(corners[0], [[-10, 40], [-5, 40], [-5, 45], [-10, 45]], atol=1e-9)
    np.testing.assert_allclose(corners[1].mean(0), [12.5, 32.5])


def test_a_cell_over_the_date_line_has_a_part_on_either_side() -> None:
    grid = Grid.global_(2.0, at_nodes=True)
    corners, cell = cell_corners(np.array([0.0, 90.0]), np.array([-180.0, 0.0]), grid, FLAT)
    assert sorted(cell) == [0, 0, 1]
    assert widths(list(corners)) == pytest.approx([1, 1, 2])
    assert {abs(x) for x in corners[cell == 0][..., 0].ravel()} == {179, 180}
    assert corners[..., 1].max() == pytest.approx(90)


def test_no_cell_of_the_globe_is_drawn_across_the_map() -> None:
    grid = Grid.global_(3.0)
    lat, lon = (axis.ravel() for axis in np.meshgrid(grid.lat, grid.lon))
    corners, cell = cell_corners(lat, lon, grid, ROBINSON)
    assert len(cell) == grid.size
    assert np.ptp(corners[..., 0], axis=1).max() < 0.03 * np.ptp(corners[..., 0])


def test_land_that_jumps_over_the_date_line_is_drawn_in_one_piece() -> None:
    assert unwrapped(JUMPS).bounds == (170, 0, 185, 10)
    assert unwrapped(box(0, 0, 10, 10)).equals(box(0, 0, 10, 10))
    assert unwrapped(ROUND_THE_POLE).bounds == (-180, -90, 180, -70)
    assert unwrapped(ROUND_THE_POLE).area == pytest.approx(120 * (17.5 + 17.5 + 20))


def test_land_on_the_date_line_is_cut_there_and_not_drawn_across_the_map() -> None:
    path = land_path([unwrapped(JUMPS)], FLAT, None)
    assert path is not None
    assert widths(path.to_polygons()) == pytest.approx([5, 10])


def test_a_region_shows_the_land_that_lies_in_it_on_both_sides_of_the_date_line() -> None:
    crs = ccrs.AlbersEqualArea(180, 5, standard_parallels=(0, 10))
    path = land_path([unwrapped(JUMPS)], crs, (160, 200, -10, 20))
    assert path is not None
    whole = project(crs, np.array([170.0, 185.0]), np.zeros(2))
    assert widths(path.to_polygons())[-1] == pytest.approx(np.ptp(whole[:, 0]), rel=0.02)
    assert land_path([unwrapped(JUMPS)], crs, (0, 20, 60, 70)) is None


def test_the_globe_has_a_meridian_every_60_and_a_parallel_every_30_degrees() -> None:
    lines = graticule(FLAT, None)
    meridians = [line[0, 0] for line in lines if np.ptp(line[:, 0]) < 1e-6]
    parallels = [line[0, 1] for line in lines if np.ptp(line[:, 1]) < 1e-6]
    assert meridians == pytest.approx([-120, -60, 0, 60, 120])
    assert parallels == pytest.approx([-60, -30, 0, 30, 60])
    assert GLOBE == (-180, 180, -90, 90)


def test_a_region_has_a_finer_graticule() -> None:
    lines = graticule(FLAT, (-10.0, 20.0, 35.0, 60.0))
    inside = [x for line in lines if np.ptp(line[:, 0]) < 1e-6 and -10 < (x := line[0, 0]) < 20]
    assert 3 <= len(inside) <= 8
