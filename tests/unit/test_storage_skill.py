"""What reconstructions are worth is measured fairly; the gap-free record joins what is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import sparse, stats

from vadose.errors import InputError
from vadose.gap_filling import skill
from vadose.gap_filling.droughts import area_table, drought_maps, event_table
from vadose.gap_filling.files import FIELD
from vadose.gap_filling.maps import Part
from vadose.gap_filling.storage import FILLED, NO_DATA, OBSERVED, gap_free, river_series
from vadose.gap_filling.truth import STORES, against_truth, read_truth
from vadose.grid import Grid, cell_area
from vadose.weights import Weights

GRID = Grid(-6, -60, 12, 12, 4, 5)
MONTHS = pd.date_range("2002-04-01", periods=120, freq="MS")
LEVELS = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
GAP = slice(90, 96)
LAND = np.ones(GRID.shape, bool)
LAND[0, :2] = False
PLACES = {"time": MONTHS, "lat": GRID.lat, "lon": GRID.lon}


def true_storage() -> np.ndarray:
    """Trend, season, and years that are wetter or drier, all different by cell."""
    rng = np.random.default_rng(5)
    time = np.arange(len(MONTHS))[:, None, None]
    size = rng.uniform(50, 100, GRID.shape)
    season = size * np.sin(2 * np.pi * (time + rng.uniform(0, 12, GRID.shape)) / 12)
    years = np.repeat(rng.normal(0, 40, (10, *GRID.shape)), 12, 0)
    return np.where(LAND, season + rng.normal(0, 0.5, GRID.shape) * time + years, np.nan)


def target() -> xr.Dataset:
    """Observed storage of a small land, whose line is known."""
    observed = true_storage() + np.random.default_rng(6).normal(0, 5, true_storage().shape)
    part = np.repeat(np.int8([Part.TRAINING, Part.VALIDATION, Part.TEST]), (60, 12, 48))
    part[GAP], observed[GAP] = Part.NONE, np.nan
    training = part == Part.TRAINING
    time = np.arange(len(MONTHS))
    lines = np.polynomial.polynomial.polyfit(time[training], observed[training].reshape(60, -1), 1)
    gap = np.zeros(len(MONTHS), np.int8)
    gap[GAP] = 1
    area = np.where(LAND, np.cos(np.radians(GRID.lat))[:, None], 0)
    places = ("lat", "lon")
    fields = {
        "predictors": (("channel", *FIELD), np.zeros((1, *observed.shape), np.float32)),
        "channel_unit": ("channel", ["mm"]),
        "twsa": (FIELD, observed.astype(np.float32)),
        "twsa_simulated": (FIELD, observed.astype(np.float32)),
        "trend": (places, lines[1].reshape(GRID.shape)),
        "intercept": (places, lines[0].reshape(GRID.shape)),
        "detrended": ((), np.int8(1)),
        "area": (places, area),
        "part": ("time", part),
        "in_gap": ("time", gap),
    }
    return xr.Dataset(fields, PLACES | {"channel": ["p_0"]})


def reconstruction(noise: float, said: float, factor: float = 1.0) -> xr.Dataset:
    """The truth with errors of one size, and a spread that is said."""
    error = np.random.default_rng(7).normal(0, noise, true_storage().shape)
    mean, std = true_storage() + error, np.where(LAND, said, np.nan) + 0 * true_storage()
    seen = target()["twsa"].values
    z = (seen - mean) / std
    score = std * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - np.pi**-0.5)
    fields = {"mean": mean, "std": std, "epistemic": 0.5 * std, "crps": score}
    fields["log_density"] = stats.norm.logpdf(seen, mean, std)
    data = xr.Dataset({name: (FIELD, values) for name, values in fields.items()}, PLACES)
    quantiles = mean + std * stats.norm.ppf(LEVELS)[:, None, None, None]
    data["quantiles"] = (("level", *FIELD), quantiles)
    data["recalibration"] = factor
    return data.assign_coords(level=LEVELS).assign(
        part=("time", target()["part"].values), in_gap=("time", target()["in_gap"].values)
    )


def rivers() -> Weights:
    """The western and the eastern columns."""
    area = np.where(LAND, cell_area(GRID), 0).ravel()
    west = np.tile(np.arange(GRID.n_lon) < 2, GRID.n_lat)
    matrix = np.stack([area * west, area * ~west])
    return Weights(sparse.csr_array(matrix), np.array(["west", "east"]), matrix.sum(1), GRID)


def test_scores_are_those_of_series_by_hand() -> None:
    predicted, observed = np.random.default_rng(1).normal(size=(2, 30))
    observed[4] = np.nan
    found = skill.point_scores(predicted[:, None], observed[:, None])
    p, o = np.delete(predicted, 4), np.delete(observed, 4)
    assert found["r"][0] == pytest.approx(stats.pearsonr(p, o)[0])
    assert found["nse"][0] == pytest.approx(1 - ((p - o) ** 2).sum() / ((o - o.mean()) ** 2).sum())
    assert found["rmse"][0] == pytest.approx(np.sqrt(((p - o) ** 2).mean()))


def test_a_prediction_that_never_changes_explains_nothing() -> None:
    observed = np.random.default_rng(1).normal(size=(30, 1))
    assert skill.point_scores(np.zeros((30, 1)), observed)["r"].tolist() == [0.0]


def test_what_is_usual_knows_the_training_months_alone() -> None:
    one, changed = target(), target()
    changed["twsa"][60:] += 500
    assert np.array_equal(skill.usual(one), skill.usual(changed), equal_nan=True)


def test_without_trend_and_season_a_climatology_has_no_skill() -> None:
    data = target()
    normal = skill.usual(data)
    test = data["part"].values == Part.TEST
    parts = (x[test] for x in (normal, data["twsa"].values, normal))
    found = skill.both_ways(*parts)
    assert np.nanmedian(found["r"]) > 0.5
    assert (found["r_anomaly"][LAND] == 0).all() and (found["nse_anomaly"][LAND] <= 0).all()


def test_two_reconstructions_of_a_few_months_agree_as_by_hand() -> None:
    one, other = np.random.default_rng(2).normal(size=(2, 5, 3))
    other[0, 1] = other[1:4, 2] = np.nan
    found = skill.agreement(one, other)
    expected = [
        stats.pearsonr(one[:, 0], other[:, 0])[0],
        stats.pearsonr(one[1:, 1], other[1:, 1])[0],
    ]
    assert found["r"][:2] == pytest.approx(expected) and np.isnan(found["r"][2])
    assert found["rmse"][0] == pytest.approx(np.sqrt(((one - other)[:, 0] ** 2).mean()))


def test_recalibration_mends_the_coverage_of_too_narrow_a_spread() -> None:
    data, test = reconstruction(20, 10), target()["part"].values == Part.TEST
    observed, area = target()["twsa"].values[test], target()["area"].values
    raw = skill.spread_scores(data.isel(time=test), observed, area)
    mended = skill.spread_scores(data.isel(time=test), observed, area, factor=2.06)
    assert raw["coverage_90"] < 0.7 and mended["coverage_90"] == pytest.approx(0.9, abs=0.03)
    assert mended["nlpd"] < raw["nlpd"] and mended["crps"] < raw["crps"]
    same = skill.spread_scores(data.isel(time=test), observed, area, factor=1.0)
    assert same == pytest.approx(raw)  # of Gaussians the factor 1 changes nothing


def test_the_record_is_observed_where_it_was_and_filled_elsewhere() -> None:
    seen, made = target(), reconstruction(20, 15)
    seen["twsa"][3, 2, 2] = np.nan
    found = gap_free(seen, made, 2.0)
    flag = found["flag"].values
    assert (flag[:, ~LAND] == NO_DATA).all() and (flag[GAP][:, LAND] == FILLED).all()
    assert flag[3, 2, 2] == FILLED and flag[4, 2, 2] == OBSERVED
    twsa = found["twsa"].values
    assert np.isfinite(twsa[:, LAND]).all() and np.isnan(twsa[:, ~LAND]).all()
    assert np.array_equal(twsa[flag == OBSERVED], seen["twsa"].values[flag == OBSERVED])
    assert twsa[flag == FILLED] == pytest.approx(made["mean"].values[flag == FILLED], rel=1e-6)
    assert found["twsa_std"].values[0][LAND] == pytest.approx(30)
    wide = found["twsa_quantiles"].sel(level=0.95) - found["twsa_mean"]
    assert wide.values[0][LAND] == pytest.approx(30 * 1.6449, rel=1e-3)


def test_the_spread_of_a_river_is_what_validation_months_tell() -> None:
    found = river_series(gap_free(target(), reconstruction(20, 15), 1.0), rivers())
    late = target()["part"].values == Part.TEST
    inside = np.abs(found.observed - found.mean)[late] <= 1.645 * found.std[late]
    assert 0.75 < inside.mean() < 1  # errors of cells are independent here: far below 15 mm
    assert np.nanmax(found.std) < 10
    assert np.isnan(found.observed[GAP]).all() and np.isfinite(found.twsa).all()


def test_droughts_of_the_record_are_listed_and_mapped() -> None:
    seen = target()
    seen["twsa"][80:100] -= 300
    made = reconstruction(5, 5)
    made["mean"][80:100] -= 300
    record = gap_free(seen, made, 1.0)
    reference = np.ones(len(MONTHS), bool)
    maps = drought_maps(record, reference)
    observed = record["flag"].values == OBSERVED
    assert (maps["wsdi_std"].values[observed] == 0).all()
    assert (maps["wsdi_std"].values[GAP][:, LAND] > 0).all()
    events = event_table(river_series(record, rivers()), MONTHS, reference, rivers())
    worst = events.loc[events.groupby("basin")["severity"].idxmax()].set_index("basin")
    for basin in ("west", "east"):
        assert worst.loc[basin, "start"] <= "2008-12" and worst.loc[basin, "end"] >= "2010-07"
        assert worst.loc[basin, "reconstructed"] == 6
    table = area_table(maps, rivers())
    assert len(table) == 3 * len(MONTHS)
    month = table[table["month"] == "2010-01"].set_index("basin")
    assert (month[["moderate", "severe", "extreme"]].diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)
    assert month.loc["land", "moderate"] > 0.9
    parts = month.loc[["west", "east"]]
    whole = (parts["moderate"] * parts["area_km2"]).sum() / parts["area_km2"].sum()
    assert month.loc["land", "moderate"] == pytest.approx(whole)
    sure = table[table["month"] == "2003-01"]
    assert sure["expected"].to_numpy() == pytest.approx(sure["moderate"].to_numpy())


def test_a_reference_without_a_calendar_month_is_refused() -> None:
    record = gap_free(target(), reconstruction(5, 5), 1.0)
    with pytest.raises(InputError, match="has no month 1, 2, 3"):
        drought_maps(record, np.arange(len(MONTHS)) < 9)


def test_the_truth_is_on_the_grid_and_its_own_reconstruction_is_perfect(tmp_path: Path) -> None:
    record = gap_free(target(), reconstruction(0, 5), 1.0)
    true = np.nan_to_num(true_storage(), nan=0.0)
    base = (MONTHS.year >= 2004) & (MONTHS.year <= 2009)
    thirds = dict.fromkeys(STORES, (FIELD, 100 + true / 3))
    drought = {"drought": (("lat", "lon"), LAND.astype(float))}
    xr.Dataset(thirds | drought, PLACES).to_netcdf(tmp_path / "grid.nc")
    found, share = read_truth(tmp_path / "grid.nc", record)
    assert found == pytest.approx(true - true[base].mean(0)) and np.array_equal(share, LAND)
    score = against_truth(record.isel(time=GAP), true_storage()[GAP], cell_area(GRID))
    assert score["rmse"] == pytest.approx(0, abs=1e-3) and score["r"] == pytest.approx(1)
    assert score["coverage_50"] == 1
