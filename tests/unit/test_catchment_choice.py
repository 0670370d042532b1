"""Chosen catchments stand for all climates, and anyone can choose them again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vadose.catchment_choice import CLIMATE, choose_catchments, spread_over_climates
from vadose.errors import InputError

RNG = np.random.default_rng(1)


def catchments(count: int) -> pd.DataFrame:
    values = RNG.normal(size=(count, len(CLIMATE)))
    values[:, 0] = 100 * np.exp(0.5 * values[:, 0])
    return pd.DataFrame(values, [f"b{k:03d}" for k in range(count)], list(CLIMATE))


def test_the_choice_covers_more_than_chance() -> None:
    table = catchments(300)
    chosen = table.loc[spread_over_climates(table, 20)]
    width = chosen.max() - chosen.min()
    assert (width >= 0.8 * (table.max() - table.min())).all()


def test_the_order_of_the_table_does_not_matter() -> None:
    table = catchments(50)
    assert spread_over_climates(table, 7) == spread_over_climates(table.iloc[::-1], 7)


def test_catchments_without_attributes_are_left_out_and_few_are_all_taken() -> None:
    table = catchments(5)
    table.iloc[2, 1] = np.nan
    assert spread_over_climates(table, 20) == ["b000", "b001", "b003", "b004"]


def test_what_is_the_same_in_all_catchments_chooses_none() -> None:
    """The tropics have no snow; twins are there once each."""
    table = catchments(50)
    table["frac_snow"] = 0.0
    assert len(set(spread_over_climates(table, 20))) == 20
    table.iloc[:] = table.iloc[0].to_numpy()
    assert len(set(spread_over_climates(table, 20))) == 20


def test_catchments_that_nothing_is_known_of_are_refused() -> None:
    table = catchments(5)
    table["tmp_dc_syr"] = np.nan
    with pytest.raises(InputError, match=r"none of 5 catchments has all of .*HydroATLAS"):
        spread_over_climates(table, 2)


def test_the_listed_catchments_are_distinct(root: Path) -> None:
    listed = (root / "resources/basins/twenty_climates.txt").read_text(encoding="utf-8").split()
    assert len(set(listed)) == 20


def test_a_list_takes_the_place_of_the_choice() -> None:
    table = catchments(5)
    assert choose_catchments(["b003", "elsewhere", "b001"], table, 20) == ["b003", "b001"]
    assert choose_catchments(None, table, 2) == spread_over_climates(table, 2)
    with pytest.raises(InputError, match=r"none of the listed catchments .*: elsewhere"):
        choose_catchments(["elsewhere"], table, 20)
