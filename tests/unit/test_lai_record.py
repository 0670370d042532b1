"""Sensors of leaf area are brought to one level, and gaps are filled without touching the rest."""

import itertools
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from tests.scripts import script

from vadose import contracts, kinds
from vadose.lai_record import (
    NO_SENSOR,
    Flag,
    climatology,
    fill,
    homogenise,
    to_dataset,
    to_level,
)

YEARS = 20
MONTH = np.arange(12 * YEARS) % 12 + 1
BIAS = 1.12


def truth(cells: int, seed: int = 1, noise: float = 0.0) -> np.ndarray:
    """Seasons of different height with anomalies that last: [time, cell], m2 m-2."""
    rng = np.random.default_rng(seed)
    level, swing = rng.uniform(0.5, 4, cells), rng.uniform(0.2, 0.8, cells)
    season = level * (1 + swing * np.sin(2 * np.pi * (MONTH[:, None] - 4) / 12))
    anomaly = np.zeros_like(season)
    for step in range(1, len(MONTH)):
        anomaly[step] = 0.8 * anomaly[step - 1] + rng.normal(0, 0.05, cells) * level
    return np.maximum(season + anomaly + noise * rng.normal(size=season.shape), 0)


def during(record: np.ndarray, first_year: int, end_year: int) -> np.ndarray:
    """The record in these years, missing outside."""
    out = np.full_like(record, np.nan)
    out[12 * first_year : 12 * end_year] = record[12 * first_year : 12 * end_year]
    return out


def three_sensors(noise: float = 0.03) -> tuple[np.ndarray, list[np.ndarray]]:
    """The first ends where the second begins, and only the third has months of both."""
    true = truth(40)
    rng = np.random.default_rng(2)
    seen = [true + noise * rng.normal(size=true.shape) for _ in range(3)]
    return true, [
        during(seen[0], 0, 13),
        during(seen[1] * 0.9, 13, 20),
        during(seen[2] * BIAS, 6, 20),
    ]


def drift(lai: np.ndarray, true: np.ndarray, first_year: int, end_year: int) -> np.ndarray:
    """Relative bias of each cell in these years."""
    part = slice(12 * first_year, 12 * end_year)
    return lai[part].mean(0) / true[part].mean(0) - 1


def test_no_step_is_left_where_the_sensor_changes() -> None:
    true, (first, _, third) = three_sensors()
    record = homogenise([first, third], MONTH)
    before = drift(third, true, 13, 20)
    after = drift(record.lai, true, 13, 20)
    assert np.median(np.abs(before)) > 0.11
    assert np.abs(after).max() < 0.02


def test_sensors_without_a_common_month_are_matched_through_a_third() -> None:
    true, records = three_sensors()
    record = homogenise(records, MONTH)
    assert np.abs(drift(record.lai, true, 13, 20)).max() < 0.02
    assert (record.sensor[: 13 * 12] == 0).all() and (record.sensor[13 * 12 :] == 1).all()


def test_sensors_without_any_bridge_are_matched_by_their_seasons() -> None:
    true, (first, second, _) = three_sensors()
    record = homogenise([first, second], MONTH)
    assert np.abs(np.median(drift(record.lai, true, 13, 20))) < 0.02


def test_a_sensor_of_other_spread_gets_that_of_the_first() -> None:
    true = truth(5)
    other = true.mean(0) + 0.7 * (true - true.mean(0))
    matched = to_level(during(other, 5, 20), during(true, 0, 17), MONTH)
    error = matched[60:] - true[60:]
    assert np.abs(error).max() < 0.05 * np.abs(other - true).max()


def test_a_bias_of_each_cell_is_removed_in_each_cell() -> None:
    true = truth(30)
    biases = np.linspace(0.9, 1.2, 30)
    record = homogenise([during(true, 0, 13), during(true * biases, 3, 20)], MONTH)
    assert np.abs(drift(record.lai, true, 13, 20)).max() < 0.02


