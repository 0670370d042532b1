"""Figures of architectures and vectors tell what ran, in colours that tell vectors apart."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vadose.regionalization_charts import colours, draw_table, draw_training, draw_years, words

VECTORS = ["physical", "gaussian-256", "gaussian-512", "mixed-256", "onehot", "latlon", "none"]


def test_every_kind_of_vector_has_a_colour_of_its_own() -> None:
    found = colours(VECTORS)
    assert list(found) and set(found) == set(VECTORS)
    assert len(set(found.values())) == len(VECTORS)


def test_a_vector_keeps_its_colour_where_others_are_left_out() -> None:
    alone, among = colours(["physical", "none"]), colours(VECTORS)
    assert alone["physical"] == among["physical"] and alone["none"] == among["none"]


def test_the_table_says_what_did_not_run_and_is_silent_where_nothing_can() -> None:
    ensemble = pd.DataFrame(
        [[0.71, np.nan, np.nan], [np.nan, np.nan, 0.52]],
        index=["ea", "plain"],
        columns=["physical", "onehot", "none"],
    )
    axis = draw_table(Figure().subplots(), ensemble, ensemble - 0.03, 0, 1)
    texts = [text.get_text() for text in axis.texts]
    assert texts == ["0.71\n(0.68)", "not run", "", "", "", "0.52\n(0.49)"]


def test_settings_are_said_in_words() -> None:
    assert words("sparse_1") == "learnt from 1 year" and words("sparse_5").endswith("5 years")
    assert "ungauged" in words("ungauged")


def test_skill_stands_at_the_years_that_were_learnt_from() -> None:
    table = pd.DataFrame(
        {
            "architecture": "ea",
            "vectors": "physical",
            "years": [9.0, 1.0, 5.0],
            "median": [0.7, 0.4, 0.6],
        }
    )
    axis = draw_years(Figure().subplots(), table, colours(["physical"]))
    np.testing.assert_array_equal(axis.lines[0].get_xdata(), [1, 5, 9])
    np.testing.assert_array_equal(axis.lines[0].get_ydata(), [0.4, 0.6, 0.7])


def test_the_curve_of_a_vector_is_the_median_of_its_networks() -> None:
    rows = [
        {"vectors": "none", "epoch": epoch, "loss": 1.0, "validation": value}
        for epoch in (0, 1)
        for value in (1.0, 2.0, 6.0)
    ]
    axis = draw_training(Figure().subplots(), pd.DataFrame(rows), colours(["none"]))
    np.testing.assert_array_equal(axis.lines[0].get_ydata(), [2, 2])
