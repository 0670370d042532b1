"""The planet's files have the headers of real ones, where samples of the same product are here."""

import zipfile
from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import pandas as pd
import pytest
from tests.small_planet import small_planet

from vadose.planet.basins import draw_basins
from vadose.planet.caravan import UNITS
from vadose.planet.providers import write_providers
from vadose.planet.writers.camels_us import write_camels_us

SUBSETS = "gridded/era5_era5land_cru_monthly_subsets"
TREE = "basin_dataset_public_v1p2"


class Header(NamedTuple):
    """What a reader relies on of a variable."""

    dims: tuple[str, ...]
    kind: str
    attrs: dict[str, object]


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planet")
    write_providers(folder, *small_planet(12.0, "2004-01", "2004-12"), 7)
    table, dates = draw_basins(7, 2), pd.date_range("2004-01-01", "2004-12-31")
    luck = np.random.default_rng(3).random((len(dates), 2))
    write_camels_us(folder, table, dates, dict.fromkeys(UNITS, 20.0 * luck))
    return folder


def header(path: Path, name: str) -> Header:
    with netCDF4.Dataset(path) as file:
        variable = file[name]
        attrs = {key: variable.getncattr(key) for key in variable.ncattrs()}
        return Header(variable.dimensions, str(variable.dtype), attrs)