def test_a_cell_that_shares_little_is_corrected_like_the_others() -> None:
    true = truth(30)
    first, second = during(true, 0, 13), during(true * BIAS, 3, 20)
    first[:, 0] = np.nan
    first[36:, 1] = np.where(np.arange(len(true) - 36) < 2, first[36:, 1], np.nan)
    record = homogenise([first, second], MONTH)
    assert np.abs(drift(record.lai, true, 13, 20)).max() < 0.02


def test_the_first_sensor_stays_as_it_is() -> None:
    _, records = three_sensors()
    record = homogenise(records, MONTH)
    own = np.isfinite(records[0])
    np.testing.assert_array_equal(record.lai[own], records[0][own])


def test_each_value_is_of_the_first_sensor_that_has_the_month() -> None:
    _, records = three_sensors()
    rng = np.random.default_rng(3)
    records = [np.where(rng.random(r.shape) < 0.3, np.nan, r) for r in records]
    sensor = homogenise(records, MONTH).sensor
    has = np.isfinite(records)
    expected = np.where(has.any(0), has.argmax(0), NO_SENSOR)
    np.testing.assert_array_equal(sensor, expected)


def test_the_order_of_later_sensors_moves_no_level() -> None:
    true, (first, *later) = three_sensors()
    for order in itertools.permutations(later):
        lai = homogenise([first, *order], MONTH).lai
        assert np.abs(drift(lai, true, 13, 20)).max() < 0.02


def test_sensors_that_agree_are_not_changed() -> None:
    true = truth(10)
    record = homogenise([during(true, 0, 10), during(true, 5, 20)], MONTH)
    np.testing.assert_allclose(record.lai, true, rtol=1e-12)


def test_a_first_sensor_without_data_changes_nothing() -> None:
    true = truth(3)
    record = homogenise([np.full_like(true, np.nan), true], MONTH)
    np.testing.assert_allclose(record.lai, true, rtol=1e-12)
    assert (record.sensor == 1).all()


def test_a_cell_never_shared_keeps_its_mean_where_levels_agree() -> None:
    """Sensors of one mean and different spread: only anomalies from it are stretched."""
    true = truth(20)
    other = true.mean(0) + 0.7 * (true - true.mean(0))
    first = during(true, 0, 15)
    first[:, 0] = np.nan
    matched = to_level(other, first, MONTH)
    assert matched[:, 0].mean() == pytest.approx(other[:, 0].mean(), rel=0.02)
    assert matched[:, 0].std() == pytest.approx(other[:, 0].std() / 0.7, rel=0.1)


def test_leaf_area_is_never_negative() -> None:
    """Level 0.5 and spread 0.5 / 0.9 would bring a zero to 0.5 - 0.5 / 0.9."""
    first, second = np.tile([0.0, 1.0], 120)[:, None], np.tile([0.1, 1.9], 120)[:, None]
    second[200:] = 0
    lai = homogenise([during(first, 0, 10), second], MONTH).lai
    assert (lai[200:] == 0).all()
    np.testing.assert_allclose(lai[120:200], first[120:200], atol=1e-12)


def test_values_near_nothing_give_no_wild_ratios() -> None:
    rng = np.random.default_rng(4)
    first = rng.gamma(0.3, 1, (240, 50)) * (rng.random(50) < 0.8)
    second = rng.gamma(0.3, 0.01, (240, 50))
    lai = homogenise([during(first, 0, 10), during(second, 5, 20)], MONTH).lai
    assert lai[120:].max() <= 2 * second.max() and np.isfinite(lai).all()


def test_cells_do_not_depend_on_the_form_of_their_axes() -> None:
    _, records = three_sensors()
    flat = homogenise(records, MONTH)
    grid = homogenise([r.reshape(-1, 8, 5) for r in records], MONTH)
    np.testing.assert_array_equal(grid.lai.reshape(flat.lai.shape), flat.lai)
    filled = fill(records[0].reshape(-1, 8, 5), MONTH)
    np.testing.assert_array_equal(filled.lai.reshape(flat.lai.shape), fill(records[0], MONTH).lai)


def test_climatology_is_the_mean_of_each_calendar_month() -> None:
    record = np.arange(24.0)[:, None].copy()
    record[3] = np.nan
    means = climatology(record, np.arange(24) % 12 + 1)[:, 0]
    assert means[0] == 6 and means[3] == 15


