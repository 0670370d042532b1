"""The map is compared with other estimates where both are, by climate and by unit."""

import numpy as np
import pytest
import xarray as xr

from vadose.capacity.comparison import by_climate, layout, to_dataset
from vadose.estimates import of_cells
from vadose.koeppen import Climate

MAP = np.random.default_rng(1).uniform(50, 500, (4, 5))
CLIMATE = np.where(np.arange(20).reshape(4, 5) < 10, Climate.A, Climate.B)
AREA = np.ones((4, 5))


def test_an_estimate_agrees_in_the_climate_where_it_is_right() -> None:
    estimates = {"capacity": MAP, "other": np.where(CLIMATE == Climate.A, 2 * MAP, -MAP)}
    found = by_climate(estimates, CLIMATE, AREA).set_index(["estimate", "climate"])
    assert found.loc[("other", "tropical"), "pearson"] == pytest.approx(1)
    assert found.loc[("other", "arid"), "spearman"] == pytest.approx(-1)
    assert found.loc[("other", "all land"), "n"] == 20
    assert np.isnan(found.loc[("other", "polar"), "median"])
    wide = layout(found.reset_index())
    assert wide.loc["other", ("pearson", "tropical")] == pytest.approx(1)


def test_cells_without_a_value_of_the_map_are_no_land() -> None:
    some = np.where(CLIMATE == Climate.A, MAP, np.nan)
    found = by_climate({"capacity": some, "other": MAP}, CLIMATE, AREA)
    assert found.set_index("climate")["n"].to_dict()["all land"] == 10


def test_estimates_lie_on_one_grid_and_gauges_take_their_cell() -> None:
    places = xr.Dataset(coords={"lat": np.arange(4.0), "lon": np.arange(5.0)})
    maps = to_dataset({"capacity": MAP}, CLIMATE, places)
    assert maps["climate"].dtype == np.int8 and maps["climate"].dims == ("lat", "lon")
    labels = xr.Dataset(
        {
            "lat": ("unit", [1.2]),
            "lon": ("unit", [2.9]),
            "model_capacity": (("unit", "model"), [[90.0]]),
        },
        {"model": ["swbm"]},
    )
    found = of_cells(labels, maps[["capacity"]])
    assert found["swbm"][0] == 90 and found["capacity"][0] == MAP[1, 3]
