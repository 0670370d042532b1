"""Every product passes the CF suite of the IOOS compliance checker, without a warning."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import sparse
from tests.scripts import script

from vadose import contracts, kinds
from vadose.checks_run import PRODUCTS
from vadose.contracts import Kind
from vadose.gap_filling.files import MAPS, RECONSTRUCTED
from vadose.grid import Grid
from vadose.root_zone.series_file import SERIES_FILE
from vadose.root_zone.summary import STORAGE
from vadose.weights import Weights, save_weights

SUITE = "cf:1.11"  # the newest of compliance-checker 6.1, and what the files say they follow
GRID = Grid(-10.5, 170.5, 1, 1, 5, 6)
CELLS = [(lat, lon) for lat in GRID.lat for lon in GRID.lon]
MONTHS = pd.date_range("2003-01", periods=26, freq="MS")
GAUGES = ["camels_01", "camels_02", "lamah_7"]
AXES: dict[str, object] = {
    "lat": GRID.lat,
    "lon": GRID.lon,
    "time": MONTHS,
    "month": MONTHS,
    "calendar_month": np.arange(1, 13),
    "member": ["0_0", "0_1"],
    "model": ["dwbm", "swbm"],
    "channel": ["p"],
    "level": [0.05, 0.5, 0.95],
    "attribute": ["slope"],
    "basin": GAUGES,
}
ORIGIN = {
    "sources": {"grun": {"version": "v1", "licence": "CC-BY-4.0", "doi": "10.6084/m9.f"}},
    "run": "small",
}


def of_kind(kind: Kind, **given: object) -> xr.Dataset:
    """Data of a kind: numbers within its ranges, on the axes of a small world or on given ones."""
    rng = np.random.default_rng(1)
    axes = AXES | given
    shape = {name: len(values) for name, values in axes.items()}  # type: ignore[arg-type]
    data = xr.Dataset(coords={name: axes[name] for name in axes if name in dims_of(kind)})
    for name, one in kind.items():
        if not one.units:
            data[name] = (one.dims, np.full([shape[d] for d in one.dims], "mm"))
        elif name not in data.coords:
            low, high = max(one.low, 0), min(one.high, 400)
            data[name] = (one.dims, rng.uniform(low, high, [shape[d] for d in one.dims]))
    return data


def dims_of(kind: Kind) -> set[str]:
    return {dim for one in kind.values() for dim in one.dims}


def labels(units: Iterable[str], lat: Iterable[float], lon: Iterable[float]) -> xr.Dataset:
    units = list(units)
    found = of_kind(kinds.LABELS, unit=units)
    passed = np.arange(len(units)) % 3 > 0
    found["reason"] = ("unit", np.where(passed, 0, 6).astype(np.int8))
    found["capacity"] = found["capacity"].where(passed)
    return found.assign(lat=("unit", list(lat)), lon=("unit", list(lon)))


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every product, made by the scripts of the rules from small inputs."""
    at = tmp_path_factory.mktemp("products")
    origin = ORIGIN | {"configuration": at / "config.yaml"}
    (at / "config.yaml").write_text("run: small\nsystems: []\n", encoding="utf-8")
    names = [f"{lat:.2f}_{lon:.2f}" for lat, lon in CELLS]
    lat, lon = np.transpose(CELLS)
    contracts.write(labels(names, lat, lon), kinds.LABELS, at / "in/labels.nc")
    predicted = of_kind(kinds.PREDICTED, unit=names)
    contracts.write(predicted, kinds.PREDICTED, at / "in/predicted.nc", split="blocks")
    maps = kinds.compared(["capacity", "mass_curve_20_years", "other"])
    compared = of_kind(maps).assign(climate=(("lat", "lon"), np.zeros(GRID.shape, np.int8)))
    contracts.write(compared, maps, at / "in/compared.nc")
    script("publish_capacity").main(
        *(at / f"in/{name}.nc" for name in ("predicted", "labels", "compared")),
        at / "capacity.nc",
        at / "capacity.tif",
        **origin,
    )
    script("publish_cell_estimates").main(
        *(at / f"in/{name}.nc" for name in ("compared", "labels")),
        at / "cell_estimates.nc",
        at / "cell_estimates.tif",
        others=["mass_curve_20_years", "other"],
        references=["other"],
        **origin,
    )
    publish_basins(at, origin)
    publish_storage(at, origin)
    return at


def publish_basins(at: Path, origin: dict[str, object]) -> None:
    contracts.write(labels(GAUGES, [1, 2, 3], [4, 5, 6]), kinds.LABELS, at / "in/basins.nc")
    rows = {"dwbm": [100, 90, np.nan], "own map": [50, 80, 70], "other map": [1, 2, 3]}
    table = pd.DataFrame(rows | {"agreeing": 2}, pd.Index(GAUGES, name="gauge_id"))
    table.to_csv(at / "in/estimates.csv")
    script("publish_basin_estimates").main(
        *(at / f"in/{name}" for name in ("estimates.csv", "basins.nc")),
        at / "basin_estimates.nc",
        references=["other_map"],
        **origin,
    )
    contracts.write(of_kind(STORAGE), STORAGE, at / "in/storage.nc")
    contracts.write(of_kind(SERIES_FILE), SERIES_FILE, at / "in/series.nc")
    script("publish_root_zone").main(
        *(at / f"in/{name}.nc" for name in ("storage", "series")), at / "root_zone.nc", **origin
    )