@pytest.fixture(scope="module")
def gappy() -> tuple[np.ndarray, np.ndarray]:
    """A record of known truth with gaps of one to six months."""
    true = truth(60, seed=5)
    rng = np.random.default_rng(6)
    record = true.copy()
    for cell in range(true.shape[1]):
        for start in rng.integers(1, len(true) - 8, 12):
            record[start : start + rng.integers(1, 7), cell] = np.nan
    return true, record


def test_what_was_observed_is_untouched_and_nothing_is_missing(gappy) -> None:
    _, record = gappy
    lai, flag = fill(record, MONTH)
    observed = np.isfinite(record)
    np.testing.assert_array_equal(lai[observed], record[observed])
    np.testing.assert_array_equal(flag == Flag.OBSERVED, observed)
    assert np.isfinite(lai).all()


def test_filling_beats_the_climatology(gappy) -> None:
    true, record = gappy
    lai, flag = fill(record, MONTH)
    usual = climatology(record, MONTH)[MONTH - 1]
    for kind, gain in ((Flag.INTERPOLATED, 0.6), (Flag.CLIMATOLOGY, 0.95)):
        gap = flag == kind
        ours, theirs = (np.sqrt(np.mean((x - true)[gap] ** 2)) for x in (lai, usual))
        assert gap.sum() > 200 and ours < gain * theirs


def test_a_filled_record_is_filled_already(gappy) -> None:
    _, record = gappy
    lai = fill(record, MONTH).lai
    again = fill(lai, MONTH)
    np.testing.assert_array_equal(again.lai, lai)
    assert (again.flag == Flag.OBSERVED).all()


def steps() -> np.ndarray:
    """Ten years of one cell: 1 to 12 in the year, with an anomaly that tests set."""
    return np.tile(np.arange(1.0, 13), 10)[:, None]


def test_a_short_gap_is_linear_in_the_anomaly() -> None:
    """Anomalies 0.9 and 0, with the mean of July raised by a ninth of the first."""
    record = steps()
    month = MONTH[:120]
    record[54] += 0.9  # a July
    record[55:57] = np.nan
    lai, flag = fill(record, month)
    july = 0.9 - 0.9 / 10
    np.testing.assert_allclose(lai[55:57, 0], [8 + july * 2 / 3, 9 + july / 3])
    assert (flag[55:57] == Flag.INTERPOLATED).all()


def test_in_a_long_gap_the_anomaly_fades_from_both_sides() -> None:
    record = steps()
    record[54] += 0.9
    record[55:58] = np.nan
    lai, flag = fill(record, MONTH[:120])
    july = 0.9 - 0.9 / 10
    expected = [8, 9, 10] + july * np.exp(-np.arange(1.0, 4))
    np.testing.assert_allclose(lai[55:58, 0], expected)
    assert (flag[55:58] == Flag.CLIMATOLOGY).all()


def test_a_gap_at_an_end_fades_however_short() -> None:
    record = steps()
    record[118] += 0.9
    record[119] = np.nan
    lai, flag = fill(record, MONTH[:120])
    np.testing.assert_allclose(lai[119], 12 + 0.9 * 0.9 * np.exp(-1))
    assert flag[119] == Flag.CLIMATOLOGY


def test_a_calendar_month_never_seen_is_dormant() -> None:
    record = steps() + 3
    record[46] += 0.9  # a November
    record[np.isin(MONTH[:120], (1, 12))] = np.nan
    lai, flag = fill(record, MONTH[:120])
    night = np.isnan(record)
    assert (lai[night] == 5).all(), "February, the smallest mean, whatever the months before"
    assert (flag[night] == Flag.CLIMATOLOGY).all()


def test_filled_leaf_area_is_never_negative() -> None:
    """The mean of an August that follows a July 2 below the mean of 2.9 is 0.1."""
    month = MONTH[:120]
    record = np.where(month == 8, 0.1, 3.0)[:, None]
    record[54] = 1
    record[55] = np.nan
    assert fill(record, month).lai[55] == 0


