"""Leaf area index: counts, fills and quality bits of MODIS, packing and flags of NOAA."""

from pathlib import Path

import netCDF4
import numpy as np
import pytest

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.lai import decode_modis, read_appeears, read_modis, read_noaa

RADIUS = 6371007.181
AVHRR, VIIRS = "AVHRR-Land_v005_AVH15C1_NOAA-16", "VIIRS-Land_v001_NPP15C1_S-NPP"


def test_counts_are_tenths_and_fills_are_missing() -> None:
    counts = np.array([0, 1, 70, 100, 101, 249, 250, 251, 252, 253, 254, 255], np.uint8)
    expected = [0, 0.1, 7, 10, *[np.nan] * 8]
    np.testing.assert_allclose(decode_modis(counts), expected, rtol=1e-6)


def test_the_main_algorithm_counts_saturated_or_not() -> None:
    """Bits 5-7: 0 main, 1 saturated, 2 and 3 empirical, 4 none; the lower bits do not decide."""
    quality = np.array(
        [0b000_00000, 0b001_00000, 0b010_00000, 0b011_00000, 0b100_00000, 0b000_01010]
    )
    good = np.isfinite(decode_modis(np.full(6, 30, np.uint8), quality.astype(np.uint8)))
    np.testing.assert_array_equal(good, [True, True, False, False, False, True])


def write_modis(path: Path, dims=("y", "x"), quality: bool = False, dtype: str = "u1") -> Path:
    axes = {"y": np.deg2rad([60, 30]) * RADIUS, "x": np.deg2rad([0, 5]) * RADIUS}
    axes |= {"lat": [60, 30], "lon": [0, 5]}
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 2), (dims[0], 2), (dims[1], 2)):
            file.createDimension(name, size)
        time = file.createVariable("time", "i8", ("time",))
        time.units = "days since 2004-01-01 00:00:00"
        time[:] = [0, 8]
        for name in dims:
            file.createVariable(name, "f8", (name,))[:] = axes[name]
        lai = file.createVariable("Lai_500m", dtype, ("time", *dims), fill_value=255)
        lai.set_auto_maskandscale(False)
        lai.setncatts({"units": "m^2/m^2", "scale_factor": 0.1})
        lai[:] = [[[10, 254], [20, 30]]] * 2
        if quality:
            qc = file.createVariable("FparLai_QC", "u1", ("time", *dims))
            qc[:] = [[[0, 0], [32, 64]]] * 2
    return path


def test_a_sinusoidal_window_tells_where_its_pixels_are(tmp_path: Path) -> None:
    """At 60 degrees north a metre is twice as many degrees of longitude as at the equator."""
    data = read_modis([write_modis(tmp_path / "m.nc")])
    assert data["lai"].dims == ("time", "y", "x") and data["lai"].attrs["units"] == "m2 m-2"
    np.testing.assert_allclose(data["lai"][0], [[1, np.nan], [2, 3]], rtol=1e-6)
    np.testing.assert_allclose(data["lat"], [60, 30])
    np.testing.assert_allclose(data["lon"][:, 1], [10, 5 / np.cos(np.deg2rad(30))])
    assert data["time"].values[1] == np.datetime64("2004-01-09")
    assert data.attrs["quality"] == "none"


def test_a_geographic_window_ends_on_canonical_axes(tmp_path: Path) -> None:
    path = write_modis(tmp_path / "m.nc", ("lat", "lon"), quality=True)
    data = read_modis([path])
    np.testing.assert_allclose(data["lai"][0], [[2, np.nan], [1, np.nan]], rtol=1e-6)
    np.testing.assert_array_equal(data["lat"], [30, 60])
    assert data.attrs["quality"] == "FparLai_QC"
    assert read_modis([path], Extent(south=50)).sizes["lat"] == 1


def test_numbers_that_are_no_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="int16, expected bytes"):
        read_modis([write_modis(tmp_path / "m.nc", dtype="i2")])


def write_points(path: Path, rows: str) -> Path:
    product = "MCD15A2H_061_"
    head = f"ID,Latitude,Longitude,Date,{product}LaiStdDev_500m,{product}Lai_500m,"
    path.write_text(f"{head}{product}FparLai_QC,{product}FparLai_QC_MODLAND\n{rows}")
    return path


