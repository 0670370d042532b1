"""Grids are recognised whatever their order; areas and integrals are those of the sphere."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from vadose.errors import InputError
from vadose.grid import (
    EARTH_RADIUS,
    Grid,
    canonical,
    cell_area,
    lay_out,
    overlap_weights,
    regrid,
)

HALF, ONE, NODES = Grid.global_(0.5), Grid.global_(1), Grid.global_(0.1, at_nodes=True)
EARTH = 4 * np.pi * EARTH_RADIUS**2


def disguise(data: xr.DataArray, descending: bool, to_360: bool, names: tuple):
    """Give a canonical field the order, convention and names of another provider."""
    lat, lon = names
    if to_360:
        data = data.assign_coords(lon=data["lon"] % 360).sortby("lon")
    if descending:
        data = data.isel(lat=slice(None, None, -1))
    data = data.assign_coords(lat=data["lat"].astype("f4"), lon=data["lon"].astype("f4"))
    return data.rename(lat=lat, lon=lon)


def field_on(grid: Grid, seed: int = 0) -> xr.DataArray:
    values = np.random.default_rng(seed).normal(size=(2, *grid.shape))
    return xr.DataArray(
        values, dims=("time", "lat", "lon"), coords={"lat": grid.lat, "lon": grid.lon}, name="p"
    )


def test_the_nodes_of_era5_land_are_1801_x_3600_with_poles() -> None:
    assert NODES.shape == (1801, 3600)
    assert NODES.lat[0] == -90 and NODES.lat[-1] == 90 and NODES.lon[0] == -180
    assert NODES.lat_edges[0] == -90 and NODES.lat_edges[1] == pytest.approx(-89.95)


@pytest.mark.parametrize("grid", [HALF, ONE, NODES, Grid.global_(1 / 24), Grid.global_(2.5)])
def test_cells_fill_the_earth(grid: Grid) -> None:
    assert cell_area(grid).shape == grid.shape
    assert cell_area(grid).sum() == pytest.approx(EARTH, rel=1e-12)


def test_a_cell_of_one_degree_at_the_equator_has_its_known_area() -> None:
    assert cell_area(ONE)[90, 0] == pytest.approx(12364, abs=1)


@settings(max_examples=50)
@given(
    st.sampled_from([0.1, 0.25, 0.5, 1.0, 1 / 12, 1 / 24, 2.5]),
    st.booleans(),
    st.sampled_from(["f4", "f8"]),
    st.data(),
)
def test_a_grid_is_recognised_from_its_coordinates(step, nodes, dtype, data) -> None:
    grid = Grid.global_(step, at_nodes=nodes)
    first = data.draw(st.integers(0, grid.n_lat - 20))
    lat = grid.lat[first : first + data.draw(st.integers(20, 300))]
    lon = grid.lon[: data.draw(st.integers(20, 300))]
    lat = lat[::-1] if data.draw(st.booleans()) else lat
    lon = lon % 360 if data.draw(st.booleans()) else lon
    found = Grid.of(lat.astype(dtype), lon.astype(dtype))
    assert found == Grid.of(np.sort(lat), lon)
    assert found.lat_step == grid.lat_step and found.lon0 == grid.lon0
    np.testing.assert_allclose(found.lat, np.sort(lat), atol=1e-9)


@pytest.mark.parametrize("grid", [HALF, ONE, NODES])
def test_both_conventions_give_the_same_whole_grid(grid: Grid) -> None:
    assert Grid.of(grid.lat[::-1], np.sort(grid.lon % 360)) == grid


def test_a_window_is_cut_from_the_global_grid() -> None:
    window = Grid.window(40, 50, -10, 0, 0.5)
    assert window.shape == (20, 20) and window.lat[0] == 40.25 and window.lon[-1] == -0.25
    assert window == Grid.of(window.lat[::-1], window.lon + 360)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("to_360", [False, True])
@pytest.mark.parametrize("names", [("latitude", "longitude"), ("Y", "X"), ("y", "x")])
def test_every_disguise_of_a_field_is_undone(descending, to_360, names) -> None:
    for grid in (Grid.global_(5), Grid.global_(5, at_nodes=True), Grid.window(40, 50, -10, 10, 1)):
        truth = field_on(grid)
        found = canonical(disguise(truth, descending, to_360, names).transpose(..., "time"))
        xr.testing.assert_equal(found, truth)
        assert found.dims == ("time", "lat", "lon")


def test_variables_without_a_map_stay_and_stale_bounds_go() -> None:
    data = field_on(Grid.global_(10)).to_dataset()
    data["days"] = ("time", [1, 2])
    data["lon_bounds"] = (("lon", "edge"), np.zeros((36, 2)))
    assert set(canonical(data).data_vars) == {"p", "days"}


@pytest.mark.parametrize(
    ("lat", "lon", "message"),
    [
        ([0, 1, 2, 4], [0, 1], "latitudes are not regular: 2 is followed by 4"),
        ([0, 1], [0, 1, 359], None),
        ([0, 1], [170, 171, 189, 190], "longitudes are not regular.*date line"),
        ([0, 1], [-180, -179, 180], "not regular"),
        ([5e6, 6e6], [0, 1], "runs from 5e.06 to 6e.06, expected degrees"),
        ([0, 1], [0, 361], "expected degrees from -180 to 360"),
        ([0, np.nan], [0, 1], "expected degrees"),
        ([0], [0, 1], r"shape \(1,\), expected one axis"),
        ([0, 1], [0, 0.7, 1.4], "do not go round the Earth"),
    ],
)
def test_what_is_no_regular_grid_is_refused(lat, lon, message) -> None:
    if message is None:
        assert Grid.of(np.array(lat), np.array(lon)).lon.tolist() == [-1, 0, 1]
        return
    with pytest.raises(InputError, match=message):
        Grid.of(np.array(lat), np.array(lon))


def test_wrong_requests_are_refused() -> None:
    with pytest.raises(InputError, match="do not go round"):
        Grid.global_(0.7)
    with pytest.raises(InputError, match="pole to pole"):
        Grid.global_(8)
    with pytest.raises(InputError, match=r"no cell of 0\.5 degrees"):
        Grid.window(0, 10, 170, -170, 0.5)
    with pytest.raises(InputError, match="no axis of latitude or longitude"):
        canonical(xr.DataArray(np.zeros(2), dims="time", coords={"time": [0, 1]}))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (NODES, HALF),
        (Grid.global_(0.25, at_nodes=True), HALF),
        (HALF, ONE),
        (ONE, HALF),
        (HALF, HALF),
    ],
)
def test_overlaps_fill_source_and_target_cells(source: Grid, target: Grid) -> None:
    lat, lon, *_ = overlap_weights(source, target)
    sines = np.diff(np.sin(np.deg2rad(target.lat_edges)))
    np.testing.assert_allclose(lat.sum(1), sines, rtol=1e-9)
    np.testing.assert_allclose(lat.sum(0), np.diff(np.sin(np.deg2rad(source.lat_edges))), rtol=1e-9)
    np.testing.assert_allclose(lon.sum(1), np.deg2rad(target.lon_step), rtol=1e-9)
    np.testing.assert_allclose(lon.sum(0), np.deg2rad(source.lon_step), rtol=1e-9)


def test_nodes_on_half_degree_cells_equal_the_sum_over_all_pairs_of_cells() -> None:
    """Brute force on 1 degree at the pole and the date line, where cells are cut and wrap."""
    values = np.random.default_rng(1).normal(size=NODES.shape)
    found, share = regrid(overlap_weights(NODES, HALF), values)
    assert share.min() > 1 - 1e-9
    south = np.maximum(NODES.lat - 0.05, -90)
    north = np.minimum(NODES.lat + 0.05, 90)
    for i in (0, 1, 200, 359):
        for j in (0, 1, 719):
            low, high = HALF.lat_edges[i], HALF.lat_edges[i + 1]
            a, b = np.clip(south, low, high), np.clip(north, low, high)
            height = np.sin(np.deg2rad(b)) - np.sin(np.deg2rad(a))
            west, east = HALF.lon_edges[j], HALF.lon_edges[j + 1]
            width = sum(
                np.clip(NODES.lon + 0.05 + turn, west, east)
                - np.clip(NODES.lon - 0.05 + turn, west, east)
                for turn in (0, 360)
            )
            weight = np.outer(height, width)
            assert (weight > 1e-15).sum() == 36
            assert found[i, j] == pytest.approx((weight * values).sum() / weight.sum(), rel=1e-9)


@settings(max_examples=40)
@given(st.sampled_from([(2, 5, True), (5, 2, False), (4, 6, False), (10, 4, True)]), st.data())
def test_regridding_conserves_the_global_integral_with_and_without_gaps(steps, data) -> None:
    fine, coarse, nodes = steps
    source, target = Grid.global_(fine, at_nodes=nodes), Grid.global_(coarse)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    values = rng.normal(1, 1, source.shape)
    values[rng.random(source.shape) < data.draw(st.floats(0, 0.95))] = np.nan
    found, share = regrid(overlap_weights(source, target), values)
    before = np.nansum(cell_area(source) * values)
    after = np.nansum(cell_area(target) * share * found)
    assert after == pytest.approx(before, rel=1e-9, abs=1e-9 * EARTH)
    assert (cell_area(target) * share).sum() == pytest.approx(
        (cell_area(source) * np.isfinite(values)).sum(), rel=1e-9
    )


def test_a_constant_stays_constant_and_too_little_cover_is_missing() -> None:
    source, target = Grid.global_(1), Grid.global_(2)
    values = np.full((3, *source.shape), 7.0)
    values[1, :, ::2] = np.nan
    values[2] = np.nan
    found, share = regrid(overlap_weights(source, target), values, least_share=0.6)
    np.testing.assert_allclose(found[0], 7, rtol=1e-12)
    np.testing.assert_allclose(share[1], 0.5, rtol=1e-9)
    assert np.isnan(found[1:]).all() and (share[2] == 0).all()


def test_a_window_of_the_source_covers_only_its_part() -> None:
    window, target = Grid.window(40, 45, 0, 10, 0.5), Grid.global_(10)
    found, share = regrid(overlap_weights(window, target), np.ones(window.shape))
    assert np.isfinite(found).sum() == 1
    sines = np.sin(np.deg2rad([40, 45, 50]))
    assert np.nanmax(share) == pytest.approx((sines[1] - sines[0]) / (sines[2] - sines[0]))


def test_a_field_on_another_grid_is_refused() -> None:
    with pytest.raises(InputError, match="is not on the grid of 180 x 360 cells of 1 x 1"):
        regrid(overlap_weights(ONE, HALF), np.zeros((360, 720)))


def test_cells_lie_around_their_centres() -> None:
    lat, lon = np.array([40.0, 35.0, 45.0]), np.array([-100.0, -90.0, -80.0])
    grid = Grid.of_cells(lat, lon)
    assert grid.lon_edges.tolist() == [-102.5, -97.5, -92.5, -87.5, -82.5, -77.5]
    assert grid.lat_edges.tolist() == [32.5, 37.5, 42.5, 47.5]
    field = lay_out(np.array([120.0, np.nan, 480.0]), lat, lon, grid)
    assert field[1, 0] == 120 and field[2, 4] == 480 and np.isfinite(field).sum() == 2


def test_cells_go_back_to_their_grid() -> None:
    values = np.random.default_rng(0).normal(size=(3, *ONE.shape))
    land = np.random.default_rng(1).random(ONE.shape) < 0.3
    rows, columns = np.nonzero(land)
    back = lay_out(values[:, land], ONE.lat[rows], ONE.lon[columns], ONE)
    np.testing.assert_array_equal(back, np.where(land, values, np.nan))
    assert Grid.of_cells(ONE.lat[rows], ONE.lon[columns]) == ONE
