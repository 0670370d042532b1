"""GRACE mascons: cm to mm, solutions to the months they belong to, gaps stay gaps."""

from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.grace import (
    assign_months,
    missing_months,
    observed_months,
    read_grace,
    read_mascons,
)

EPOCH = np.datetime64("2002-01-01")
# Real spans: a gap (June, July 2002) and the pair that share November 2011 by their middles.
SPANS = [
    ("2002-04-04", "2002-05-01"),
    ("2002-05-02", "2002-05-18"),
    ("2002-08-01", "2002-08-31"),
    ("2011-10-16", "2011-11-16"),
    ("2011-11-01", "2011-12-01"),
]
MONTHS = ["2002-04", "2002-05", "2002-08", "2011-10", "2011-11"]
LAT, LON = [-0.25, 0.25, 0.75], [0.25, 179.75, 180.25, 359.75]


def days(text: str) -> float:
    return float((np.datetime64(text) - EPOCH) / np.timedelta64(1, "D"))


def write_jpl(path: Path, spans=SPANS, units: str = "cm", extras: bool = True) -> Path:
    """A file as JPL writes it: double cm, -99999, longitudes 0-360, bounds without units."""
    bounds = np.array([[days(a), days(b)] for a, b in spans])
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", len(spans)), ("lat", 3), ("lon", 4), ("bounds", 2)):
            file.createDimension(name, size)
        time = file.createVariable("time", "f8", ("time",))
        time.setncatts(
            {
                "units": "days since 2002-01-01T00:00:00Z",
                "calendar": "gregorian",
                "bounds": "time_bounds",
            }
        )
        time[:] = bounds.mean(1)
        file.createVariable("time_bounds", "f8", ("time", "bounds"))[:] = bounds
        file.createVariable("lat", "f8", ("lat",))[:] = LAT
        file.createVariable("lon", "f8", ("lon",))[:] = LON
        cells = ("time", "lat", "lon")
        lwe = file.createVariable("lwe_thickness", "f8", cells, fill_value=-99999.0)
        lwe.units = units
        lwe[:] = np.arange(len(spans) * 12).reshape(-1, 3, 4)
        lwe[0, 0, 0] = -99999
        if extras:
            error = file.createVariable("uncertainty", "f8", cells, fill_value=-99999.0)
            error.units = "cm"
            error[:] = 1.5
            mask = file.createVariable("land_mask", "f8", ("lat", "lon"))
            mask[:] = [[1, 1, 0, 0]] * 3
            scale = file.createVariable("scale_factor", "f8", ("lat", "lon"), fill_value=-99999.0)
            scale[:] = [[2, 0.5, -99999, -99999]] * 3
    return path


def write_gsfc(path: Path, spans) -> Path:
    """A file as GSFC writes it: netCDF 3, no fill value, no uncertainty, its own land mask."""
    bounds = np.array([[days(a), days(b)] for a, b in spans])
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        for name, size in (("lon", 4), ("lat", 3), ("time", len(spans)), ("bounds", 2)):
            file.createDimension(name, size)
        for name, values in (("lon", LON), ("lat", LAT), ("time", bounds.mean(1))):
            file.createVariable(name, "f8", (name,))[:] = values
        file["time"].units = "days since 2002-01-01T00:00:00Z"
        file.createVariable("time_bounds", "f8", ("time", "bounds"))[:] = bounds
        file.createVariable("lon_bounds", "f8", ("lon", "bounds"))[:] = 0
        mask = file.createVariable("land_mask", "f8", ("lat", "lon"))
        mask.units = "binary"
        mask[:] = [[1, 1, 0, 0]] * 3
        lwe = file.createVariable("lwe_thickness", "f8", ("time", "lat", "lon"))
        lwe.units = "cm"
        lwe[:] = np.arange(len(spans))[:, None, None]
    return path


def write_csr(path: Path, bounds: bool) -> Path:
    """A file as CSR writes it: the units of time stand under `Units`."""
    with netCDF4.Dataset(path, "w") as file:
        file.time_epoch = "2002-01-01T00:00:00Z"
        for name, size in (("time", 2), ("lat", 2), ("lon", 2), ("timebound", 2)):
            file.createDimension(name, size)
        time = file.createVariable("time", "f4", ("time",))
        time.Units = "days since 2002-01-01T00:00:00Z"
        time[:] = [days("2015-04-11"), days("2015-04-27")]
        if bounds:
            file.createVariable("time_bounds", "f4", ("time", "timebound"))[:] = [
                [days("2015-03-27"), days("2015-04-26")],
                [days("2015-04-12"), days("2015-05-12")],
            ]
        file.createVariable("lat", "f4", ("lat",))[:] = [-0.125, 0.125]
        file.createVariable("lon", "f4", ("lon",))[:] = [0.125, 359.875]
        lwe = file.createVariable("lwe_thickness", "f4", ("time", "lat", "lon"))
        lwe.units = "cm"
        lwe[:] = 3
    return path


