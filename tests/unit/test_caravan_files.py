"""All daily variables of Caravan, in either form of its files; polygons by id."""

from pathlib import Path

import geopandas as gpd
import netCDF4
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from vadose.errors import InputError
from vadose.sources import camels_us
from vadose.sources.caravan import (
    find_basins,
    find_subset,
    read_daily,
    read_daily_variables,
    read_polygons,
    vapour_pressure,
)
from vadose.sources.caravan_files import DAILY, FAO_PET, REANALYSIS_PET

DAYS = pd.date_range("2001-01-01", periods=5)
# What a basin has, a value a day: (as the release names it, canonical name, values).
SERIES = {
    "total_precipitation_sum": [0, 1, 2, 3, np.nan],
    "temperature_2m_mean": [-5, 0, 5, 10, 15],
    "temperature_2m_min": [-9, -4, 1, 6, 11],
    "dewpoint_temperature_2m_mean": [-6, -1, 4, 9, 14],
    "snow_depth_water_equivalent_mean": [5, 4, 3, 2, 1],
    "surface_net_solar_radiation_mean": [50, 60, 70, 80, 90],
    "surface_pressure_mean": [99, 98, 97, 96, 95],
    "volumetric_soil_water_layer_1_mean": [0.1, 0.2, 0.3, 0.4, 0.5],
    "potential_evaporation_sum": [9, 9, 9, 9, 9],
    "streamflow": [1, -999, 2, 3, np.nan],
}
FAO = {FAO_PET: [-0.4, 1, 2, 3, 4], REANALYSIS_PET[0]: [8, 8, 8, 8, 8]}