def test_a_cell_never_seen_stays_missing() -> None:
    record = np.hstack([steps(), np.full((120, 1), np.nan)])
    lai, flag = fill(record, MONTH[:120])
    assert np.isnan(lai[:, 1]).all() and (flag[:, 1] == Flag.MISSING).all()
    np.testing.assert_array_equal(lai[:, 0], record[:, 0])


def test_months_outside_the_training_leave_no_trace(gappy) -> None:
    """The last years may differ as they like: gaps of the first are filled the same."""
    _, record = gappy
    training = np.arange(len(MONTH)) < 180
    other = record.copy()
    other[190:] *= 3
    one, two = (fill(r, MONTH, training).lai for r in (record, other))
    np.testing.assert_array_equal(one[:180], two[:180])
    assert (fill(other, MONTH).lai[:180] != fill(record, MONTH).lai[:180]).any()


def test_a_month_without_a_usual_value_tells_no_anomaly() -> None:
    """No July of the training was seen, so that a later one says nothing of its August."""
    month = MONTH[:120]
    record = steps()
    record[:60][month[:60] == 7] = np.nan
    record[67] = np.nan  # an August
    assert fill(record, month, np.arange(120) < 60).lai[67] == 8


def test_a_cell_seen_only_outside_the_training_keeps_its_gaps() -> None:
    record = steps()
    record[:60] = np.nan
    record[70] = np.nan
    lai, flag = fill(record, MONTH[:120], np.arange(120) < 60)
    np.testing.assert_array_equal(np.isnan(lai), np.isnan(record))
    assert flag[70] == Flag.MISSING


def test_many_cells_take_no_longer_than_their_number_times_one() -> None:
    """Vectorised: 2000 cells in far less than 2000 times the time of one."""
    _, records = three_sensors()

    def seconds(cells: int) -> float:
        many = [np.tile(r[:, :1], cells) for r in records]
        begin = time.perf_counter()
        fill(homogenise(many, MONTH).lai, MONTH)
        return time.perf_counter() - begin

    def least(cells: int) -> float:
        return min(seconds(cells) for _ in range(3))

    assert least(2000) < 500 * least(1)


def test_cells_that_were_seen_return_to_their_places() -> None:
    times = pd.date_range("2001-01-01", periods=24, freq="MS")
    month, seen = times.month.to_numpy(), np.array([[False, True]])
    record = homogenise([np.arange(24.0)[:, None]], month)
    places = {"time": times, "lat": [0.5], "lon": [0.5, 1.5]}
    data = to_dataset(record, fill(record.lai, month), ["modis"], seen, places)
    np.testing.assert_array_equal(data["lai"].values[:, 0, 1], np.arange(24.0))
    assert np.isnan(data["lai"].values[:, 0, 0]).all()
    assert set(data["flag"].values[:, 0, 0]) == {Flag.MISSING}
    assert data["sensor"].attrs["flag_meanings"] == "none modis"
    assert data["sensor"].attrs["flag_values"].tolist() == [NO_SENSOR, 0]


def test_each_grid_has_its_own_record(tmp_path: Path) -> None:
    """Two sensors on two grids in one job: what one saw of a grid stays on that grid."""
    times, files, outputs = pd.date_range("2001-01-01", periods=24, freq="MS"), [], []
    for level, cells in ((1.0, 2), (3.0, 4)):
        axes = {"lat": np.arange(2.0), "lon": np.arange(float(cells))}
        for sensor in ("first", "second"):
            field = np.full((24, 2, cells), level, np.float32)
            data = xr.Dataset({"lai": (("time", "lat", "lon"), field)}, {"time": times, **axes})
            files.append(tmp_path / f"{level}_{sensor}.nc")
            kind = kinds.of(kinds.FIELDS, ["lai"])
            contracts.write(data, kind, files[-1], source=sensor, grid="")
        outputs.append(tmp_path / f"{level}.nc")
    script("homogenise_lai").main(files, outputs, sensors=["first", "second"], statistics_end=None)
    for output, level, cells in zip(outputs, (1.0, 3.0), (2, 4), strict=True):
        lai = contracts.read(kinds.LAI_RECORD, output)["lai"]
        assert lai.shape == (24, 2, cells)
        np.testing.assert_allclose(lai, level)
