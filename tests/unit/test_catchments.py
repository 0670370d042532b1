"""A catchment passes the filter or carries the first reason that applies."""

import numpy as np
import pandas as pd
import pytest

from vadose.catchments import (
    LIMITS,
    TEXT,
    Exclusion,
    count_exclusions,
    count_unknown,
    exclusions,
    properties,
    runoff_ratio,
)

GOOD = {
    "area": 500.0,
    "record_share": 0.9,
    "runoff_ratio": 0.4,
    "frac_snow": 0.1,
    "regulation": 0.0,
    "urban": 1.0,
    "irrigated": 0.5,
}
SETTINGS = {
    "least_area_km2": 10.0,
    "most_area_km2": 2000.0,
    "least_record_share": 0.5,
    "most_runoff_ratio": 1.0,
    "most_snow_share": 0.7,
    "most_regulation_percent": 10.0,
    "most_urban_percent": 15.0,
    "most_irrigated_percent": 15.0,
}
FAULTS = {
    Exclusion.TOO_SMALL: {"area": 9.0},
    Exclusion.TOO_LARGE: {"area": 2001.0},
    Exclusion.RECORD_TOO_SHORT: {"record_share": 0.49},
    Exclusion.RUNOFF_RATIO: {"runoff_ratio": 1.01},
    Exclusion.SNOW: {"frac_snow": 0.71},
    Exclusion.REGULATED: {"regulation": 10.1},
    Exclusion.URBAN: {"urban": 16.0},
    Exclusion.IRRIGATED: {"irrigated": 15.5},
}


def table(*changes: dict[str, float]) -> pd.DataFrame:
    """Good basins, each with some other values."""
    rows = [GOOD | change for change in changes]
    return pd.DataFrame(rows, index=[f"planet_{i:08d}" for i in range(len(rows))])


def test_every_reason_but_passing_has_a_limit_and_a_text() -> None:
    assert [limit.reason for limit in LIMITS] == list(Exclusion)[1:]
    assert set(TEXT) == set(Exclusion) and len(set(TEXT.values())) == len(TEXT)
    assert {limit.setting for limit in LIMITS} == set(SETTINGS)
    assert {limit.column for limit in LIMITS} == set(GOOD)


@pytest.mark.parametrize("reason", FAULTS, ids=lambda r: r.name)
def test_each_fault_gives_its_reason(reason: Exclusion) -> None:
    codes = exclusions(table({}, FAULTS[reason]), SETTINGS)
    assert codes.tolist() == [Exclusion.PASSED, reason]


def test_the_first_reason_wins() -> None:
    """With all faults from the k-th on, the k-th is the reason."""
    faults = list(FAULTS.items())
    rows = []
    for k in range(1, len(faults)):
        together: dict[str, float] = {}
        for _, fault in reversed(faults[k:]):
            together |= fault
        rows.append(together)
    codes = exclusions(table(*rows), SETTINGS)
    assert codes.tolist() == [reason for reason, _ in faults[1:]]


def test_a_value_at_its_limit_passes() -> None:
    at = [{limit.column: SETTINGS[limit.setting]} for limit in LIMITS]
    assert (exclusions(table(*at), SETTINGS) == Exclusion.PASSED).all()


def test_what_is_not_known_excludes_none_and_is_counted() -> None:
    basins = table({}, *({name: np.nan} for name in GOOD))
    assert (exclusions(basins, SETTINGS) == Exclusion.PASSED).all()
    assert count_unknown(basins) == ", ".join(f"{name}: 1" for name in GOOD)
    assert count_unknown(table({})) == ""


def test_stricter_limits_never_let_more_basins_pass() -> None:
    rng = np.random.default_rng(1)
    basins = pd.DataFrame({name: rng.gamma(1, 2 * value + 1, 300) for name, value in GOOD.items()})
    passed = exclusions(basins, SETTINGS) == Exclusion.PASSED
    assert 0 < passed.sum() < 300
    for limit in LIMITS:
        factor = 1.5 if limit.is_least else 0.5
        stricter = SETTINGS | {limit.setting: SETTINGS[limit.setting] * factor}
        assert not ((exclusions(basins, stricter) == Exclusion.PASSED) & ~passed).any()


def test_runoff_ratio_is_over_the_months_that_have_both() -> None:
    p = np.array([[100.0, 100, 200, np.nan], [50, 50, 50, 50]])
    q = np.array([[30.0, np.nan, 60, 500], [np.nan] * 4])
    np.testing.assert_array_equal(runoff_ratio(p, q), [0.3, np.nan])


def test_runoff_without_rain_is_above_any_limit() -> None:
    ratio = runoff_ratio(np.zeros((1, 12)), np.ones((1, 12)))
    codes = exclusions(table({"runoff_ratio": ratio[0]}), SETTINGS)
    assert codes.tolist() == [Exclusion.RUNOFF_RATIO]


def test_properties_are_in_percent_and_shares() -> None:
    """HydroATLAS keeps the degree of regulation in tenths of a percent."""
    attributes = pd.DataFrame(
        {
            "area": [120.0, 80.0],
            "frac_snow": [0.2, 0.0],
            "dor_pc_pva": [274.0, -999.0],
            "urb_pc_sse": [12.5, 0.0],
            "ire_pc_sse": [3.0, 1.0],
            "for_pc_sse": [50.0, 60.0],
        },
        index=["camels_01022500", "camels_01031500"],
    )
    p = np.full((2, 4), 100.0)
    q = np.array([[25.0, 25, 25, 25], [40, np.nan, np.nan, np.nan]])
    known = properties(attributes, p, q)
    assert list(known) == list(GOOD)
    assert list(known.index) == list(attributes.index)
    np.testing.assert_allclose(known.iloc[0], [120, 1, 0.25, 0.2, 27.4, 12.5, 3])
    np.testing.assert_allclose(known.iloc[1], [80, 0.25, 0.4, 0, np.nan, 0, 1])


def test_attributes_that_the_source_lacks_are_unknown() -> None:
    attributes = pd.DataFrame({"area": [120.0], "frac_snow": [0.2]}, index=["planet_00000001"])
    known = properties(attributes, np.ones((1, 12)), np.full((1, 12), 0.5))
    assert count_unknown(known) == "regulation: 1, urban: 1, irrigated: 1"
    assert exclusions(known, SETTINGS).tolist() == [Exclusion.PASSED]


def test_counts_name_only_what_occurs() -> None:
    codes = exclusions(table({}, {}, {"urban": 90.0}), SETTINGS)
    assert count_exclusions(codes) == "passed: 2, urban: 1"