def test_points_of_appeears_are_scaled_already(tmp_path: Path) -> None:
    rows = (
        "007,46.5,-113.4,2020-01-01,248.0,0.2,73.0,0b1\n"  # 73 >> 5 is 2: back-up algorithm
        "007,46.5,-113.4,2020-01-09,0.1,1.5,0.0,0b0\n"
        "B,46.2,-112.8,2020-01-01,0.1,2.5,32.0,0b0\n"
        "B,46.2,-112.8,2020-01-17,0.1,25.5,0.0,0b0\n"  # a fill that was scaled
    )
    data = read_appeears(write_points(tmp_path / "p.csv", rows))
    assert list(data["site"].values) == ["007", "B"]
    np.testing.assert_allclose(
        data["lai"], [[np.nan, 1.5, np.nan], [2.5, np.nan, np.nan]], rtol=1e-6
    )
    np.testing.assert_allclose(data["lat"], [46.5, 46.2])


def test_tables_that_are_no_point_sample_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("<html>\n<body>login</body>\n</html>\n")
    with pytest.raises(InputError, match="point sample of AppEEARS"):
        read_appeears(path)
    row = "A,46.5,-113.4,2020-01-09,0.1,1.5,0.0,0b0\n"
    with pytest.raises(InputError, match="twice on a day"):
        read_appeears(write_points(path, row * 2))


def write_noaa(folder: Path, day: int, packed: bool = True, sensor: str = AVHRR) -> Path:
    """A global day in small: latitudes descend, 16-bit thousandths, -100 is fill."""
    path = folder / f"{sensor}_200301{day:02d}_c20180830231613.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 1), ("latitude", 2), ("longitude", 3)):
            file.createDimension(name, size)
        time = file.createVariable("time", "f4", ("time",))
        time.units = "days since 1981-01-01 00:00:00"
        time[:] = 8035 + day - 1  # 2003-01-01 is day 8035
        file.createVariable("latitude", "f4", ("latitude",))[:] = [10.025, 9.975]
        file.createVariable("longitude", "f4", ("longitude",))[:] = [-0.025, 0.025, 0.075]
        cells = ("time", "latitude", "longitude")
        lai = file.createVariable("LAI", "i2", cells, fill_value=-100 if packed else False)
        lai.set_auto_maskandscale(False)
        if packed:
            lai.setncatts({"scale_factor": 0.001, "add_offset": 0.0, "units": "m2 m-2"})
        lai[:] = [[1000 * day, -100, 3000], [4000, 5000, 6205]]
        # Bits 0-1: 0 good, 1 cloudy, 2 invalid input, 3 out of range; higher bits are no verdict.
        file.createVariable("QA", "i2", cells)[:] = [[0, 0, 1], [2, 3, 0b10100]]
    return path


def test_days_of_noaa_are_unpacked_flagged_and_ordered(tmp_path: Path) -> None:
    data = read_noaa([write_noaa(tmp_path, 9), write_noaa(tmp_path, 1)])
    assert list(data["time"].dt.day.values) == [1, 9] and data["time"].dt.year.values[0] == 2003
    np.testing.assert_allclose(
        data["lai"][1], [[np.nan, np.nan, 6.205], [9, np.nan, np.nan]], rtol=1e-6
    )
    np.testing.assert_allclose(data["lat"], [9.975, 10.025])


def test_numbers_without_declared_packing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scale_factor"):
        read_noaa([write_noaa(tmp_path, 1, packed=False)])


def test_a_day_given_twice_is_refused(tmp_path: Path) -> None:
    path = write_noaa(tmp_path, 1)
    with pytest.raises(InputError, match="2003-01-01 comes twice"):
        read_noaa([path, path])


def test_both_sensors_of_noaa_are_read_alike(tmp_path: Path) -> None:
    paths = [write_noaa(tmp_path, 1), write_noaa(tmp_path, 5, sensor=VIIRS)]
    data = read_noaa(paths, Extent(south=10))
    assert data.sizes["time"] == 2 and data.attrs["source"] == "NOAA CDR"
    np.testing.assert_allclose(data["lai"].isel(lat=0, lon=0), [1, 5], rtol=1e-6)


def test_a_file_without_the_expected_names_tells_what_it_has(tmp_path: Path) -> None:
    path = write_noaa(tmp_path, 1, sensor=VIIRS)
    with netCDF4.Dataset(path, "a") as file:
        file.renameVariable("QA", "quality")
    with pytest.raises(InputError, match=r"lacks QA \(it has .*quality.*NOAA's leaf area index"):
        read_noaa([path])


def test_years_of_a_window_follow_one_another(tmp_path: Path) -> None:
    one = write_modis(tmp_path / "a.nc", ("lat", "lon"))
    two = write_modis(tmp_path / "b.nc", ("lat", "lon"))
    with netCDF4.Dataset(two, "a") as file:
        file["time"][:] = [366, 374]
    assert read_modis([two, one]).sizes["time"] == 4
