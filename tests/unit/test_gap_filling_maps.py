"""Maps that networks learn storage from: no line, mean or month of them knows the test."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.stats import linregress
from tests.gap_maps import MISSING, PERIODS, storage, world

from vadose import contracts
from vadose.errors import InputError
from vadose.gap_filling import predictors, reading
from vadose.gap_filling.files import MAPS, read_maps, write_maps
from vadose.gap_filling.maps import (
    Maps,
    Part,
    Periods,
    Storage,
    assemble,
    fit_line,
    gaps_in,
    lagged,
    parts_of,
    trains,
    without_trend,
)
from vadose.gap_filling.reading import on_months, read_authors, read_fields, storage_of
from vadose.kinds import FIELDS, of

SEVEN = list(predictors.PREDICTORS)
LINES = PERIODS._replace(detrend=True)
EARLIER = 6  # months that predictors begin before storage
VARIABLES = {
    "simulated": ("swvl1", "swvl2", "swvl3", "swvl4", "swe", "p", "et", "q"),
    "p": ("p",),
    "t": ("t",),
    "pet": ("pet",),
}


def fields_for(record: Storage, seed: int = 0) -> dict[str, xr.DataArray]:
    """Random fields on the grid and in the months of storage, and some months before."""
    random = np.random.default_rng(seed)
    first = record.months[0] - pd.DateOffset(months=EARLIER)
    times = pd.date_range(first, record.months[-1], freq="MS")
    coords = {"time": times, "lat": record.lat, "lon": record.lon}
    found = {}
    for role, names in VARIABLES.items():
        for name in names:
            values = random.uniform(0, 0.5 if name.startswith("swvl") else 60, (len(times), 8, 16))
            values[:, :, 8:] = np.nan
            found[f"{role}.{name}"] = xr.DataArray(
                values.astype(np.float32), coords, ("time", "lat", "lon"), name=name
            )
    return found


def assembled(record: Storage, fields: dict[str, xr.DataArray], periods: Periods = LINES) -> Maps:
    given, months = on_months(fields, record, [0, 1, 2])
    return assemble(record, given, months, SEVEN, [0, 1, 2], periods)


def test_a_line_is_that_of_scipy_and_skips_what_is_missing() -> None:
    random = np.random.default_rng(1)
    values = random.normal(size=(60, 2, 2)) + np.arange(60)[:, None, None]
    values[[3, 40]] = np.nan
    values[:, 1, 1] = np.nan
    chosen = np.arange(60) < 50
    line = fit_line(values, chosen)
    at = np.flatnonzero(chosen & np.isfinite(values[:, 0, 0]))
    twin = linregress(at, values[at, 0, 0])
    assert line.slope[0, 0] == pytest.approx(twin.slope)
    assert line.over(60)[55, 0, 0] == pytest.approx(twin.intercept + 55 * twin.slope)
    assert np.isnan(line.slope[1, 1])
    flat = fit_line(values, chosen, sloped=False)
    assert flat.over(2)[1, 0, 0] == pytest.approx(np.nanmean(values[:50, 0, 0]))


def test_what_comes_after_the_training_changes_no_line() -> None:
    values = np.random.default_rng(1).normal(size=(60, 2, 2))
    training = np.arange(60) < 40
    before = without_trend(values, training)
    values[45:] += 1000
    np.testing.assert_array_equal(without_trend(values, training)[:40], before[:40])


def test_channels_are_predictors_with_their_lags() -> None:
    record = storage()
    maps = assembled(record, fields_for(record))
    assert maps.channels[:4] == [
        "twsa_simulated_0",
        "twsa_simulated_1",
        "twsa_simulated_2",
        "cwsc_0",
    ]
    assert maps.predictors.shape == (21, 84, 8, 16) and maps.predictors.dtype == np.float32
    for lag in (1, 2):
        np.testing.assert_array_equal(
            maps.predictors[6 + lag, lag:, :, :8], maps.predictors[6, :-lag, :, :8]
        )
    assert np.isfinite(maps.predictors[..., :8]).all()  # lags reach before the record
    assert np.isnan(maps.predictors[..., 8:]).all()


def test_predictors_by_hand() -> None:
    months = pd.date_range("2004-01-01", periods=24, freq="MS")
    ones = np.ones((24, 1, 1))
    fields = {f"simulated.{name}": 0 * ones for name in VARIABLES["simulated"]}
    fields |= {"simulated.p": 3 * ones, "simulated.et": ones, "simulated.q": 0.5 * ones}
    fields |= {"p.p": 3 * ones, "pet.pet": 4 * ones, "t.t": 7 * ones}
    fields["simulated.swvl2"] = 0.1 * ones.copy()
    fields["simulated.swvl2"][12:] = 0.2
    training = months < "2005-01-01"

    def of(name: str) -> np.ndarray:
        return predictors.compute(name, fields, months, training)[:, 0, 0]

    assert of("cwsc")[[0, 1, 23]].tolist() == [1.5, 3, 36]
    assert of("ccwb")[[0, 23]].tolist() == [-1, -24] and of("cwb")[5] == -1
    assert of("cpa").tolist() == [0] * 24
    assert of("twsa_simulated")[[0, 23]].tolist() == pytest.approx([-10.5, 10.5])
    fields["p.p"][12] = 5  # two above the January of the training months
    assert of("cpa")[[11, 12, 23]].tolist() == [0, 2, 2]


def test_months_of_the_gap_never_train_and_single_missing_ones_stay_missing() -> None:
    record = storage()
    part = parts_of(record, PERIODS)
    assert (part[MISSING] == Part.NONE).all() and np.isnan(record.twsa[MISSING]).all()
    assert np.bincount(part, minlength=4).tolist() == [7, 45, 12, 20]
    assert gaps_in(record.months, PERIODS).sum() == 4
    artificial = PERIODS._replace(gaps=[("2004-01-01", "2004-12-31")])
    part = parts_of(record, artificial)
    inside = record.months.year == 2004
    assert set(part[inside]) == {Part.TEST, Part.NONE}
    assert not trains(record.months, artificial)[inside].any()
    assert not gaps_in(record.months, PERIODS._replace(gaps=[])).any()


def test_an_artificial_gap_is_not_in_the_lines() -> None:
    record = storage()
    periods = LINES._replace(gaps=[("2004-01-01", "2004-12-31")])
    first = assembled(record, fields_for(record), periods)
    inside = record.months.year == 2004
    record.twsa[inside] += 1000
    fields = {name: field.copy() for name, field in fields_for(record).items()}
    fields["t.t"].loc[{"time": slice("2004-01", "2004-12")}] += 99
    second = assembled(record, fields, periods)
    np.testing.assert_array_equal(first.line.slope, second.line.slope)
    at = first.channels.index("t_0")
    np.testing.assert_array_equal(first.predictors[at, ~inside], second.predictors[at, ~inside])


def test_the_base_is_the_line_or_the_mean() -> None:
    maps = world()
    twsa = np.where(np.isfinite(maps.twsa), maps.twsa + np.arange(84)[:, None, None], np.nan)
    maps = maps._replace(twsa=twsa, line=fit_line(twsa, maps.part == Part.TRAINING))
    training = maps.part == Part.TRAINING
    np.testing.assert_allclose(maps.base[80, 0, 0], np.nanmean(twsa[training, 0, 0]))
    sloped = maps._replace(detrend=True)
    assert sloped.base[80, 0, 0] - sloped.base[0, 0, 0] == pytest.approx(80, abs=40)


def test_area_is_cos_lat_where_storage_was_observed() -> None:
    maps = world()
    assert maps.area[0, 0] == pytest.approx(np.cos(np.radians(35)), abs=1e-6)
    assert (maps.area[:, 8:] == 0).all()


def test_an_ocean_teaches_nothing() -> None:
    record = storage()
    record.twsa[:, :, 1:] = np.nan
    record.twsa[7:, :, 0] = np.nan
    fields = fields_for(record)
    with pytest.raises(InputError, match="no cell of the storage record has 24 observed months"):
        assembled(record, fields)
    empty = xr.DataArray(
        np.full((3, 2, 2), np.nan),
        {"time": record.months[:3], "lat": [0, 1], "lon": [0, 1]},
        ("time", "lat", "lon"),
    )
    with pytest.raises(InputError, match="no observed value"):
        storage_of(empty)


def test_a_record_begins_and_ends_with_an_observed_month() -> None:
    record = storage()
    values = record.twsa.copy()
    values[[0, 1, 83]] = np.nan
    there = np.ones(84, bool)
    there[30] = False  # a month that the file leaves out
    field = xr.DataArray(
        values,
        {"time": record.months, "lat": record.lat, "lon": record.lon},
        ("time", "lat", "lon"),
    )
    found = storage_of(field[there])
    assert (found.months == record.months[2:83]).all() and np.isnan(found.twsa[28]).all()


def test_months_that_a_predictor_lacks_are_named() -> None:
    record = storage()
    fields = fields_for(record)
    fields["pet.pet"] = fields["pet.pet"].copy()
    fields["pet.pet"].loc[{"time": slice("2008-07", "2008-08")}] = np.nan
    with pytest.raises(
        InputError, match=r"pet of fields\.pet is missing in 2 months .*2008-07 to 2008-08"
    ):
        on_months(fields, record, [0, 1, 2])
    with pytest.raises(InputError, match=r"swvl1 of fields\.simulated is missing in 3 months"):
        on_months(fields_for(record), record, [0, EARLIER + 3])


def test_a_cell_that_misses_a_month_is_missing_in_all() -> None:
    record = storage()
    fields = fields_for(record)
    fields["t.t"][20, 3, 3] = np.nan
    given, _ = on_months(fields, record, [0])
    assert np.isnan(given["t.t"][:, 3, 3]).all() and np.isfinite(given["t.t"][:, 3, 4]).all()


def test_lags_before_the_record_are_refused() -> None:
    with pytest.raises(InputError, match="a lag of 3 months needs as many months"):
        lagged(np.zeros((5, 1, 1)), 2, 3, [0, 3])


def test_a_period_without_an_observed_month_is_refused() -> None:
    with pytest.raises(InputError, match=r"gap_filling\.test has no observed month"):
        parts_of(storage(), PERIODS._replace(test=("2011-01-01", None), gaps=[]))


def test_a_source_that_is_none_is_named(tmp_path: Path) -> None:
    record = storage()
    t = fields_for(record)["t.t"].to_dataset()
    contracts.write(t, of(FIELDS, ["t"]), tmp_path / "t.nc")
    with pytest.raises(InputError, match=r"predictor cwsc .* name a source in fields\.simulated"):
        read_fields({"t": [tmp_path / "t.nc"], "simulated": []}, ["cwsc"])
    p = fields_for(record)["p.p"].to_dataset()
    contracts.write(p, of(FIELDS, ["p"]), tmp_path / "p.nc")
    files = {"t": [tmp_path / "t.nc"], "p": [tmp_path / "p.nc"], "pet": []}
    found = read_fields(files, ["season", "t", "cwb"])
    assert set(found) == {"t.t", "p.p", "pet.pet"}
    assert float(found["pet.pet"].max()) > 10  # Oudin's, of warm months


def test_fields_of_another_grid_are_refused() -> None:
    record = storage()
    fields = {"t.t": fields_for(record)["t.t"].assign_coords(lat=record.lat + 1)}
    with pytest.raises(InputError, match="lie on different grids: their lat differ"):
        on_months(fields, record, [0])


def test_season_and_place_need_no_source() -> None:
    record = storage()
    maps = assemble(record, {}, record.months, ["season", "place"], [0, 1], PERIODS)
    assert maps.channels == [f"season_{k}" for k in range(4)] + [f"place_{k}" for k in range(3)]
    np.testing.assert_allclose(maps.predictors[:, 0], maps.predictors[:, 12])
    np.testing.assert_allclose((maps.predictors[4:, 0] ** 2).sum(0), 1, rtol=1e-5)
    assert np.isnan(maps.simulated).all()


def test_a_file_gives_back_the_same_maps(tmp_path: Path) -> None:
    maps = world()
    write_maps(maps, tmp_path / "maps.nc")
    again = read_maps(tmp_path / "maps.nc")
    for name in ("predictors", "simulated", "area", "part", "in_gap", "months", "lat"):
        np.testing.assert_array_equal(getattr(again, name), getattr(maps, name))
    np.testing.assert_allclose(again.twsa, maps.twsa, rtol=1e-6)
    assert again.channels == maps.channels and again.detrend is False
    assert set(contracts.read(MAPS, tmp_path / "maps.nc").data_vars) == set(MAPS)


def test_the_authors_data_take_the_place_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    record = storage()
    whole = pd.date_range(record.months[0] - pd.DateOffset(months=3), record.months[-1], freq="MS")
    random = np.random.default_rng(0)

    def field(values: np.ndarray) -> tuple:
        return ("time", "lat", "lon"), values

    sizes = (len(whole), 8, 16)
    twsa = np.concatenate([np.full((3, 8, 16), np.nan), np.nan_to_num(record.twsa)])
    data = xr.Dataset(
        {name: field(random.normal(size=sizes)) for name in reading.AUTHORS.values()}
        | {"twsa": field(twsa), "twsa_trend": field(np.ones(sizes))}
        | {"land_mask": (("lat", "lon"), np.isfinite(record.twsa[0]).astype(float))},
        {"time": whole, "lat": record.lat, "lon": record.lon},
    )
    monkeypatch.setattr(reading, "read_gap_training", lambda _: data)
    maps = read_authors(Path(), ["p", "cwsc"], [0, 1], PERIODS)
    assert maps.channels == ["p_0", "p_1", "cwsc_0", "cwsc_1"]
    np.testing.assert_allclose(maps.predictors[1, 0, 0, 0], data["P"].values[2, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(maps.twsa[0, 0, 0], record.twsa[0, 0, 0] + 1)
    assert maps.detrend  # as their predictors are
    assert (maps.area[:, 8:] == 0).all()
    with pytest.raises(InputError, match="the authors' data have no season"):
        read_authors(Path(), ["season"], [0], PERIODS)