def write_netcdf(path: Path, series=SERIES, first: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("date", None)
        date = file.createVariable("date", "i4", ("date",))
        date.units = "days since 2001-01-01"
        date[:] = np.arange(first, first + 5)
        for name, values in series.items():
            file.createVariable(name, "f4", ("date",), fill_value=np.float32("nan"))[:] = values
    return path


def write_csv(path: Path, series=SERIES) -> Path:
    """With a column that is not Caravan's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame({"date": DAYS.strftime("%Y-%m-%d")} | series | {"eobs": 1.0})
    table.to_csv(path, index=False)
    return path


ALL = [*DAILY, "vapour_pressure"]


def test_text_and_netcdf_hold_the_same(tmp_path: Path) -> None:
    days = pd.date_range("2000-12-30", periods=6)
    both = [
        read_daily_variables({"sub_1": path}, days, ALL)
        for path in (write_netcdf(tmp_path / "sub_1.nc"), write_csv(tmp_path / "sub_1.csv"))
    ]
    for name in both[0].data_vars:
        np.testing.assert_allclose(both[0][name], both[1][name], rtol=1e-6)
    np.testing.assert_array_equal(both[1]["p"], [[np.nan, np.nan, 0, 1, 2, 3]])
    np.testing.assert_array_equal(both[1]["q"], [[np.nan, np.nan, 1, np.nan, 2, 3]])
    daily = read_daily([tmp_path / "sub_1.csv"], days)
    np.testing.assert_array_equal(daily.p, both[0]["p"])


def test_only_what_is_asked_for_and_there_is_given(tmp_path: Path) -> None:
    files = {"a_1": write_netcdf(tmp_path / "a_1.nc")}
    data = read_daily_variables(files, DAYS, ["q", "swe", "v", "soil_water_1"])
    assert list(data.data_vars) == ["q", "swe", "soil_water_1"]
    assert data["swe"].dims == ("basin", "time") and data["swe"].attrs["units"] == "mm"
    assert data["soil_water_1"].attrs["units"] == "m3/m3"
    assert list(data["basin"].values) == ["a_1"]
    everything = read_daily_variables(files, DAYS, ALL)
    assert {"t_min", "pressure", "vapour_pressure", "dewpoint"} <= set(everything.data_vars)
    with pytest.raises(InputError, match="no daily rain"):
        read_daily_variables(files, DAYS, ["rain"])


def test_there_are_forty_variables_and_their_canonical_names_are_one_each() -> None:
    assert len(DAILY) == 4 + 3 * 12
    names = [name for kind in DAILY.values() for name in kind.names]
    assert len(set(names)) == len(names) == 41


def test_demand_of_any_release_is_found_and_never_confused(tmp_path: Path) -> None:
    """The reanalysis' demand was renamed when Penman-Monteith's came beside it."""
    old = write_netcdf(tmp_path / "a_1.nc")
    new = {k: v for k, v in SERIES.items() if k != "potential_evaporation_sum"} | FAO
    files = {"a_1": old, "a_2": write_netcdf(tmp_path / "a_2.nc", new)}
    data = read_daily_variables(files, DAYS, ["pet", "pet_reanalysis"])
    np.testing.assert_array_equal(data["pet"], [[np.nan] * 5, [0, 1, 2, 3, 4]])
    np.testing.assert_array_equal(data["pet_reanalysis"], [[9] * 5, [8] * 5])


def test_vapour_pressure_is_that_of_the_tables() -> None:
    """0.6108 kPa at 0 degC, 2.338 kPa at 20 degC (FAO 56, annex 2)."""
    np.testing.assert_allclose(vapour_pressure(np.array([0.0, 20.0])), [0.6108, 2.338], atol=1e-3)


def test_records_of_other_days_stay_missing(tmp_path: Path) -> None:
    told: list[int] = []
    files = {"a_1": write_netcdf(tmp_path / "a_1.nc", first=400)}
    data = read_daily_variables(files, DAYS, ["p"], told.append)
    assert np.isnan(data["p"]).all() and told == [1]


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (
            {"surface_pressure_mean": [99_000] * 5},
            "not within 40 to 110 kPa on 5 days, first 99000",
        ),
        ({"temperature_2m_mean": [280] * 5}, "air temperature .* not within -95 to 65 degC"),
        ({"total_precipitation_sum": [0, -1, 0, 0, 0]}, "on 1 days, first -1 on 2001-01-02"),
    ],
)
def test_other_units_are_refused(tmp_path: Path, series, message: str) -> None:
    files = {"a_1": write_csv(tmp_path / "a_1.csv", SERIES | series)}
    with pytest.raises(InputError, match=message):
        read_daily_variables(files, DAYS, ALL)


def test_broken_tables_are_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a_1.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:3] + lines[4:]), encoding="utf-8")
    with pytest.raises(InputError, match="1 gaps, the first after 2001-01-02"):
        read_daily_variables({"a_1": path}, DAYS, ["p"])
    path.write_text(lines[0], encoding="utf-8")
    with pytest.raises(InputError, match="has no day"):
        read_daily_variables({"a_1": path}, DAYS, ["p"])
    path.write_text("<html>", encoding="utf-8")
    with pytest.raises(InputError, match="lacks date"):
        read_daily_variables({"a_1": path}, DAYS, ["p"])
    with pytest.raises(InputError, match=r"none\.csv cannot be read"):
        read_daily_variables({"a_1": tmp_path / "none.csv"}, DAYS, ["p"])


def test_an_extension_has_the_same_tree_below_another_name(tmp_path: Path) -> None:
    tree = tmp_path / "GRDC-Caravan-extension-csv"
    write_csv(tree / "timeseries/csv/grdc/GRDC_5868100.csv")
    (tree / "shapefiles/grdc").mkdir(parents=True)
    found = find_subset(tmp_path, "grdc")
    assert list(find_basins([found.timeseries])) == ["GRDC_5868100"]
    assert found.attributes == tree / "attributes/grdc"
    assert found.shapefiles == tree / "shapefiles/grdc"
    write_netcdf(tree / "timeseries/netcdf/grdc/GRDC_5868100.nc")
    assert find_subset(tree, "grdc").timeseries.parent.name == "netcdf"
    with pytest.raises(InputError, match=r"no timeseries of camelsdk \(it has grdc\)"):
        find_subset(tmp_path, "camelsdk")


def write_shapes(path: Path, field: str, ids: list, crs: str | None = "EPSG:4326") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shapes = [box(i, 40, i + 1, 41) for i in range(len(ids))]
    frame = gpd.GeoDataFrame({field: ids, "area": 1.0}, geometry=shapes, crs=crs)
    frame.to_file(path)
    return path


def test_polygons_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    write_shapes(tmp_path / "a/a_basin_shapes.shp", "gauge_id", ["a_1", "a_2", "a_3"])
    write_shapes(tmp_path / "b/b_basin_shapes.shp", "gauge_id", ["b_1"])
    write_shapes(tmp_path / "b/rivers.shp", "name", ["Rhine"])
    found = read_polygons([tmp_path / "a", tmp_path / "b"], ["b_1", "a_3", "a_1"])
    assert found.index.tolist() == ["b_1", "a_3", "a_1"] and found.crs == "EPSG:4326"
    assert [shape.bounds[0] for shape in found.geometry] == [0, 2, 0]
    assert found.columns.tolist() == ["geometry"]


def test_basins_without_one_polygon_are_named(tmp_path: Path) -> None:
    path = write_shapes(tmp_path / "c/combined.shp", "gauge_id", ["a_1", "a_2", "a_2"])
    with pytest.raises(InputError, match=r"2 basins have no polygon in .*combined\.shp: a_7, a_8"):
        read_polygons([path.parent], ["a_1", "a_7", "a_8"])
    with pytest.raises(InputError, match=r"1 basins have two polygons .*: a_2"):
        read_polygons([path.parent], ["a_1", "a_2"])
    with pytest.raises(InputError, match="no polygons"):
        read_polygons([tmp_path / "none"], ["a_1"])
    path.write_bytes(b"no shapes")
    with pytest.raises(InputError, match=r"combined\.shp cannot be read as polygons"):
        read_polygons([path.parent], ["a_1"])


def test_polygons_of_another_projection_are_brought_to_degrees(tmp_path: Path) -> None:
    shapes = gpd.GeoDataFrame({"gauge_id": ["a_1"]}, geometry=[box(10, 50, 11, 51)], crs=4326)
    shapes.to_crs(3857).to_file(tmp_path / "a_basin_shapes.shp")
    found = read_polygons([tmp_path], ["a_1"])
    np.testing.assert_allclose(found.geometry.iloc[0].bounds, [10, 50, 11, 51])
    (tmp_path / "a_basin_shapes.prj").unlink()
    with pytest.raises(InputError, match="does not tell its projection"):
        read_polygons([tmp_path], ["a_1"])


def test_numbers_of_camels_become_ids_of_eight_digits(tmp_path: Path) -> None:
    folder = tmp_path / "basin_set_full_res"
    write_shapes(folder / "HCDN_nhru_final_671.shp", "hru_id", [1013500, 14400000], "EPSG:4269")
    found = camels_us.read_polygons(tmp_path, ["14400000", "01013500"])
    assert found.index.tolist() == ["14400000", "01013500"]
    with pytest.raises(InputError, match=r"1 basins have no polygon .*: 1013500"):
        camels_us.read_polygons(tmp_path, ["1013500"])
    with pytest.raises(InputError, match=r"no HCDN_nhru_final_671\.shp below"):
        camels_us.read_polygons(tmp_path / "none", ["01013500"])
