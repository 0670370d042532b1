"""Scores of storage over land count cells by their area: rows near the pole count less."""

import numpy as np
import pytest
import xarray as xr

from vadose.gap_filling import skill
from vadose.grid import Grid, cell_area

GRID = Grid(10, -60, 20, 12, 4, 5)  # rows of 20 degrees from the equator to 80 N
AREA = cell_area(GRID)
ROWS = np.diff(np.sin(np.radians([0.0, 20, 40, 60, 80])))  # by hand: differences of sines
POLAR = ROWS[-1] / ROWS.sum()  # 0.12 of the land, a quarter of the cells
LEVELS = np.array([0.05, 0.1, 0.25, 0.75, 0.9, 0.95])
PLACES = ("time", "lat", "lon")


def by_row(*values: float) -> np.ndarray:
    """Give each row of cells one value in two months, [time, lat, lon]."""
    return np.broadcast_to(np.array(values)[:, None], (2, *GRID.shape))


def test_scores_of_the_uncertainty_are_means_by_area() -> None:
    """The polar row alone is inside all intervals, has nine times the CRPS, and is likelier."""
    centre = by_row(50, 50, 50, 0)
    spread = np.array([-3.0, -2, -1, 1, 2, 3])[:, None, None, None]
    fields = {
        "mean": (PLACES, centre),
        "std": (PLACES, np.ones_like(centre)),
        "log_density": (PLACES, by_row(-6, -6, -6, -1)),
        "crps": (PLACES, by_row(1, 1, 1, 9)),
        "quantiles": (("level", *PLACES), centre + spread),
    }
    made = xr.Dataset(fields, {"level": LEVELS})
    found = skill.spread_scores(made, np.zeros_like(centre), AREA)
    expected = {"nlpd": 6 - 5 * POLAR, "crps": 1 + 8 * POLAR}
    expected |= dict.fromkeys(("coverage_50", "coverage_80", "coverage_90"), POLAR)
    assert found == pytest.approx(expected)
    wider = skill.spread_scores(made, np.zeros_like(centre), AREA, factor=2.0)
    assert wider["coverage_90"] == pytest.approx(POLAR)
    # z is -25 in three rows and 0 in the polar one
    log_of_two = np.log(2 * np.sqrt(2 * np.pi))
    assert wider["nlpd"] == pytest.approx(log_of_two + 0.5 * 25**2 * (1 - POLAR))


def test_the_median_over_land_has_half_the_area_on_either_side() -> None:
    """From the pole, rows hold 0.12, 0.23, 0.31 and 0.35 of the land: half lies in the third."""
    r = by_row(0.9, 0.7, 0.2, 0.1)[0]
    assert skill.over_land({"r": r, "nse": -r}, AREA) == {"r": 0.7, "nse": -0.7}
    assert np.median(r) == pytest.approx(0.45)
