"""Real polygons have their known areas; real water storage over the Amazon behaves as known."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vadose.grid import Grid, canonical
from vadose.sources.caravan import read_attributes
from vadose.weights import area_weights, basin_means


@pytest.fixture(scope="module")
def area(sample_data: Path) -> dict[str, float]:
    """Area by basin as Caravan's attributes give it, in its table and in its 4TU file."""
    with xr.open_dataset(sample_data / "caravan_4tu_opendap/test_caravan_file.nc") as data:
        names = data["basin_id"].values.astype(str)
        served = dict(zip(names, data["area"].values.tolist(), strict=True))
    table = read_attributes([sample_data / "Caravan-nc/attributes/camels"], ["camels_01031500"])
    return served | table["area"].to_dict()


@pytest.mark.parametrize("step", [0.1, 0.5, 1])
def test_areas_of_basins_are_those_of_caravan(
    sample_data: Path, area: dict[str, float], step: float
) -> None:
    polygons = gpd.read_file(sample_data / "polygons/caravan_camels_3basins.geojson")
    built = area_weights(polygons.set_index("gauge_id"), Grid.global_(step))
    assert built.ids.size == 3
    np.testing.assert_allclose(built.area, [area[name] for name in built.ids], rtol=0.01)
    np.testing.assert_allclose(built.matrix.sum(1), built.area, rtol=1e-9)


@pytest.fixture(scope="module")
def rivers(sample_data: Path) -> gpd.GeoDataFrame:
    path = sample_data / "polygons/grdc_major_river_basins_simplified_0.05deg.geojson"
    return gpd.read_file(path).set_index("MRBID")


@pytest.fixture(scope="module")
def storage(sample_data: Path) -> xr.DataArray:
    path = sample_data / "grace/grace_jpl_rl06_sh_tws_1deg_200204_200710.nc"
    with xr.open_dataset(path) as data:
        return data["lwe_thickness"].load()


def next_month_correlation(series: pd.Series) -> float:
    """Correlation of each month with the next one, where both have a solution."""
    months = series.groupby(series.index.to_period("M")).mean()
    whole = pd.period_range(months.index[0], months.index[-1], freq="M")
    months = months.reindex(whole)
    assert 0 < months.isna().sum() < 10, "months without a solution must stay missing"
    return months.corr(months.shift())


def test_storage_of_the_amazon_swings_as_known(
    rivers: gpd.GeoDataFrame, storage: xr.DataArray
) -> None:
    amazon = rivers[rivers["RIVER_BASI"].str.startswith("AMAZON ")]
    built = area_weights(amazon, Grid.of(storage["lat"].values, storage["lon"].values))
    means = basin_means(built, storage)
    assert means["lwe_thickness"].attrs["units"] == "cm"
    series = means["lwe_thickness"].isel(basin=0).to_series()
    assert 5.8e6 < built.area[0] < 6.4e6
    assert 0.8 < next_month_correlation(series) < 0.9
    assert 10 < series.std() < 15


def test_order_and_convention_change_no_series(
    rivers: gpd.GeoDataFrame, storage: xr.DataArray
) -> None:
    plain = canonical(storage)
    built = area_weights(rivers, Grid.of(plain["lat"].values, plain["lon"].values))
    expected = basin_means(built, plain)
    assert np.isfinite(expected["lwe_thickness"]).all()
    for lon in (storage, plain):
        for data in (lon, lon.isel(lat=slice(None, None, -1))):
            xr.testing.assert_equal(basin_means(built, data), expected)
