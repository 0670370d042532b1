"""A capacity from elsewhere is averaged over the catchments in which it is judged."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr

from vadose.validation import capacity_of_cells, capacity_of_map, given_capacities

LAT, LON = np.meshgrid([41.0, 43.0, 45.0], [10.0, 12.0], indexing="ij")


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


def test_each_model_is_given_its_own_capacity_and_that_of_the_map() -> None:
    box = gpd.GeoDataFrame(geometry=[shapely.box(9.2, 40.2, 10.8, 41.8)], index=["a"], crs=4326)
    field = xr.DataArray(np.full((3, 2), 70.0), {"lat": LAT[:, 0], "lon": LON[0]}, ("lat", "lon"))
    assert given_capacities(["dwbm"], labels(), None, box)["dwbm"].keys() == {"transferred"}
    found = given_capacities(["dwbm"], labels(), field, box)["dwbm"]
    assert found["transferred"][0] == pytest.approx(100)
    assert found["reconstructed"][0] == pytest.approx(70)
