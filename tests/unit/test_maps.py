"""Maps show every unit, say n and the median, and keep one scale a variable."""

import cartopy.crs as ccrs
import numpy as np
import pytest
import shapely
from matplotlib.figure import Figure

from vadose import charts, maps
from vadose.grid import Grid
from vadose.reasons import Reason

LON, LAT = np.array([-100.0, -90.0, -80.0]), np.array([40.0, 35.0, 45.0])
PLACES = maps.Places(LON, LAT)
CELLS = maps.Places(LON, LAT, Grid.of_cells(LAT, LON))
VALUES = np.array([120.0, np.nan, 480.0])


@pytest.fixture
def axis():
    return maps.map_axes(Figure(), (1, 1, 1), PLACES, [])


def test_a_unit_without_a_value_is_grey(axis) -> None:
    maps.draw_values(axis, PLACES, VALUES, maps.SCALES["capacity"])
    missing, known = axis.collections[-2:]
    assert len(missing.get_offsets()) == 1 and len(known.get_offsets()) == 2
    np.testing.assert_allclose(missing.get_facecolor()[0, :3], [0xB9 / 255] * 3, atol=1e-6)


def test_a_cell_without_a_value_is_grey_and_the_sea_is_empty(axis) -> None:
    maps.draw_values(axis, CELLS, VALUES, maps.SCALES["capacity"])
    cells = axis.collections[-1]
    assert len(cells.get_paths()) == 3
    first, grey, last = cells.get_facecolor()
    np.testing.assert_allclose(grey[:3], [0xB9 / 255] * 3, atol=1e-6)
    scale = maps.SCALES["capacity"]
    np.testing.assert_allclose([first, last], scale.cmap(scale.norm(VALUES[[0, 2]])))


def test_points_have_no_cells(axis) -> None:
    with pytest.raises(ValueError, match="points"):
        maps.draw_cells(axis, PLACES)


def test_masked_cells_are_hatched_and_named(axis) -> None:
    reason = np.array([Reason.NO_RUNOFF, Reason.PASSED, Reason.KGE_TOO_LOW])
    maps.draw_reasons(axis, CELLS, reason)
    assert axis.get_legend_handles_labels()[1] == ["no runoff data (1)", "KGE too low (1)"]
    hatched = axis.patches[-1]
    assert hatched.get_hatch() == maps.HATCH
    assert len(hatched.get_path().to_polygons()) == 2


def test_a_title_says_how_many_units_and_their_median(axis) -> None:
    maps.title(axis, "Label", VALUES, "mm")
    assert axis.get_title() == "Label\nn = 2, median 300 mm"
    maps.title(axis, "Label", VALUES * np.nan, "mm")
    assert axis.get_title() == "Label\nn = 0, no values"


def test_reasons_are_counted_in_the_legend(axis) -> None:
    reason = np.array([Reason.NO_RUNOFF, Reason.PASSED, Reason.NO_RUNOFF])
    maps.draw_reasons(axis, PLACES, reason)
    assert axis.get_legend_handles_labels()[1] == ["no runoff data (2)"]


def test_a_global_set_is_shown_on_the_globe_and_a_regional_one_close_up() -> None:
    assert isinstance(maps.projection(np.array([-150.0, 150.0]), LAT[:2])[0], ccrs.Robinson)
    assert isinstance(maps.projection(LON, LAT)[0], ccrs.AlbersEqualArea)


def test_a_distribution_counts_undefined_scores_as_worst() -> None:
    axis = charts.draw_distribution(Figure().subplots(), np.array([0.5, np.nan, 0.7]), "x")
    x, y = axis.lines[0].get_data()
    np.testing.assert_allclose(y[x > -1], [2 / 3, 1])
    assert x[0] == charts.FAR_LEFT


def test_the_land_file_is_the_earth(root) -> None:
    land = maps.read_land(root / "resources/natural_earth_land_110m.geojson")
    west, south, east, north = shapely.total_bounds(land)
    assert west <= -180 and east >= 180 and south == -90 and north > 80
    assert shapely.area(land).sum() == pytest.approx(0.34 * 360 * 180, rel=0.05)