def test_centimetres_become_millimetres_in_their_places(tmp_path: Path) -> None:
    data = read_grace(write_jpl(tmp_path / "m.nc"))
    assert data["twsa"].attrs["units"] == "mm" and data["twsa"].dims == ("time", "lat", "lon")
    np.testing.assert_allclose(data["lon"], [-179.75, -0.25, 0.25, 179.75])
    # Cell 13 of the file is (time 1, lat -0.25, lon 179.75).
    assert data["twsa"].sel(lat=-0.25, lon=179.75).isel(time=1) == 130
    assert data["twsa"].sel(lat=0.75, lon=-0.25).isel(time=0) == 110
    assert data["twsa_uncertainty"].attrs["units"] == "mm"
    assert (data["twsa_uncertainty"] == 15).all()


def test_fill_values_are_missing(tmp_path: Path) -> None:
    data = read_grace(write_jpl(tmp_path / "m.nc"))
    assert np.isnan(data["twsa"].sel(lat=-0.25, lon=0.25).isel(time=0))
    assert int(data["twsa"].isnull().sum()) == 1
    assert data["scale_factor"].isnull().sum() == 6


def test_each_solution_has_its_own_month_and_gaps_stay(tmp_path: Path) -> None:
    data = read_grace(write_jpl(tmp_path / "m.nc"))
    assert list(observed_months(data).strftime("%Y-%m")) == MONTHS
    gaps = missing_months(data).strftime("%Y-%m")
    assert list(gaps[:3]) == ["2002-06", "2002-07", "2002-09"]
    assert len(gaps) == 9 * 12 + 8 - 5  # April 2002 to November 2011 are 116 months
    assert data["solution_start"].values[3] == np.datetime64("2011-10-16")


@pytest.mark.parametrize(
    ("spans", "months"),
    [
        (
            [("2011-12-16", "2012-01-17"), ("2012-01-01", "2012-02-01")],
            ["2011-12", "2012-01"],
        ),
        (
            [
                ("2015-02-01", "2015-03-01"),
                ("2015-03-27", "2015-04-26"),
                ("2015-04-12", "2015-05-12"),
            ],
            ["2015-02", "2015-04", "2015-05"],
        ),
        ([("2004-01-01", "2004-01-13"), ("2004-02-04", "2004-02-29")], ["2004-01", "2004-02"]),
        ([("2010-07-14", "2010-08-14")], ["2010-07"]),
    ],
)
def test_overlap_decides_the_month(spans: list[tuple[str, str]], months: list[str]) -> None:
    starts, ends = (pd.DatetimeIndex([s[i] for s in spans]) for i in (0, 1))
    assert list(assign_months(starts, ends).strftime("%Y-%m")) == months


def test_a_solution_given_twice_is_refused(tmp_path: Path) -> None:
    spans = [("2005-01-01", "2005-01-30"), ("2005-01-01", "2005-01-31")]
    with pytest.raises(InputError, match="2 solutions lie in 1 months"):
        read_grace(write_jpl(tmp_path / "m.nc", spans))
    spans = [
        ("2005-01-02", "2005-01-30"),
        ("2005-01-03", "2005-01-31"),
        ("2005-02-01", "2005-03-02"),
    ]
    with pytest.raises(InputError, match="twice"):
        read_grace(write_jpl(tmp_path / "n.nc", [*spans[:2], ("2005-02-02", "2005-02-27")]))


def test_times_that_go_back_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2002-05-10 comes after 2002-08-16"):
        read_grace(write_jpl(tmp_path / "m.nc", [SPANS[2], SPANS[1]]))


@pytest.mark.parametrize("bounds", [True, False])
def test_times_of_csr_are_decoded_by_hand(tmp_path: Path, bounds: bool) -> None:
    data = read_grace(write_csr(tmp_path / "csr.nc", bounds))
    assert list(observed_months(data).strftime("%Y-%m")) == ["2015-04", "2015-05"]
    assert (data["twsa"] == 30).all()


