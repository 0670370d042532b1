"""All real basins load in seconds and in little memory, and at once from the block files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench.common import DAYS, apart
from bench.loading import Cost, gather, load_whole, read_cube

from vadose import cli, contracts
from vadose.sources.caravan import find_basins, read_daily


@pytest.fixture(scope="module")
def series(sample_data: Path) -> Path:
    return sample_data / "Caravan-nc/timeseries/netcdf/camels"


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cube")


@pytest.fixture(scope="module")
def gathered(series: Path, cube: Path) -> Cost:
    return apart(gather, series, cube)


def test_all_basins_load_within_twenty_seconds_and_a_gigabyte(series: Path) -> None:
    """400 basins, 34 years; seconds of processor time, as others may share the machine."""
    cost = apart(load_whole, series)
    assert cost.taken.busy < 20 and cost.peak < 1000


def test_block_files_are_made_within_twenty_seconds_and_a_gigabyte(gathered: Cost) -> None:
    assert gathered.taken.busy < 20 and gathered.peak < 1000


@pytest.mark.usefixtures("gathered")
def test_the_block_files_load_within_a_second(cube: Path) -> None:
    assert apart(read_cube, cube).taken.busy < 1


@pytest.mark.usefixtures("gathered")
def test_block_files_hold_what_the_provider_gave(series: Path, cube: Path) -> None:
    files = dict(list(find_basins([series]).items())[::80])
    direct = read_daily(list(files.values()), DAYS)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("p", "t", "q")}
    days = []
    for path in sorted(cube.glob("*.nc")):
        with contracts.opened(path) as data:
            some = data.sel(basin=list(files)).load()
        days.append(some["time"].to_index())
        for name, values in parts.items():
            values.append(some[name].values)
    assert days[0].append(days[1:]).equals(pd.DatetimeIndex(DAYS))
    for name, values in parts.items():
        np.testing.assert_array_equal(np.concatenate(values, axis=1), getattr(direct, name))


def test_the_doctor_finds_the_whole_sample(
    root: Path,
    sample_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VADOSE_SAMPLE_DATA", str(sample_data))
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    assert cli.main(["doctor", "--configfile", str(root / "config/real_sample.yaml")]) == 0
    assert "in the mirror" in capsys.readouterr().out