def one(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


@pytest.mark.parametrize("name", ["pre", "tmp"])
def test_cru_is_as_the_provider_writes_it(planet: Path, sample_data: Path, name: str) -> None:
    ours = one(planet / "cru", f"*.{name}.dat.nc")
    real = one(sample_data / SUBSETS, f"cru*.{name}.dat.nc")
    assert header(ours, name) == header(real, name)
    assert header(ours, "stn") == header(real, "stn")
    for axis in ("time", "lat", "lon"):
        mine, theirs = header(ours, axis), header(real, axis)
        theirs.attrs.pop("_FillValue")  # left there by the tool that cut the sample
        assert mine == theirs
    with netCDF4.Dataset(ours) as mine, netCDF4.Dataset(real) as theirs:
        days = [np.asarray(file["time"][:12]) for file in (mine, theirs)]
        month_lengths = [np.rint(np.diff(year)) for year in days]
        assert month_lengths[0][4:].tolist() == month_lengths[1][4:].tolist()
        assert np.all(np.diff(mine["lat"][:]) > 0) and np.all(np.diff(theirs["lat"][:]) > 0)


def test_grun_is_as_the_provider_writes_it(planet: Path, sample_data: Path) -> None:
    ours = header(one(planet / "grun", "*.nc"), "Runoff")
    real = header(one(sample_data / "gridded/grun_v1_shannon_0.5deg", "*.nc"), "Runoff")
    assert ours.kind == real.kind and np.isnan(ours.attrs["_FillValue"])
    assert ours.attrs["units"] == real.attrs["units"]
    assert ours.attrs["long_name"] == real.attrs["long_name"]
    # The sample's axes were renamed when it was cut; the provider's are Y and X.
    assert ours.dims == ("time", "Y", "X") and real.dims == ("time", "lat", "lon")


def test_grace_has_the_conventions_of_grctellus(planet: Path, sample_data: Path) -> None:
    real = sample_data / "grace/grace_jpl_rl06_sh_tws_1deg_200204_200710.nc"
    ours = one(planet / "grace_jpl", "*.nc")
    mine, theirs = (header(path, "lwe_thickness") for path in (ours, real))
    assert mine.dims == theirs.dims
    for key in ("units", "long_name"):
        assert mine.attrs[key] == theirs.attrs[key]
    mine, theirs = (header(path, "time") for path in (ours, real))
    for key in ("bounds", "calendar"):
        assert mine.attrs[key] == theirs.attrs[key]
    assert header(ours, "time_bounds").dims == header(real, "time_bounds").dims
    epochs = [str(found.attrs["units"])[:30] for found in (mine, theirs)]
    assert epochs[0] == epochs[1] == "days since 2002-01-01T00:00:00"
    for path in (ours, real):
        with netCDF4.Dataset(path) as file:
            assert np.all(np.diff(file["lat"][:]) > 0) and 0 < file["lon"][0] < 180
            assert 340 < file["lon"][-1] < 360
            middles = np.asarray(file["time_bounds"][:]).mean(axis=1)
            assert np.abs(middles - file["time"][:]).max() < 1.0


def test_the_reanalysis_has_the_names_and_units_of_the_store(
    planet: Path, sample_data: Path, tmp_path: Path
) -> None:
    """The samples are of the old layout, which packed integers over `time`."""
    with zipfile.ZipFile(planet / "era5_land/era5_land_monthly_2004.nc") as reply:
        reply.extractall(tmp_path)
    for step, name, sample in (("avgua", "t2m", "t2m"), ("avgad", "tp", "prcp")):
        ours = header(one(tmp_path, f"*{step}.nc"), name)
        real = header(one(sample_data / SUBSETS, f"sel_era5_land_monthly_{sample}_*.nc"), name)
        assert ours.dims[1:] == real.dims[1:] == ("latitude", "longitude")
        for key in ("units", "long_name"):
            assert ours.attrs[key] == real.attrs[key]
    with netCDF4.Dataset(one(sample_data / SUBSETS, "sel_era5_land_monthly_t2m_*.nc")) as file:
        assert file["latitude"][0] > file["latitude"][-1], "as the planet's, north first"


def test_modis_has_the_bytes_of_the_real_product(planet: Path, sample_data: Path) -> None:
    ours = one(planet / "modis_lai", "*.nc")
    real = sample_data / "lai/MOD15A2H_Lai_500m_arcachon_2004_81x81.nc"
    mine, theirs = (header(path, "Lai_500m") for path in (ours, real))
    assert mine.kind == theirs.kind == "uint8"
    assert mine.attrs["units"] == theirs.attrs["units"] and len(mine.dims) == len(theirs.dims)
    for path in (ours, real):
        with netCDF4.Dataset(path) as file:
            file.set_auto_maskandscale(False)
            counts, days = file["Lai_500m"][:], file["time"][:]
        assert len(days) == 46 and set(np.diff(days)) == {8}
        assert 254 in counts and not ((counts > 100) & (counts < 249)).any()


def test_snow_is_packed_as_in_the_real_product(planet: Path, sample_data: Path) -> None:
    ours = header(planet / "ua_swe/4km_SWE_Depth_WY2004_v01.nc", "SWE")
    real = header(sample_data / "ua_swe_camels/ua_swe_daily_camels.nc", "SWE")
    assert ours.kind == real.kind == "int16"
    for key in ("units", "_FillValue"):
        assert ours.attrs[key] == real.attrs[key]


def shape_of(line: str) -> str:
    """A line with each digit as 9 and each run of blanks before a number as it is."""
    return "".join("9" if sign.isdigit() else sign for sign in line)


@pytest.mark.parametrize("product", ["daymet", "maurer", "maurer_extended", "nldas"])
def test_forcing_of_camels_has_the_same_lines(
    planet: Path, sample_data: Path, product: str
) -> None:
    texts = [
        next((root / TREE / "basin_mean_forcing" / product).rglob(pattern)).read_text()
        for root, pattern in (
            (planet / "camels_us", "00000001*.txt"),
            (sample_data / "camels_us", "01022500*.txt"),
        )
    ]
    mine, theirs = (text.splitlines() for text in texts)
    assert mine[3] == theirs[3], "the names of columns and the blanks between them"
    assert [len(line) for line in mine[:3]] == [len(line) for line in theirs[:3]]
    for ours, real in ((mine[4], theirs[4]), (mine[-1], theirs[-1])):
        assert ours.count("\t") == real.count("\t")
        assert shape_of(ours.split("\t")[0]) == shape_of(real.split("\t")[0])
    assert {len(line.split()) for line in mine[4:]} == {len(line.split()) for line in theirs[4:]}


def test_streamflow_of_camels_has_the_same_columns(planet: Path, sample_data: Path) -> None:
    folders = [root / "camels_us" / TREE / "usgs_streamflow" for root in (planet, sample_data)]
    lines = [next(folder.rglob("*_qc.txt")).read_text().splitlines()[0] for folder in folders]
    ours, real = (shape_of(line[:19]) for line in lines)
    assert ours == real, "id and date"
    for line in lines:
        assert line[28] == " " and line[25] == "." and line[29] == "A", "flow in nine places"


@pytest.mark.parametrize("group", ["clim", "geol", "hydro", "name", "soil", "topo", "vege"])
def test_attributes_of_camels_have_the_same_columns(
    planet: Path, sample_data: Path, group: str
) -> None:
    ours, real = (
        (root / "camels_us" / f"camels_{group}.txt").read_text().splitlines()[0]
        for root in (planet, sample_data)
    )
    assert ours == real
