"""Main climates come out as in the textbook."""

import numpy as np
import pytest

from vadose.koeppen import NAMES, Climate, arid_threshold, main_climate

# Means of each month from January: degC and mm.
PLACES = {
    "Manaus": (
        Climate.A,
        [26.1, 26.0, 26.1, 26.3, 26.3, 26.4, 26.5, 27.0, 27.5, 27.6, 27.3, 26.7],
        [260, 288, 314, 300, 256, 114, 88, 58, 83, 126, 183, 217],
    ),
    "Cairo": (
        Climate.B,
        [14.0, 15.1, 17.6, 21.5, 24.9, 27.4, 28.0, 27.7, 26.0, 23.3, 18.9, 15.0],
        [5, 4, 4, 1, 0, 0, 0, 0, 0, 1, 4, 6],
    ),
    "Alice Springs": (
        Climate.B,
        [29.0, 28.0, 25.0, 20.5, 15.5, 12.0, 11.7, 14.5, 18.7, 23.0, 26.0, 28.0],
        [40, 43, 31, 17, 19, 14, 13, 9, 8, 22, 28, 37],
    ),
    "London": (
        Climate.C,
        [5.0, 5.2, 7.2, 9.5, 12.8, 15.9, 18.2, 17.8, 15.1, 11.6, 8.0, 5.5],
        [55, 41, 42, 44, 49, 45, 45, 50, 49, 69, 59, 55],
    ),
    "Perth": (
        Climate.C,
        [24.4, 24.8, 23.0, 19.6, 16.2, 13.8, 13.0, 13.4, 14.8, 17.4, 20.2, 22.6],
        [15, 9, 19, 46, 123, 183, 173, 135, 80, 55, 22, 14],
    ),
    "Moscow": (
        Climate.D,
        [-7.5, -6.7, -1.4, 6.4, 12.8, 17.1, 19.2, 17.0, 11.3, 5.0, -1.2, -5.2],
        [42, 36, 34, 44, 51, 75, 94, 77, 65, 59, 58, 56],
    ),
    "Alert": (
        Climate.E,
        [-32.0, -33.0, -32.0, -24.0, -11.0, -0.8, 3.3, 0.8, -9.0, -19.0, -26.0, -29.0],
        [7, 6, 7, 9, 11, 12, 28, 22, 22, 13, 9, 8],
    ),
}


def test_places_have_the_climate_of_the_textbook() -> None:
    t, p = (np.array([place[k] for place in PLACES.values()], float).T for k in (1, 2))
    assert [Climate(c) for c in main_climate(t, p)] == [place[0] for place in PLACES.values()]


def test_every_climate_but_the_unknown_has_a_name() -> None:
    assert set(NAMES) == set(Climate) - {Climate.UNKNOWN}


def test_a_missing_month_makes_a_climate_unknown() -> None:
    _, t, p = PLACES["London"]
    both = [np.tile(np.array(x, float)[:, None, None], (1, 2, 2)) for x in (t, p)]
    both[0][3, 0, 1], both[1][7, 1, 0] = np.nan, np.nan
    expected = [[Climate.C, Climate.UNKNOWN], [Climate.UNKNOWN, Climate.C]]
    np.testing.assert_array_equal(main_climate(*both), expected)


@pytest.mark.parametrize("southern", [False, True])
@pytest.mark.parametrize(
    ("in_summer", "threshold", "climate"), [(400, 48, "B"), (0, 20, "C"), (200, 34, "C")]
)
def test_rain_in_summer_must_be_more(
    southern: bool, in_summer: float, threshold: float, climate: str
) -> None:
    """At 10 degC and 400 mm a year, by hand: 20 + 28, 20 + 0 and 20 + 14 cm are needed."""
    warm = np.isin(np.arange(1, 13), range(4, 10)) != southern
    t = np.where(warm, 19.0, 1.0)
    p = np.where(warm, in_summer, 400 - in_summer) / 6
    assert arid_threshold(t, p) == pytest.approx(threshold)
    assert Climate(int(main_climate(t, p))).name == climate


def test_land_without_rain_is_arid_where_it_is_not_polar() -> None:
    dry = np.zeros((12, 2))
    warmth = np.array([25.0, -15.0]) * np.ones((12, 1))
    np.testing.assert_array_equal(main_climate(warmth, dry), [Climate.B, Climate.E])
