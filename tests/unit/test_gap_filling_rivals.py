"""Simple methods are what they are said to be, with the errors that they make."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler
from tests.gap_maps import world
from tests.scripts import script

from vadose.config import read_config
from vadose.errors import InputError
from vadose.gap_filling.files import read_reconstruction, write_maps
from vadose.gap_filling.maps import Part, fit_line
from vadose.gap_filling.reconstruction import reconstruction
from vadose.gap_filling.rivals import climatology, methods, regression, simulated, with_errors

LEVELS = [0.05, 0.5, 0.95]


def test_climatology_continues_trend_and_season() -> None:
    maps = world()
    months = np.arange(84)
    season = 30 * np.cos(2 * np.pi * months / 12)[:, None, None]
    twsa = np.where(np.isfinite(maps.twsa), 0.5 * months[:, None, None] + season, np.nan)
    whole = np.broadcast_to(0.5 * months[:, None, None] + season, maps.twsa.shape)
    twsa[:, :, :8] = whole[:, :, :8]  # no month missing, so that line and season part exactly
    part = np.where(maps.months.year < 2007, Part.TRAINING, maps.part)
    maps = maps._replace(twsa=twsa, part=part, line=fit_line(twsa, part == Part.TRAINING))
    found = climatology(maps)
    assert np.abs(found[:, :, :8] - whole[:, :, :8]).max() < 6  # a cosine leans a line a little
    maps = maps._replace(twsa=np.where(months[:, None, None] < 60, twsa, 999.0))
    np.testing.assert_allclose(climatology(maps)[:, :, :8], found[:, :, :8])


def test_the_regression_is_that_of_scikit_learn() -> None:
    maps, ridge = world(), 0.05
    found = regression(maps, ridge)
    known = (maps.part == Part.TRAINING) & np.isfinite(maps.twsa[:, 2, 3])
    x, y = maps.predictors[:, :, 2, 3].T.astype(float), maps.twsa[:, 2, 3]
    scale = StandardScaler().fit(x[known])
    twin = Ridge(alpha=ridge * known.sum()).fit(scale.transform(x[known]), y[known])
    np.testing.assert_allclose(found[:, 2, 3], twin.predict(scale.transform(x)), rtol=1e-6)
    assert np.isnan(found[:, :, 8:]).all()


def test_a_cell_without_a_predictor_is_regressed_on_the_others() -> None:
    maps = world()
    predictors = maps.predictors.copy()
    predictors[1, :, 2, 3] = np.nan
    alone = maps._replace(predictors=predictors[:1])
    with_it = regression(maps._replace(predictors=predictors), 0.05)
    np.testing.assert_allclose(with_it[:, 2, 3], regression(alone, 0.05)[:, 2, 3])


def test_a_rival_without_its_data_is_named() -> None:
    maps = world()
    np.testing.assert_array_equal(simulated(maps), maps.simulated)
    with pytest.raises(InputError, match="needs twsa_simulated among"):
        simulated(maps._replace(simulated=np.full_like(maps.simulated, np.nan)))


def test_errors_are_those_of_the_validation_months_of_each_cell() -> None:
    maps = world()
    mean = methods(0.05)["regression"](maps)
    members = with_errors(maps, mean)
    chosen = maps.part == Part.VALIDATION
    error = (maps.twsa - mean)[chosen, 2, 3]
    assert members.scale[2, 3] == pytest.approx(np.sqrt(np.mean(error**2)))
    found = reconstruction(maps, members, LEVELS)
    land = maps.area > 0
    np.testing.assert_allclose(found.mean[:, land], mean[:, land], rtol=1e-3, atol=1e-3)
    assert found.std[7, 2, 3] == pytest.approx(members.scale[2, 3], rel=1e-5)
    assert (found.epistemic[:, land] == 0).all()
    assert found.recalibration == pytest.approx(1, abs=0.01)
    width = (found.quantiles[-1] - found.quantiles[0])[7, 2, 3]
    assert width == pytest.approx(2 * 1.644854 * members.scale[2, 3], rel=1e-4)


def test_a_cell_that_the_validation_lacks_has_the_usual_error() -> None:
    maps = world()
    twsa = maps.twsa.copy()
    twsa[maps.part == Part.VALIDATION, 2, 3] = np.nan
    members = with_errors(maps._replace(twsa=twsa), np.zeros_like(twsa))
    rest = np.isfinite(twsa[maps.part == Part.VALIDATION])
    usual = np.sqrt(np.mean(twsa[maps.part == Part.VALIDATION][rest] ** 2))
    assert members.scale[2, 3] == pytest.approx(usual)


def test_the_rule_writes_a_file_a_method(tmp_path: Path) -> None:
    write_maps(world(), tmp_path / "maps.nc")
    outputs = [tmp_path / f"{name}.nc" for name in ("climatology", "regression", "simulated")]
    script("fit_storage_rivals").main(tmp_path / "maps.nc", outputs, levels=LEVELS, ridge=0.1)
    crps = {}
    for path in outputs:
        data = read_reconstruction(path)
        crps[path.stem] = float(data["crps"][data["part"].values == Part.TEST].mean())
        assert data.attrs["method"] == path.stem
    assert crps["regression"] < crps["simulated"] < crps["climatology"]


def test_the_authors_simulation_without_its_trend_is_no_rival() -> None:
    ours = read_config({}).gap_filling
    theirs = read_config({"gap_filling": {"authors_data": "authors/"}}).gap_filling
    assert set(ours.methods) - set(theirs.methods) == {"simulated"}
