"""Droughts: deficit, index and classes, events of three months, the land that they take."""

import numpy as np
import pytest
from scipy import sparse, stats

from vadose.drought import (
    CLASSES,
    area_share,
    classes,
    deficit,
    events,
    probability,
)

MONTH = np.tile(np.arange(1, 13), 4)
ALL = np.ones(48, bool)


def storage() -> np.ndarray:
    """Four years of two cells, with a season; the third year lacks 40 mm in one of them."""
    season = 100 * np.sin(2 * np.pi * MONTH / 12)
    twsa = np.stack([season, season], -1)
    twsa[24:36, 1] -= 40
    return twsa + np.random.default_rng(0).normal(0, 1, twsa.shape)


def test_the_season_is_no_deficit_and_a_dry_year_is() -> None:
    found = deficit(storage(), MONTH, ALL)
    assert np.abs(found.wsd[:, 0]).max() < 5
    assert found.wsd[24:36, 1] == pytest.approx(-30, abs=5)  # a quarter of it became usual
    assert found.wsdi.mean(0) == pytest.approx(0, abs=1e-9)
    assert found.wsdi.std(0) == pytest.approx(1)
    assert found.wsdi * found.scale == pytest.approx(found.wsd - found.wsd.mean(0))


def test_what_is_usual_comes_from_the_reference_alone() -> None:
    reference = np.arange(48) < 24
    changed = storage()
    changed[24:] += 1000
    one, other = (deficit(field, MONTH, reference) for field in (storage(), changed))
    assert np.array_equal(one.wsdi[:24], other.wsdi[:24])
    assert other.wsd[24:] == pytest.approx(one.wsd[24:] + 1000)


def test_a_missing_month_is_left_out_and_stays_missing() -> None:
    gap = storage()
    gap[5] = np.nan
    found = deficit(gap, MONTH, ALL)
    assert np.isnan(found.wsdi[5]).all() and np.isfinite(np.delete(found.wsdi, 5, 0)).all()


def test_storage_that_never_varies_has_no_index() -> None:
    assert np.isnan(deficit(np.zeros((48, 1)), MONTH, ALL).wsdi).all()


def test_classes_change_just_below_their_limits() -> None:
    index = np.array([0.5, 0, -1e-6, -1, -1.001, -2, -2.001, -3, -3.001, np.nan])
    named = ["none", "none", "slight", "slight", "moderate", "moderate"]
    named += ["severe", "severe", "extreme"]
    found = classes(index)
    assert [CLASSES[k] for k in found[:-1]] == named
    assert found[-1] == -1


def test_an_event_is_three_negative_months_or_more() -> None:
    wsd = np.array([1, -2, -1, 3, -1, -5, -2, 0, -1, -1, np.nan, -1, -1, -2.0])
    first, last = events(wsd)
    assert first == (4, 6, 3, 8.0, 5, 5.0)
    assert (last.start, last.end, last.months) == (11, 13, 3)
    assert last.severity == 4.0 and last.lack == 2.0


def test_a_series_without_drought_has_no_event() -> None:
    assert events(np.ones(12)) == [] and events(np.full(12, np.nan)) == []


def test_events_cover_every_run_of_negative_months_once() -> None:
    wsd = np.random.default_rng(1).normal(size=500)
    covered = np.zeros(500, int)
    for event in events(wsd):
        assert (wsd[event.start : event.end + 1] < 0).all()
        assert event.severity == pytest.approx(-wsd[event.start : event.end + 1].sum())
        covered[event.start : event.end + 1] += 1
    assert covered.max() == 1
    dry = wsd < 0
    long_ = dry[:-2] & dry[1:-1] & dry[2:]
    assert np.array_equal(covered[:-2][long_], np.ones(long_.sum()))


def test_an_uncertain_index_is_in_drought_with_a_probability() -> None:
    index, std = np.array([-1.0, 0.0, -1.5, np.nan, -1.2]), np.array([0.5, 1.0, 0.0, 1.0, np.nan])
    found = probability(index, std)
    assert found[:3] == pytest.approx([0.5, stats.norm.cdf(-1), 1.0])
    assert np.isnan(found[3:]).all()


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_the_share_of_land_in_drought_adds_up_by_area(form: type) -> None:
    weights = form(np.array([[1.0, 3.0, 0.0], [0.0, 0.0, 2.0], [1.0, 3.0, 2.0]]))
    taken = np.array([[1.0, 0.0, 1.0], [np.nan, 1.0, np.nan]])
    shares = area_share(taken, weights)
    assert shares[0] == pytest.approx([0.25, 1.0, 0.5])
    assert shares[0, 2] * 6 == pytest.approx(shares[0, 0] * 4 + shares[0, 1] * 2)
    assert shares[1, [0, 2]].tolist() == [1.0, 1.0] and np.isnan(shares[1, 1])