def test_the_sea_is_missing_where_only_land_is_wanted(tmp_path: Path) -> None:
    data = read_grace(write_jpl(tmp_path / "m.nc"), land_only=True)
    land = np.isfinite(data["twsa"].isel(time=1)).all("lat")
    np.testing.assert_array_equal(data["lon"][land.values], [0.25, 179.75])


def test_the_mask_may_come_from_its_own_file(tmp_path: Path) -> None:
    mask = write_jpl(tmp_path / "mask.nc")
    path = write_jpl(tmp_path / "m.nc", extras=False)
    with pytest.raises(InputError, match="mask_path"):
        read_grace(path, land_only=True)
    data = read_grace(path, land_only=True, mask_path=mask)
    assert np.isnan(data["twsa"].sel(lon=-0.25)).all()


def test_scale_factors_multiply_only_when_asked(tmp_path: Path) -> None:
    path = write_jpl(tmp_path / "m.nc")
    plain, scaled = read_grace(path), read_grace(path, scaled=True)
    np.testing.assert_allclose(
        scaled["twsa"].sel(lon=0.25), 2 * plain["twsa"].sel(lon=0.25), equal_nan=True
    )
    assert plain.attrs["scaled"] == "False" and scaled["twsa"].attrs["units"] == "mm"
    with pytest.raises(InputError, match="no scale factors"):
        read_grace(write_jpl(tmp_path / "n.nc", extras=False), scaled=True)


def test_a_window_gives_the_same_values(tmp_path: Path) -> None:
    path = write_jpl(tmp_path / "m.nc")
    window = Extent(west=0, east=180, south=0, start="2002-05-01", end="2002-12-31")
    part = read_grace(path, extent=window)
    assert dict(part.sizes) == {"time": 2, "lat": 2, "lon": 2}
    assert part["twsa"].equals(
        read_grace(path)["twsa"].sel(time=part["time"], lat=part["lat"], lon=part["lon"])
    )


def test_other_units_and_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'m', expected 'cm'"):
        read_grace(write_jpl(tmp_path / "m.nc", units="m"))
    with netCDF4.Dataset(tmp_path / "o.nc", "w") as file:
        file.createDimension("time", 1)
    with pytest.raises(InputError, match="lacks lwe_thickness"):
        read_grace(tmp_path / "o.nc")


def test_two_short_solutions_of_gsfc_keep_months_of_their_own(tmp_path: Path) -> None:
    """The real pair whose middles both lie in November 2018."""
    spans = [
        ("2018-06-01", "2018-06-30"),
        ("2018-10-22", "2018-11-09"),
        ("2018-11-10", "2018-11-30"),
    ]
    data = read_mascons([write_gsfc(tmp_path / "gsfc.nc", spans)])
    assert list(observed_months(data).strftime("%Y-%m")) == ["2018-06", "2018-10", "2018-11"]
    np.testing.assert_array_equal(data["twsa"].sel(lat=0.25, lon=0.25), [0, 10, 20])
    assert np.isnan(data["twsa"].sel(lon=-0.25)).all(), "the sea is missing"
    assert list(data.data_vars) == ["twsa"]


def test_any_centre_gives_land_and_its_uncertainty_where_known(tmp_path: Path) -> None:
    jpl = read_mascons([write_jpl(tmp_path / "m.nc")], Extent(end="2002-12-31"))
    assert list(jpl.data_vars) == ["twsa", "twsa_uncertainty"] and jpl.sizes["time"] == 3
    assert list(jpl.coords) == ["time", "lat", "lon"]
    mask = write_jpl(tmp_path / "CSR_GRACE_GRACE-FO_RL06_Mascons_v02_LandMask.nc")
    record = write_jpl(tmp_path / "CSR_GRACE.nc", extras=False)
    csr = read_mascons([mask, record])
    assert csr["twsa"].isel(time=1).equals(read_mascons([write_jpl(tmp_path / "n.nc")])["twsa"][1])
    whole = read_mascons([record])
    assert np.isfinite(whole["twsa"].isel(time=1)).all(), "no mask is known"
    with pytest.raises(InputError, match="expected one record of mascons"):
        read_mascons([record, tmp_path / "m.nc"])
    with pytest.raises(InputError, match="no file: expected one record"):
        read_mascons([])
