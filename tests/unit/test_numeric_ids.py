"""Figures of basins whose ids are numbers keep the zeros that an id begins with."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from tests.unit.test_root_zone_record import record

from vadose import contracts
from vadose.figures.root_zone import capacity, seasons, truth
from vadose.root_zone.series_file import SERIES_FILE, to_dataset
from vadose.root_zone.summary import STORAGE

IDS = ["01013500", "01022500", "11523200"]
PLACES = np.array([[45.0, -69.0], [44.0, -68.0], [41.0, -123.0]])


@pytest.fixture
def basins(tmp_path: Path) -> Path:
    """The table of basins, as analyse_root_zone writes it."""
    values = {name: [100.0, 200.0, 300.0] for name in capacity.SHOWN}
    table = pd.DataFrame(values, pd.Index(IDS, name="gauge_id"))
    table.to_csv(tmp_path / "basins.csv")
    return tmp_path / "basins.csv"


@pytest.fixture
def series(tmp_path: Path) -> Path:
    known = record()._replace(basins=IDS)
    contracts.write(to_dataset(known, PLACES), SERIES_FILE, tmp_path / "series.nc")
    return tmp_path / "series.nc"


def test_maps_of_capacity_find_every_basin(series: Path, basins: Path) -> None:
    axes = capacity.draw(series, basins, land=None).axes
    assert "n = 3" in axes[0].get_title(loc="left") + axes[0].get_title()


def test_seasons_find_the_capacity_of_every_basin(
    series: Path, basins: Path, tmp_path: Path
) -> None:
    size = {"member": 2, "basin": 3, "month": 24, "calendar_month": 12}
    shapes = {name: [size[dim] for dim in one.dims] for name, one in STORAGE.items()}
    data = {name: (one.dims, np.ones(shapes[name])) for name, one in STORAGE.items()}
    contracts.write(xr.Dataset(data, {"basin": IDS}), STORAGE, tmp_path / "storage.nc")
    figure = seasons.draw(series, tmp_path / "storage.nc", basins)
    assert figure.axes[3].get_title().endswith("n = 3")


def test_the_truth_is_compared_in_every_basin(basins: Path, tmp_path: Path) -> None:
    true = {"capacity": ("basin", [90.0, 210.0, 290.0]), "spoiled": ("basin", ["", "", ""])}
    xr.Dataset(true, {"basin": IDS}).to_netcdf(tmp_path / "truth.nc")
    title = truth.draw(tmp_path / "truth.nc", basins).axes[0].get_title()
    assert title.startswith("3 basins,")
