"""A capacity from elsewhere is judged in catchments by the runoff that it allows."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr

from vadose.calibrate import Forcing, split_periods
from vadose.search import Settings
from vadose.validation import capacity_of_cells, capacity_of_map, experiments, given_capacities
from vadose.water_balance.model import load_model
from vadose.water_balance.simulate import simulate

LAT, LON = np.meshgrid([41.0, 43.0, 45.0], [10.0, 12.0], indexing="ij")
UNITS, MONTHS = ["a", "b", "c"], 144


def labels() -> xr.Dataset:
    capacity = np.array([100.0, 200.0, 300.0, 400.0, 500.0, np.nan])
    return xr.Dataset(
        {
            "lat": ("unit", LAT.ravel()),
            "lon": ("unit", LON.ravel()),
            "model_capacity": (("unit", "model"), capacity[:, None]),
        },
        {"model": ["dwbm"]},
    )


def test_a_basin_takes_the_mean_of_the_cells_that_it_covers() -> None:
    boxes = {
        "inside": shapely.box(9.2, 40.2, 10.8, 41.8),
        "over two": shapely.box(10.5, 40.5, 11.5, 41.5),
        "half labelled": shapely.box(10.5, 44.5, 11.5, 45.5),
        "elsewhere": shapely.box(50, 40, 51, 41),
    }
    polygons = gpd.GeoDataFrame(geometry=list(boxes.values()), index=list(boxes), crs="EPSG:4326")
    found = capacity_of_cells(labels(), polygons)["dwbm"]
    np.testing.assert_allclose(found.iloc[:3], [100, 150, 500], rtol=1e-3)
    assert np.isnan(found["elsewhere"])


def test_a_basin_takes_the_mean_of_the_map_over_it() -> None:
    lat, lon = np.array([41.0, 43.0]), np.array([10.0, 12.0])
    capacity = xr.DataArray([[100.0, 300.0], [500.0, np.nan]], {"lat": lat, "lon": lon})
    boxes = [shapely.box(10.5, 40.5, 11.5, 41.5), shapely.box(50, 40, 51, 41)]
    polygons = gpd.GeoDataFrame(geometry=boxes, crs="EPSG:4326")
    np.testing.assert_allclose(capacity_of_map(capacity, polygons), [200, np.nan], rtol=1e-3)


@pytest.fixture(scope="module")
def judged():
    rng = np.random.default_rng(8)
    model = load_model("dwbm")
    season = np.cos(2 * np.pi * np.arange(MONTHS) / 12)
    p = rng.gamma(2, 40, (3, MONTHS))
    pet = 70 - 50 * season + np.zeros((3, 1))
    t = np.full((3, MONTHS), 12.0)
    theta = np.array([[150, 2, 2, 0.5], [300, 2.5, 2, 0.4], [220, 2, 3, 0.6]])
    forcing = Forcing(p, pet, t, simulate(model, theta, p, pet, t).q)
    options = {"settings": Settings(400), "restarts": 3, "seed": 1, "threads": 1}
    return experiments(
        model,
        forcing,
        UNITS,
        split_periods(forcing.q, 0.75),
        {"transferred": np.array([150.0, 900.0, np.nan]), "nowhere": np.full(3, np.nan)},
        engine="spotpy",
        **options,
    )


def test_each_experiment_has_the_catchments_that_it_can_have(judged) -> None:
    counts = judged.groupby("experiment")["unit_id"].agg(list)
    assert counts["free"] == UNITS and counts["spotpy"] == UNITS
    assert counts["transferred"] == ["a", "b"]
    assert "nowhere" not in counts


def test_the_right_capacity_serves_and_a_wrong_one_costs_skill(judged) -> None:
    kge = judged.set_index(["experiment", "unit_id"])["kge_verification"]
    assert kge["transferred", "a"] > 0.97
    assert kge["transferred", "b"] < kge["free", "b"]
    capacity = judged.set_index(["experiment", "unit_id"])["capacity"]
    assert capacity["transferred", "b"] == pytest.approx(900)


def test_spotpy_finds_about_the_same(judged) -> None:
    kge = judged.set_index(["unit_id", "experiment"])["kge_calibration"].unstack()
    np.testing.assert_allclose(kge["spotpy"], kge["free"], atol=0.03)


def test_each_model_is_given_its_own_capacity_and_that_of_the_map() -> None:
    box = gpd.GeoDataFrame(geometry=[shapely.box(9.2, 40.2, 10.8, 41.8)], index=["a"], crs=4326)
    field = xr.DataArray(np.full((3, 2), 70.0), {"lat": LAT[:, 0], "lon": LON[0]}, ("lat", "lon"))
    assert given_capacities(["dwbm"], labels(), None, box)["dwbm"].keys() == {"transferred"}
    found = given_capacities(["dwbm"], labels(), field, box)["dwbm"]
    assert found["transferred"][0] == pytest.approx(100)
    assert found["reconstructed"][0] == pytest.approx(70)
