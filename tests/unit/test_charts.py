"""Figures that are no maps show what they are given, whatever its sign."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from vadose import agreement_charts, charts, maps


def history(low: float) -> pd.DataFrame:
    rows = [
        {"split": split, "fold": fold, "seed": seed, "epoch": epoch}
        | {"loss": low + 1 / (epoch + 1), "validation": low + 2 / (epoch + 1), "samples_per_s": 100}
        for split in ("random", "continents")
        for fold in (("all",) if split == "random" else ("a", "b"))
        for seed in (0, 1)
        for epoch in range(4)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("low", "scale"), [(0.1, "log"), (-3.0, "linear")])
def test_losses_below_zero_are_seen(low: float, scale: str) -> None:
    """A likelihood may be above 1: its logarithm is no loss that a log axis could show."""
    figure = charts.learning_figure(history(low), "split", "samples", same_scale=True)
    axis = figure.axes[0]
    assert axis.get_yscale() == scale
    bottom, top = axis.get_ylim()
    assert bottom < low + 0.25 and top > low + 2


def test_each_network_has_its_lines_and_each_fold_its_name() -> None:
    axes = charts.learning_figure(history(0.1), "split", "samples", same_scale=True).axes
    assert [len(axis.lines) for axis in axes] == [2 * 3, 4 * 3]
    assert axes[0].get_legend() is None
    assert [text.get_text() for text in axes[1].get_legend().get_texts()] == ["a", "b"]
    assert axes[0].get_title() == "random: 2 seeds, 100 samples/s"


def test_networks_that_learn_together_are_counted_beside_those_that_do_not() -> None:
    both = history(0.1)
    both.loc[both["split"] == "random", "members"] = 15
    titles = [
        axis.get_title()
        for axis in charts.learning_figure(both, "split", "samples", same_scale=True).axes
    ]
    assert titles == [
        "random: 15 networks together, 100 samples/s",
        "continents: 2 seeds, 100 samples/s",
    ]


def test_scores_stand_as_bars_of_their_height_and_missing_ones_do_not() -> None:
    table = pd.DataFrame({"split": ["x", "x"], "method": ["mean", "trees"], "r2": [np.nan, 0.5]})
    axis = charts.draw_scores(Figure().subplots(), table, "r2", ["trees", "mean"])
    heights = [patch.get_height() for patch in axis.patches]
    assert heights[0] == 0.5 and np.isnan(heights[1])


def test_only_pairs_are_counted_in_a_density() -> None:
    x, y = np.array([100.0, np.nan, 300.0, 300.0]), np.array([100.0, 200.0, np.nan, 310.0])
    axis = charts.draw_density(Figure().subplots(), x, y, 1000.0)
    counts = axis.collections[0].get_array()
    assert np.sum(counts > 0) == 2


def test_pairs_below_zero_are_counted_where_the_axes_reach_them() -> None:
    values = np.array([-2.0, 0.5, np.nan, 2.0])
    axis = charts.draw_density(Figure().subplots(), values, values, 3.0, -3.0)
    assert axis.get_xlim() == axis.get_ylim() == (-3.0, 3.0)
    assert np.sum(axis.collections[0].get_array()) == 3


def test_bars_stand_side_by_side_around_the_middle_of_their_group() -> None:
    table = pd.DataFrame({"one": [0.9, 0.2], "other": [0.4, np.nan]}, ["snow", "soil"])
    axis = charts.draw_bars(Figure().subplots(), table, {"one": "red", "other": "blue"})
    heights, middles = ([f(bar) for bar in axis.patches] for f in (height, middle))
    np.testing.assert_array_equal(heights, [0.9, 0.2, 0.4, np.nan])
    np.testing.assert_allclose(middles, [-0.2, 0.8, 0.2, 1.2])
    assert [text.get_text() for text in axis.get_xticklabels()] == ["snow", "soil"]
    assert axis.get_legend_handles_labels()[1] == ["one", "other"]
    empty = charts.draw_bars(Figure().subplots(), table[[]], {})
    assert not empty.patches and len(empty.get_xticks()) == 2


def height(bar: Rectangle) -> float:
    return bar.get_height()


def middle(bar: Rectangle) -> float:
    return bar.get_x() + bar.get_width() / 2


def test_a_matrix_names_every_pair_once_with_its_number() -> None:
    pairs = pd.DataFrame(
        [("a", "b", 5, 0.5), ("a", "c", 6, -0.25), ("b", "c", 7, 0.75)],
        columns=["first", "second", "n", "spearman"],
    )
    axis = agreement_charts.draw_matrix(Figure().subplots(), pairs, "spearman", list("abc"))
    words = [text.get_text() for text in axis.texts]
    assert words == ["0.50", "5", "-0.25", "6", "0.75", "7"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["b", "c"]


def test_a_legend_below_says_each_thing_once() -> None:
    figure = Figure(layout="constrained")
    axes = figure.subplots(1, 2)
    for axis, names in zip(axes, (("one", "two"), ("two", "three")), strict=True):
        for name in names:
            axis.plot([0, 1], label=name)
    charts.legend_below(figure, axes, columns=2)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["one", "two", "three"]


def test_a_model_has_one_colour_in_every_figure_and_no_system_shares_it() -> None:
    colours = agreement_charts.SYSTEM_COLOURS
    assert {model: colours[model] for model in maps.MODEL_COLOURS} == maps.MODEL_COLOURS
    assert {"GRACE", "hybrid model", "concept LSTM"} < set(colours)
    assert len({colour[:7] for colour in colours.values()}) == len(colours)
