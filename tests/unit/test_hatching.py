"""Maps are hatched where the spread is large, and say so."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from vadose import hatching, maps
from vadose.grid import Grid

LON, LAT = np.array([-100.0, -90.0, -80.0]), np.array([40.0, 35.0, 45.0])
POINTS = maps.Places(LON, LAT)
CELLS = maps.Places(LON, LAT, Grid.of_cells(LAT, LON))
VALUES = np.array([100.0, 200.0, np.nan])
SPREAD = np.array([31.0, 59.0, 500.0])


def test_a_spread_is_large_above_a_share_of_the_value() -> None:
    assert hatching.is_large(SPREAD, VALUES).tolist() == [True, False, False]
    assert (
        hatching.is_large(np.array([30.0, np.nan]), np.array([100.0, 5.0])).tolist() == [False] * 2
    )


@pytest.mark.parametrize("places", [POINTS, CELLS], ids=["points", "cells"])
def test_uncertain_units_are_struck_through_and_counted(places: maps.Places) -> None:
    axis = maps.map_axes(Figure(), (1, 1, 1), places, [])
    drawn = len(axis.collections), len(axis.patches)
    hatching.hatch_large(axis, places, VALUES, SPREAD)
    new = len(axis.collections) - drawn[0] + len(axis.patches) - drawn[1]
    assert new == 2  # the stroke and its halo
    if places.grid:
        assert len(axis.patches[-1].get_path().to_polygons()) == 1
    else:
        np.testing.assert_allclose(axis.collections[-1].get_offsets(), [[-100, 40]])
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["spread above 30 % (1)"]


def test_a_map_without_uncertain_units_is_left_as_it_is() -> None:
    axis = maps.map_axes(Figure(), (1, 1, 1), CELLS, [])
    before = len(axis.patches), len(axis.collections)
    hatching.hatch(axis, CELLS, np.zeros(3, bool))
    assert (len(axis.patches), len(axis.collections)) == before
