"""What the readers make of the tiny planet's files is the planet's truth, with its errors.

The truth is brought to the grid of the run; spoiled cells stay in, as medians do not feel them.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from tests.workflow.tiny_project import Project

from vadose import contracts, kinds
from vadose.fields import to_grid
from vadose.grid import Grid

FIELDS = "aggregate/fields/4.5"
# Source, variable, and two medians over all land cells and months: of value over truth, and of the
# absolute error over truth. Both sensors after the first see other levels of leaf area; an error of
# snow that is right on average, 20 % by month and 10 % lasting, lowers its median by 2.5 %.
FLUXES = [
    ("gpcc", "p", 1.0, 0.10),
    ("cru", "p", 1.0, 0.10),
    ("cru", "pet", 1.0, 0.10),
    ("era5_land", "p", 1.0, 0.10),
    ("era5_land", "et", 1.0, 0.20),
    ("era5_land", "q", 1.0, 0.10),
    ("era5_land", "swe", 0.975, 0.20),
    ("fluxcom_xbase", "et", 1.0, 0.08),
    ("grun", "q", 1.0, 0.10),
    ("noaa_lai", "lai", 1.0, 0.08),
    ("modis_lai", "lai", 1.05, 0.10),
    ("viirs_lai", "lai", 1.12, 0.20),
]
GROUNDS = [
    ("topography", "elevation", 1.0),
    ("topography", "slope", 0.01),
    ("hwsd", "clay", 1.5),
    ("hwsd", "sand", 1.5),
    ("hwsd", "silt", 2.0),
    ("canopy_height", "canopy_height", 2.0),
    ("root_zone_stocker", "root_zone_capacity", 50.0),
]


STEP = 4.5  # degrees of the tiny planet


@cache
def true_fields(planet: Path) -> xr.Dataset:
    """The planet's truth on the grid of the run, in the units of the run."""
    with xr.open_dataset(planet / "truth/grid.nc") as file:
        truth = file.drop_vars("spoiled").load()
    truth["twsa"] = truth["swe"] + truth["soil"] + truth["groundwater"]
    truth["root_zone_capacity"] = truth["capacity"]
    return to_grid(truth, Grid.window(-60, 84, -180, 180, STEP), 0.5)


@cache
def read(folder: Path, source: str) -> xr.Dataset:
    """All that a run has of a source; it has one file of each."""
    (path,) = (folder / source).glob("*.nc")
    with contracts.opened(path) as data:
        static = path.stem == "static"
        known = kinds.STATIC_FIELDS if static else kinds.FIELDS
        kind = kinds.of(known, data.data_vars)
    return contracts.read(kind, path)


def pair(project: Project, source: str, name: str) -> tuple[xr.DataArray, xr.DataArray]:
    """A source's field and its truth, at the same places and months."""
    field = read(project.results / FIELDS, source)[name]
    truth = true_fields(project.planet)[name]
    np.testing.assert_allclose(truth["lat"], field["lat"])
    np.testing.assert_allclose(truth["lon"], field["lon"])
    if "time" in field.dims:
        truth = truth.sel(time=field["time"])
    return field, truth.transpose(*field.dims).assign_coords(field.coords)


@pytest.mark.parametrize(("source", "name", "level", "error"), FLUXES)
def test_a_field_is_the_truth_within_its_error(
    finished: Project, source: str, name: str, level: float, error: float
) -> None:
    field, truth = pair(finished, source, name)
    assert (field.notnull() & truth.notnull()).sum() > 0.85 * truth.notnull().sum()
    ratio = (field / truth).where(truth > 0.2 * truth.mean())
    assert abs(float(ratio.median()) - level) < 0.03
    assert float(abs(ratio - 1).median()) < error


@pytest.mark.parametrize("source", ["cru", "era5_land"])
def test_temperature_is_the_truth(finished: Project, source: str) -> None:
    field, truth = pair(finished, source, "t")
    assert float(np.abs(field - truth).max()) < 0.5


def test_storage_goes_with_the_truth(finished: Project) -> None:
    field, truth = pair(finished, "grace_jpl", "twsa")
    r = xr.corr(field, truth.where(field.notnull()), "time")
    assert float(r.median()) > 0.95
    assert float(np.abs(field.mean())) < 50


def test_soil_water_is_between_dry_and_full_and_calmer_below(finished: Project) -> None:
    data = read(finished.results / FIELDS, "era5_land")
    change = [float(np.abs(data[f"swvl{k}"].diff("time")).mean()) for k in (1, 2, 3, 4)]
    assert change == sorted(change, reverse=True)
    assert all(float(data[f"swvl{k}"].min()) > 0.02 for k in (1, 2, 3, 4))


def test_the_reanalysis_demand_is_read_and_is_no_demand(finished: Project) -> None:
    field = read(finished.results / FIELDS, "era5_land")["pet_reanalysis"]
    truth = true_fields(finished.planet)["pet"].sel(time=field["time"])
    assert 3 < float(field.mean() / truth.mean()) < 6


@pytest.mark.parametrize(("source", "name", "error"), GROUNDS)
def test_the_ground_is_the_truth(finished: Project, source: str, name: str, error: float) -> None:
    field, truth = pair(finished, source, name)
    assert field.where(truth.notnull()).notnull().sum() == truth.notnull().sum()
    assert float(abs(field - truth).median()) < error
    assert np.corrcoef(*(x.values[truth.notnull()] for x in (field, truth)))[0, 1] > 0.9


def test_the_joined_leaf_area_has_no_gaps_and_one_level(finished: Project) -> None:
    record = contracts.read(kinds.LAI_RECORD, finished.results / FIELDS / "lai.nc")["lai"]
    truth = true_fields(finished.planet)["lai"].sel(time=record["time"]).transpose(*record.dims)
    truth = truth.assign_coords(record.coords)
    assert (record.notnull() == truth.notnull()).mean() > 0.99
    later = (record / truth).where(truth > 0.3).sel(time="2014").median()
    before = (record / truth).where(truth > 0.3).sel(time=slice("2013")).median()
    assert abs(float(later - before)) < 0.05


def test_fields_over_basins_are_those_of_their_cells(finished: Project) -> None:
    basins, grid = (
        xr.load_dataset(finished.planet / f"truth/{of}.nc") for of in ("basins", "grid")
    )
    cell = grid.sel(lat=basins["lat"], lon=basins["lon"], method="nearest")
    storage = read_basins(finished, "grace_csr")["twsa"]
    truth = cell["swe"] + cell["soil"] + cell["groundwater"]
    r = xr.corr(storage, truth.sel(time=storage["time"]), "time")
    assert storage.notnull().all() and float(r.median()) > 0.95
    snow = read_basins(finished, "ua_swe")["swe"].resample(time="MS").mean().mean("time")
    true_snow = grid["swe"].sel(time=storage["time"]).mean("time")
    seen = snow["basin"].values[snow.notnull().values]
    assert seen.size  # the source covers one part of the world
    for name in seen:
        lat, lon = (float(basins[axis].sel(basin=name)) for axis in ("lat", "lon"))
        around = true_snow.sel(lat=slice(lat - STEP, lat + STEP), lon=slice(lon - STEP, lon + STEP))
        assert 0.75 * around.min() <= snow.sel(basin=name) <= 1.25 * around.max(), name


def read_basins(project: Project, source: str) -> xr.Dataset:
    """The means of a source over the basins."""
    (path,) = (project.results / "aggregate/basin_fields" / source).glob("*.nc")
    with contracts.opened(path) as data:
        kind = kinds.of(kinds.BASIN_FIELDS, data.data_vars)
    return contracts.read(kind, path)
