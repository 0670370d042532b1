"""Weights are the areas that basins and cells share; means obey what areas alone demand."""

import logging

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from shapely.affinity import translate
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from vadose import weights as module
from vadose.errors import InputError
from vadose.grid import EARTH_RADIUS, Grid, cell_area
from vadose.weights import (
    Weights,
    aggregate,
    area_weights,
    basin_means,
    load_weights,
    save_weights,
)

DEGREES = gpd.GeoSeries(crs=4326).crs
HALF, ONE, NODES = Grid.global_(0.5), Grid.global_(1), Grid.global_(0.5, at_nodes=True)


def frame(**shapes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(index=list(shapes), geometry=list(shapes.values()), crs=DEGREES)


def blob(seed: int, lon: float, lat: float, radius: float) -> Polygon:
    """A ragged polygon with a hole around a point."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(5, 60)))
    far = radius * rng.uniform(0.4, 1, angle.size)
    points = np.c_[lon + far * np.cos(angle), lat + far * np.sin(angle)]
    shape = Polygon(points).buffer(0) - Point(lon, lat).buffer(radius * 0.15)
    return shape if shape.area else box(lon, lat, lon + radius, lat + radius)


def area_on_sphere(west: float, south: float, east: float, north: float) -> float:
    height = np.sin(np.deg2rad(north)) - np.sin(np.deg2rad(south))
    return EARTH_RADIUS**2 * np.deg2rad(east - west) * height


def noise(grid: Grid, seed: int = 0, gaps: float = 0.0, lead: tuple[int, ...] = (3,)) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(*lead, *grid.shape))
    return np.where(rng.random(values.shape) < gaps, np.nan, values)


def on_grid(values: np.ndarray, grid: Grid) -> xr.DataArray:
    return xr.DataArray(
        values, dims=("time", "lat", "lon"), coords={"lat": grid.lat, "lon": grid.lon}, name="p"
    )


places = st.tuples(
    st.integers(0, 10**6), st.floats(-170, 170), st.floats(-80, 80), st.floats(0.01, 6)
)


@given(places)
@settings(max_examples=20, deadline=None)
def test_shares_of_cells_are_those_of_shapely(place) -> None:
    shape = blob(*place)
    for grid in (HALF, NODES):
        found = area_weights(frame(a=shape), grid).matrix.toarray().reshape(grid.shape)
        share = found / cell_area(grid)
        west, south, east, north = shape.bounds
        rows = np.flatnonzero((grid.lat_edges[1:] > south) & (grid.lat_edges[:-1] < north))
        columns = np.flatnonzero((grid.lon_edges[1:] > west) & (grid.lon_edges[:-1] < east))
        i, j = (x.ravel() for x in np.meshgrid(rows, columns, indexing="ij"))
        y, x = grid.lat_edges, grid.lon_edges
        cells = shapely.box(x[j], y[i], x[j + 1], y[i + 1])
        wanted = np.zeros(grid.shape)
        wanted[i, j] = shapely.area(shapely.intersection(cells, shape)) / shapely.area(cells)
        np.testing.assert_allclose(share, wanted, atol=1e-6)


@pytest.mark.parametrize("grid", [HALF, ONE, NODES])
@pytest.mark.parametrize(
    "edges", [(0.13, 10.25, 7.9, 33.75), (-180, -90, 180, 90), (0, 60.25, 180, 90)]
)
def test_a_box_has_its_area_on_the_sphere(grid: Grid, edges) -> None:
    """Exactly where its sides in the south and north are edges of cells, nearly elsewhere."""
    found = area_weights(frame(a=box(*edges)), grid)
    aligned = all(np.isclose(grid.lat_edges, lat).any() for lat in (edges[1], edges[3]))
    assert found.area[0] == pytest.approx(area_on_sphere(*edges), rel=1e-6 if aligned else 5e-3)
    assert found.matrix.sum() == pytest.approx(found.area[0], rel=1e-9)


@given(places)
@settings(max_examples=20, deadline=None)
def test_the_sum_of_weights_is_the_area_on_the_sphere(place) -> None:
    """Within half a percent at 60 degrees, the price of straight shares within a cell."""
    seed, lon, lat, radius = place
    shape = blob(seed, lon, lat * 0.75, radius)
    fine = shapely.segmentize(shape, 0.01)
    flat = shapely.transform(
        fine, lambda p: np.c_[np.deg2rad(p[:, 0]), np.sin(np.deg2rad(p[:, 1]))]
    )
    found = area_weights(frame(a=shape), HALF)
    limit = np.tan(np.deg2rad(min(abs(lat * 0.75) + radius, 89))) * np.deg2rad(0.25) * 1.05
    assert found.area[0] == pytest.approx(flat.area * EARTH_RADIUS**2, rel=limit + 1e-4)


@given(st.lists(places, min_size=1, max_size=8), st.floats(0, 0.9), st.floats(-1e3, 1e3))
@settings(max_examples=15, deadline=None)
def test_a_constant_stays_constant_whatever_basin_and_gaps(found, gaps, constant) -> None:
    basins = frame(**{str(k): blob(*place) for k, place in enumerate(found)})
    field = constant + 0 * noise(ONE, gaps=gaps, lead=(1,))
    values, share = aggregate(area_weights(basins, ONE), field)
    assert (np.isnan(values) == (share == 0)).all()
    assert ((share >= 0) & (share <= 1)).all()
    np.testing.assert_allclose(values[share > 0], constant, rtol=1e-9, atol=1e-9)


@given(st.lists(places, min_size=1, max_size=5), st.floats(-5, 5), st.floats(-5, 5))
@settings(max_examples=15, deadline=None)
def test_means_are_linear_in_the_field(found, a, b) -> None:
    built = area_weights(frame(**{str(k): blob(*p) for k, p in enumerate(found)}), ONE)
    x, y = noise(ONE, 1, lead=(1,)), noise(ONE, 2, lead=(1,))
    both = aggregate(built, a * x + b * y)[0]
    apart = a * aggregate(built, x)[0] + b * aggregate(built, y)[0]
    np.testing.assert_allclose(both, apart, atol=1e-9)


def test_nested_basins_add_up_to_the_whole() -> None:
    whole, inner = blob(3, 20, 40, 5), Point(20, 43).buffer(1)
    outer, inner = whole - inner, whole & inner
    built = area_weights(frame(whole=whole, outer=outer, inner=inner), HALF)
    values, _ = aggregate(built, noise(HALF))
    area = built.area
    assert area[0] == pytest.approx(area[1] + area[2], rel=1e-6)
    together = (values[:, 1] * area[1] + values[:, 2] * area[2]) / area[0]
    np.testing.assert_allclose(values[:, 0], together, atol=1e-6)


def test_a_basin_over_the_date_line_equals_its_twin_half_the_earth_away() -> None:
    """Given as two parts, in 0 to 360, beyond 180 and beyond -180."""
    twin = blob(5, 0.3, 55, 6)
    beyond = translate(twin, 180)
    west = translate(beyond & box(180, -90, 360, 90), -360)
    parts = MultiPolygon([*shapely.get_parts(beyond & box(0, -90, 180, 90)), west])
    ways = frame(twin=twin, parts=parts, beyond=beyond, before=translate(twin, -180))
    for grid in (HALF, NODES):
        built = area_weights(ways, grid)
        field = noise(grid, gaps=0.2)
        moved = np.roll(field, grid.n_lon // 2, axis=-1)
        expected, share = (x[:, 0] for x in aggregate(built, field))
        for k in (1, 2, 3):
            values, covered = aggregate(built, moved)
            np.testing.assert_allclose(values[:, k], expected, atol=1e-6)
            np.testing.assert_allclose(covered[:, k], share, atol=1e-6)


def test_basins_around_the_poles_have_the_area_of_their_cap() -> None:
    caps = frame(north=box(-180, 79.75, 180, 90), south=box(0, -90, 360, -85.25))
    built = area_weights(caps, NODES)
    earth = 2 * np.pi * EARTH_RADIUS**2
    expected = [earth * (1 - np.sin(np.deg2rad(x))) for x in (79.75, 85.25)]
    np.testing.assert_allclose(built.area, expected, rtol=1e-6)
    field = np.broadcast_to(NODES.lat[:, None], NODES.shape)
    assert (aggregate(built, field)[0] * [1, -1] > [79.75, 85.25]).all()


@pytest.mark.parametrize("size", [1e-6, 1e-3, 0.1])
def test_a_basin_within_a_cell_has_the_value_of_the_cell(size: float) -> None:
    field = noise(HALF)
    for lon, lat in ((10.3, 45.2), (-179.9, 89.8), (179.6, -89.9), (-0.2, 0.3)):
        built = area_weights(frame(a=Point(lon, lat).buffer(size / 2)), HALF)
        row, column = int((lat + 90) // 0.5), int((lon + 180) // 0.5)
        values, share = aggregate(built, field)
        np.testing.assert_allclose(values[:, 0], field[:, row, column], rtol=1e-12)
        np.testing.assert_allclose(share, 1)


def test_missing_cells_are_left_out_and_the_share_tells_it() -> None:
    """Two equal halves of a basin: value 1 and 3; then one is missing, then both."""
    field = np.full((3, *ONE.shape), np.nan)
    field[:2, 90, 180], field[0, 90, 181] = 1, 3
    built = area_weights(frame(a=box(0.5, 0, 1.5, 1)), ONE)
    values, share = aggregate(built, field)
    np.testing.assert_allclose(values[:, 0], [2, 1, np.nan], rtol=1e-6)
    np.testing.assert_allclose(share[:, 0], [1, 0.5, 0], rtol=1e-6)
    values, share = aggregate(built, field, least_share=0.6)
    np.testing.assert_allclose(values[:, 0], [2, np.nan, np.nan], rtol=1e-6)
    np.testing.assert_allclose(share[:, 0], [1, 0.5, 0], rtol=1e-6)


def test_beyond_the_grid_nothing_is_covered() -> None:
    window = Grid.window(0, 10, 0, 10, 0.5)
    basins = frame(out=box(20, 20, 21, 21), half=box(9, 4, 11, 5), inside=box(359, 4, 363, 5))
    built = area_weights(basins, window)
    values, share = aggregate(built, np.ones((2, *window.shape)))
    np.testing.assert_allclose(share[0], [0, 0.5, 0.75], rtol=1e-6)
    np.testing.assert_allclose(values[1], [np.nan, 1, 1])
    values, share = aggregate(area_weights(basins.loc[["out"]], window), np.ones(window.shape))
    assert np.isnan(values).all() and (share == 0).all()


def test_order_and_convention_of_the_data_change_nothing() -> None:
    built = area_weights(frame(a=blob(1, 179, -40, 5), b=blob(2, 3, 50, 4)), ONE)
    data = on_grid(noise(ONE, gaps=0.3), ONE)
    expected = basin_means(built, data)
    assert expected["p"].dims == ("time", "basin") and expected["basin"].values.tolist() == [
        "a",
        "b",
    ]
    np.testing.assert_array_equal(expected["p"], aggregate(built, data.values)[0])
    shifted = data.assign_coords(lon=data["lon"] % 360).sortby("lon")
    for lon in (data, shifted):
        for lat in (lon, lon.isel(lat=slice(None, None, -1))):
            other = lat.rename(lat="Y", lon="X").transpose("X", "time", "Y")
            xr.testing.assert_equal(basin_means(built, other), expected)


def test_cells_times_and_variables_may_be_given_flat_or_not() -> None:
    built = area_weights(frame(a=blob(1, 10, 10, 5)), ONE)
    field = noise(ONE, lead=(2, 3), gaps=0.1)
    values, share = aggregate(built, field)
    assert values.shape == share.shape == (2, 3, 1)
    flat, _ = aggregate(built, field.reshape(2, 3, -1))
    np.testing.assert_array_equal(flat, values)
    single, _ = aggregate(built, field[1, 2])
    np.testing.assert_array_equal(single, values[1, 2])


def test_blocks_and_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    basins = frame(**{str(k): blob(k, 5 * k, 3 * k, 2) for k in range(9)})
    field = noise(ONE, gaps=0.2, lead=(7,))
    whole = area_weights(basins, ONE)
    expected = aggregate(whole, field)
    monkeypatch.setattr(module, "POLYGONS_PER_BATCH", 2)
    monkeypatch.setattr(module, "VALUES_PER_BLOCK", 500)
    parts = area_weights(basins, ONE)
    assert abs(parts.matrix - whole.matrix).max() == 0
    for found, wanted in zip(aggregate(parts, field), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_a_mask_that_never_changes_gives_what_a_changing_one_gives() -> None:
    built = area_weights(frame(a=blob(1, 10, 10, 5), b=blob(2, 50, 10, 5)), ONE)
    field = np.where(noise(ONE, 3, gaps=0.4, lead=()) < np.inf, noise(ONE, lead=(2,)), np.nan)
    other = np.concatenate([field, noise(ONE, 4, gaps=0.4, lead=(1,))])
    for constant, changing in zip(aggregate(built, field), aggregate(built, other), strict=True):
        np.testing.assert_allclose(constant, changing[:2], rtol=1e-12)


@given(st.integers(0, 10**6), st.sampled_from([0.1, 0.2, 0.3]))
@settings(max_examples=20, deadline=None)
def test_no_cell_is_lost_where_edges_of_basins_run_along_edges_of_cells(seed, step) -> None:
    """Basins drawn on a raster, as many are; exactextract alone loses some of their cells."""
    rng = np.random.default_rng(seed)
    i, j = rng.integers(0, 20, (2, 60))
    lon, lat = 100 + i * step + step / 2, 30 + j * step + step / 2
    shape = shapely.union_all(shapely.box(lon, lat, lon + step, lat + step), grid_size=1e-6)
    built = area_weights(frame(a=shape), Grid.global_(step, at_nodes=True))
    share = built.matrix.data / cell_area(built.grid).ravel()[built.matrix.indices]
    assert share.sum() * step**2 == pytest.approx(shape.area, rel=1e-6)
    assert (share < 1 + 1e-6).all()


def test_lost_cells_are_looked_for_again_and_never_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    basins, real, calls = frame(a=box(0, 0, 3, 3), b=box(10, 0, 12, 2)), module._extract, []
    expected = area_weights(basins, ONE)

    def lose(times: int):
        def extract(raster, shapes):
            cells, shares = real(raster, shapes)
            calls.append(len(shapes))
            if len(calls) <= times:
                shares[0] = 0.9 * shares[0]
            return cells, shares

        calls.clear()
        monkeypatch.setattr(module, "_extract", extract)

    lose(times=2)
    found = area_weights(basins, ONE)
    assert calls == [2, 1, 1]
    np.testing.assert_allclose(found.area, expected.area, rtol=1e-6)
    lose(times=99)
    with pytest.raises(InputError, match="basins a have shares of cells that do not add up"):
        area_weights(basins, ONE)


def test_invalid_polygons_are_mended_and_named(caplog: pytest.LogCaptureFixture) -> None:
    bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    spike = Polygon([(0, 0), (1, 0), (1, 1), (3, 1), (1, 1), (0, 1)])
    with caplog.at_level(logging.WARNING):
        built = area_weights(frame(fine=box(0, 0, 1, 1), bow=bow_tie, spike=spike), ONE)
    assert "polygons of basins bow, spike are invalid and were mended" in caplog.text
    assert built.area[1] == pytest.approx(2 * built.area[0], rel=1e-3)
    assert built.area[2] == pytest.approx(built.area[0], rel=1e-6)


def test_a_ring_that_jumps_over_the_date_line_is_named(caplog: pytest.LogCaptureFixture) -> None:
    jump = Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])
    two = MultiPolygon([box(179, 0, 180, 1), box(-180, 0, -179, 1)])
    with caplog.at_level(logging.WARNING):
        area_weights(frame(jump=jump, two=two, cap=box(-180, 80, 180, 90)), ONE)
    assert "polygons of basins jump have an edge over more than half" in caplog.text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Polygon(), "basins wrong have no polygon"),
        (None, "basins wrong have no polygon"),
        (LineString([(0, 0), (1, 1)]), "basins wrong have points or lines but no polygon"),
        (box(4e5, 5e6, 4.1e5, 5.1e6), "basins wrong have coordinates that are no degrees"),
        (Polygon([(0, 0), (1, 1), (0, 0)]), "basins wrong have points or lines but no polygon"),
    ],
)
def test_what_is_no_basin_is_refused_by_name(wrong, message) -> None:
    with pytest.raises(InputError, match=message):
        area_weights(frame(fine=box(0, 0, 1, 1), wrong=wrong), ONE)


def test_wrong_sets_and_fields_are_refused() -> None:
    twice = gpd.GeoDataFrame(index=[7, 7], geometry=[box(0, 0, 1, 1)] * 2)
    with pytest.raises(InputError, match="basins 7 stand there more than once"):
        area_weights(twice, ONE)
    with pytest.raises(InputError, match="not one polygon"):
        area_weights(frame().set_crs(4326), ONE)
    built = area_weights(frame(a=box(0, 0, 1, 1)), ONE)
    with pytest.raises(InputError, match=r"\(360, 720\) is not on the grid of 180 x 360 cells"):
        aggregate(built, np.zeros(HALF.shape))
    with pytest.raises(InputError, match="the data are on 360 x 720 cells"):
        basin_means(built, on_grid(noise(HALF), HALF))


def test_polygons_in_another_projection_are_brought_to_degrees() -> None:
    basins = frame(a=blob(1, 10, 45, 2))
    expected = area_weights(basins, HALF)
    found = area_weights(basins.to_crs(3857), HALF)
    assert abs(found.matrix - expected.matrix).max() < 1e-3


def test_weights_are_read_as_they_were_written(tmp_path) -> None:
    built = area_weights(frame(a=blob(1, 10, 45, 2), b=blob(2, 0, 0, 3)), HALF)
    path = tmp_path / "deep" / "weights.npz"
    save_weights(built, path)
    back = load_weights(path)
    assert isinstance(back, Weights) and back.grid == HALF
    assert back.ids.tolist() == ["a", "b"] and (back.area == built.area).all()
    assert isinstance(back.matrix, sparse.csr_array) and abs(back.matrix - built.matrix).max() == 0
    assert [p.name for p in path.parent.iterdir()] == ["weights.npz"]
    first = path.read_bytes()
    save_weights(built, path)
    assert path.read_bytes() == first


def test_a_file_that_holds_no_weights_is_refused(tmp_path) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(b"PK not really")
    with pytest.raises(InputError, match="holds no weights"):
        load_weights(path)
    np.savez(path, data=[1])
    with pytest.raises(InputError, match="holds no weights"):
        load_weights(path)
    with pytest.raises(InputError, match="holds no weights"):
        load_weights(tmp_path / "none.npz")
