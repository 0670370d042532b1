"""Claims about the products: what they hold, why values are missing, and where they are from."""

import numpy as np
import pytest

from vadose import checks, kinds
from vadose.checks_run import GRID, PRODUCTS, Run

each_product = pytest.mark.parametrize("name", PRODUCTS)
each_units = pytest.mark.parametrize("units", ["basins", "cells"])


@each_product
def test_a_product_has_the_units_and_ranges_of_its_kind(run: Run, name: str) -> None:
    assert run.product(name).sizes, f"products/{name}.nc is empty"


@each_product
def test_a_product_says_where_it_is_from(run: Run, name: str) -> None:
    faults = checks.origin_faults(run.product(name).attrs, run.config["run"])
    assert not faults, f"products/{name}.nc: {'; '.join(faults)}"


@pytest.mark.parametrize("name", ["capacity", "cell_estimates"])
def test_a_geotiff_holds_the_maps_of_its_netcdf(run: Run, name: str) -> None:
    data, (bands, tags) = run.product(name), run.geotiff(name)
    other = [n for n, band in bands.items() if not np.array_equal(band, data[n], equal_nan=True)]
    faults = [f"{', '.join(other)} differ from the netCDF"] if other else []
    faults += checks.origin_faults(tags, run.config["run"])
    assert bands and not faults, f"products/{name}.tif: {'; '.join(faults)}"


@each_units
def test_every_masked_capacity_has_one_reason(run: Run, units: str, record_property) -> None:
    run.need(*([GRID] if units == "cells" else []))
    labels = run.read(f"calibrate/{units}/labels.nc", kinds.LABELS)
    reason = labels["reason"].values.astype(float)
    record_property("masked", f"{checks.share_masked(reason):.0%}")
    faults = checks.reason_faults(labels["capacity"].values, reason)
    by_model = labels["model_capacity"].values, labels["model_reason"].values.astype(float)
    faults += [f"models: {fault}" for fault in checks.reason_faults(*by_model)]
    assert not faults, f"calibrate/{units}/labels.nc: {'; '.join(faults)}"


def test_the_map_has_a_capacity_and_a_spread_wherever_there_is_land(run: Run) -> None:
    data = run.product("capacity")
    land = np.isfinite(data["reason"].values)
    faults = checks.reason_faults(data["label"].values, data["reason"].values)
    for name in ("capacity", "capacity_spread"):
        other = int((np.isfinite(data[name].values) != land).sum())
        faults += [f"{name} and land differ in {other} cells"] if other else []
    assert not faults, f"products/capacity.nc: {'; '.join(faults)}"


@pytest.mark.parametrize("name", ["cell_estimates", "basin_estimates"])
def test_no_more_estimates_agree_than_are_known(run: Run, name: str) -> None:
    data = run.product(name)
    more = int((data["agreeing"] > data["known"]).sum())
    blind = int((data["median"].isnull() & (data["known"] > 0)).sum())
    assert not more, f"products/{name}.nc: more estimates agree than are known, {more} times"
    assert not blind, f"products/{name}.nc: {blind} units have estimates and no median"


def test_the_record_of_storage_has_no_gap_and_no_contradiction(run: Run, record_property) -> None:
    data = run.product("storage")
    filled = float((data["flag"] == 2).where(data["flag"] > 0).mean())
    record_property("reconstructed", f"{filled:.0%}")
    land = data["twsa_mean"].notnull().any("time")
    holes = int((data["twsa"].isnull() & land).sum())
    faults = checks.storage_faults(data) + ([f"{holes} months of land lack"] if holes else [])
    assert not faults, f"products/storage.nc: {'; '.join(faults)}"


def test_classes_of_drought_are_those_of_their_index(run: Run) -> None:
    faults = checks.drought_faults(run.product("droughts"))
    assert not faults, f"products/droughts.nc: {'; '.join(faults)}"


def test_roots_never_use_more_than_their_capacity(run: Run) -> None:
    data = run.product("root_zone")
    above = data["storage"] > data["capacity"] * (1 + checks.ROUNDING) + checks.ROUNDING
    assert not above.any(), f"products/root_zone.nc: {int(above.sum())} months lie above capacity"


def test_the_saved_configuration_is_that_of_the_run(run: Run) -> None:
    named = run.config["run"]
    assert run.folder.name == named, f"{run.folder} holds the configuration of the run {named}"