def publish_storage(at: Path, origin: dict[str, object]) -> None:
    contracts.write(of_kind(MAPS), MAPS, at / "in/maps.nc")
    contracts.write(of_kind(RECONSTRUCTED), RECONSTRUCTED, at / "in/reconstructed.nc")
    script("publish_storage").main(
        *(at / f"in/{name}.nc" for name in ("maps", "reconstructed")),
        at / "storage.nc",
        method="ensemble",
        recalibrate=False,
        **origin,
    )
    whole = np.ones((1, GRID.size))
    river = Weights(sparse.csr_array(whole), np.array(["west"]), whole.sum(1), GRID)
    save_weights(river, at / "in/rivers.npz")
    script("find_droughts").main(
        *(at / name for name in ("storage.nc", "in/rivers.npz", "droughts.nc", "e.csv", "a.csv")),
        reference=(None, None),
        **origin,
    )


def complaints(files: list[Path], at: Path) -> dict[str, list[str]]:
    """What the checker finds fault with, by file, with no network to ask."""
    checker = Path(sys.executable).parent / "compliance-checker"
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    command = [str(checker), "-t", SUITE, "-c", "strict", "-f", "json_new", "-o", str(at)]
    done = subprocess.run(
        [*command, *map(str, files)],
        env=os.environ | nowhere | {name.upper(): to for name, to in nowhere.items()},
        capture_output=True,
        encoding="utf-8",
    )
    assert "exceptions occurred" not in done.stdout + done.stderr, done.stderr
    found = json.loads(at.read_text(encoding="utf-8"))
    assert set(found) == {str(path) for path in files}, done.stderr
    kinds_of_fault = ("high_priorities", "medium_priorities", "low_priorities")
    return {
        Path(name).stem: [
            message
            for kind in kinds_of_fault
            for one in suites[SUITE][kind]
            if one["value"][0] < one["value"][1]
            for message in one["msgs"]
        ]
        for name, suites in found.items()
    }


def test_every_product_follows_the_conventions_that_it_names(
    products: Path, tmp_path: Path
) -> None:
    files = sorted(products.glob("*.nc"))
    assert {path.stem for path in files} == set(PRODUCTS)
    assert complaints(files, tmp_path / "found.json") == {name: [] for name in sorted(PRODUCTS)}
    for path in files:
        with xr.open_dataset(path) as data:
            assert data.attrs["Conventions"] == SUITE.upper().replace(":", "-")


def test_the_checker_sees_what_is_wrong(products: Path, tmp_path: Path) -> None:
    with xr.open_dataset(products / "capacity.nc", decode_coords="all") as data:
        spoiled = data.load().drop_attrs(deep=False)
    spoiled["capacity"].attrs["units"] = "millimetres of rain"
    spoiled.to_netcdf(tmp_path / "spoiled.nc", encoding={"lat": {"_FillValue": 0.0}})
    (faults,) = complaints([tmp_path / "spoiled.nc"], tmp_path / "found.json").values()
    text = " ".join(faults)
    assert "_FillValue" in text and "title" in text and "millimetres of rain" in text


def test_maps_and_months_have_bounds_and_places_a_reference(products: Path) -> None:
    with xr.open_dataset(products / "storage.nc", decode_coords="all") as data:
        assert data["twsa"].encoding["grid_mapping"] == "crs"
        assert data["twsa"].attrs["cell_methods"] == "area: mean time: mean"
        lat, time = data["lat_bnds"].values, data["time_bnds"].values
    np.testing.assert_allclose(lat.mean(1), GRID.lat)
    np.testing.assert_array_equal(lat[1:, 0], lat[:-1, 1])
    assert str(time[1, 0])[:10] == "2003-02-01" and str(time[1, 1])[:10] == "2003-03-01"


def test_basins_are_known_by_their_gauges(products: Path) -> None:
    for name in ("root_zone", "basin_estimates"):
        with xr.open_dataset(products / f"{name}.nc") as data:
            assert data["gauge_id"].values.tolist() == GAUGES
            assert data["gauge_id"].attrs["cf_role"] == "timeseries_id"
            assert {"gauge_id", "lat", "lon"} <= set(data.coords)


def test_storage_of_roots_is_the_median_of_networks(products: Path) -> None:
    with xr.open_dataset(products / "in/storage.nc") as members:
        capacity, storage = members["capacity"].values, members["storage"].values
    with xr.open_dataset(products / "root_zone.nc") as data:
        np.testing.assert_allclose(data["capacity"], capacity.mean(0))  # of two
        np.testing.assert_allclose(data["storage"], storage.mean(0), rtol=1e-6)
        np.testing.assert_allclose(data["storage_spread"], np.abs(np.diff(storage, axis=0))[0] / 2)


def test_what_others_published_counts_and_is_not_repeated(products: Path) -> None:
    with xr.open_dataset(products / "basin_estimates.nc") as data:
        assert data["method_name"].values.tolist() == ["dwbm", "own map"]
        assert data["known"].values.tolist() == [3, 3, 2]
        assert data["median"].values.tolist() == [50, 80, 36.5]
        np.testing.assert_array_equal(data["agreeing"], [1, 2, np.nan])
        assert "other map" in data.attrs["comment"]
    with xr.open_dataset(products / "cell_estimates.nc") as data:
        names = data["method_name"].values.tolist()
        assert names == ["dwbm", "swbm", "mass_curve_20_years", "map"]
        assert data["known"].values.max() == 5


def test_a_product_says_where_it_is_from(products: Path) -> None:
    for path in products.glob("*.nc"):
        with xr.open_dataset(path) as data:
            about = data.attrs
        assert about["source"] == "grun v1 (CC-BY-4.0)"
        assert about["references"] == "https://doi.org/10.6084/m9.f"
        assert about["configuration"] == "run: small\nsystems: []\n"
        made = f"snakemake {path} --cores all --configfile {products}/config.yaml"
        assert about["history"].endswith(made)
