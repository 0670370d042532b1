"""Real storage of GRACE made ready to learn from: its months, gaps, area, trend and parts."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from vadose.fields import to_grid
from vadose.gap_filling.maps import Maps, Part, Periods, Storage, assemble
from vadose.gap_filling.reading import on_months, storage_of
from vadose.gap_filling.rivals import climatology, with_errors
from vadose.grid import Grid
from vadose.sources.grace import read_grace

# Two blocks of months that were observed stand for gaps.
PERIODS = Periods(
    ("2002-04-01", "2006-06-30"),
    ("2006-07-01", "2007-03-31"),
    ("2007-04-01", None),
    [("2003-09-01", "2004-01-31"), ("2005-08-01", "2005-12-31")],
)


@pytest.fixture(scope="module")
def storage(sample_data: Path) -> Storage:
    whole = read_grace(sample_data / "grace/grace_jpl_rl06_sh_tws_1deg_200204_200710.nc")
    return storage_of(to_grid(whole[["twsa"]], Grid.window(-60, 84, -180, 180, 3.0), 0.5)["twsa"])


@pytest.fixture(scope="module")
def maps(storage: Storage) -> Maps:
    return assemble(storage, *on_months({}, storage, [0]), ["season", "place"], [0], PERIODS)


def test_months_without_a_solution_are_for_nothing(maps: Maps) -> None:
    missing = list(maps.months[maps.part == Part.NONE].strftime("%Y-%m"))
    assert missing == ["2002-06", "2002-07", "2003-06", *(f"2004-{m:02d}" for m in range(7, 11))]
    assert maps.twsa.shape == (67, 48, 120)
    assert np.bincount(maps.part).tolist() == [7, 34, 9, 17]


def test_artificial_gaps_are_tested_and_never_trained(maps: Maps) -> None:
    assert maps.in_gap.sum() == 10
    assert set(maps.part[maps.in_gap]) == {Part.TEST}


def test_greenland_loses_mass_and_the_amazon_has_seasons(maps: Maps) -> None:
    def at(lat: float, lon: float) -> tuple[int, int]:
        return int(np.abs(maps.lat - lat).argmin()), int(np.abs(maps.lon - lon).argmin())

    assert maps.line.slope[at(67.5, -37.5)] < -1  # mm/month, in the south-east
    amazon = maps.twsa[:, *at(-4.5, -61.5)]
    assert np.nanmax(amazon) - np.nanmin(amazon) > 250
    assert maps.area[at(-4.5, -61.5)] == pytest.approx(np.cos(np.radians(4.5)), abs=1e-6)


def test_the_usual_year_foretells_a_usual_gap(maps: Maps) -> None:
    """Of the Amazon before its drought of 2005."""
    mean = climatology(maps)
    usual = maps.in_gap & (maps.months.year < 2005)
    seen, said = (v[usual, 17:20, 38:43].mean((1, 2)) for v in (maps.twsa, mean))
    assert np.corrcoef(seen, said)[0, 1] > 0.9
    assert np.isfinite(with_errors(maps, mean).scale).all()


def test_the_record_needs_no_reordering(storage: Storage) -> None:
    field = xr.DataArray(
        storage.twsa,
        {"time": storage.months, "lat": storage.lat, "lon": storage.lon},
        ("time", "lat", "lon"),
    )
    again = storage_of(field.transpose("lat", "lon", "time"))
    np.testing.assert_array_equal(again.twsa, storage.twsa)
