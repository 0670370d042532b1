"""The summary's headlines are medians of the long tables, beside the best simple method."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from vadose.evaluation import COLUMNS
from vadose.splits import ALL
from vadose.summary import QUESTIONS, headline
from vadose.summary_charts import SYSTEMS, draw_headlines


def table(*rows: tuple) -> pd.DataFrame:
    """Rows of experiment, variable, unit, split, period, metric and value."""
    return pd.DataFrame([("system", *row) for row in rows], columns=list(COLUMNS))


def of(experiment: str, variable: str, split: str, metric: str, *values: float) -> list[tuple]:
    return [
        (experiment, variable, f"unit {k}", split, "test", metric, value)
        for k, value in enumerate(values)
    ]


def test_a_score_is_the_median_over_basins_then_networks_then_the_mean_of_variables() -> None:
    rows = of("concept, fold 0, seed 0", "swe", "space", "r2", 0.1, 0.5, 0.9)
    rows += of("concept, fold 0, seed 1", "swe", "space", "r2", 0.7, 0.7, 0.7)
    rows += of("concept, fold 0, seed 0", "soil_water_1", "space", "r2", 0.2, np.nan)
    rows += of("plain ridge, fold 0, seed 0", "swe", "space", "r2", 0.3)
    rows += of("plain elastic_net, fold 0, seed 0", "swe", "space", "r2", 0.4)
    rows += of("plain ridge shuffled, fold 0, seed 0", "swe", "space", "r2", 0.99)
    rows += of("plain ridge, fold 0, seed 0", "root_zone", "space", "r2", 1.0)  # not read by own
    found = headline(table(*rows), QUESTIONS["concepts"])
    assert found.score == pytest.approx((0.6 + 0.2) / 2)
    assert (found.simple, found.method, found.n) == (0.4, "plain elastic_net", 3)


def test_the_first_split_that_has_scores_counts_and_is_named() -> None:
    rows = of("ea physical, ensemble", "q", "temporal", "nse", 0.8)
    rows += of("climatology none, ensemble", "q", "temporal", "nse", 0.1)
    rows += of("ea gaussian-32, ensemble", "q", "temporal", "nse", 0.3)
    found = headline(table(*rows), QUESTIONS["regionalization"])
    assert found.about == "streamflow of new days" and found.method == "ea gaussian-32"
    rows += of("ea physical, ensemble", "q", "ungauged", "nse", 0.5)
    found = headline(table(*rows), QUESTIONS["regionalization"])
    assert (found.about, found.score) == ("streamflow of ungauged basins", 0.5)
    assert np.isnan(found.simple) and found.method == ""


def test_scores_over_all_cells_say_of_how_many() -> None:
    rows = [
        (f"{method}, blocks", "capacity", ALL, "test", "by cells", metric, value)
        for method, metric, value in (
            ("residual network", "r2", 0.2),
            ("residual network", "n", 511.0),
            ("mlp", "r2", 0.3),
            ("mean", "r2", np.nan),
        )
    ]
    found = headline(table(*rows), QUESTIONS["capacity"], split="blocks")
    assert (found.score, found.simple, found.method, found.n) == (0.2, 0.3, "mlp", 511)


def test_rivers_and_all_land_do_not_count_as_cells() -> None:
    units = {"-12.25_130.75": 0.5, "1 (31 N, 155 E)": 0.9, "land": 0.9}
    rows = [("net", "twsa", unit, "time", "test", "nse", value) for unit, value in units.items()]
    found = headline(table(*rows), QUESTIONS["gap_filling"], product="net")
    assert (found.score, found.n) == (0.5, 1)


def test_a_table_without_scores_has_no_headline_but_a_line() -> None:
    empty = headline(table(), QUESTIONS["root_zone"], experiment="all")
    assert np.isnan(empty.score) and empty.n == 0 and empty.about
    axis = draw_headlines(Figure().subplots(), {"root_zone": empty})
    said = [text.get_text() for text in axis.texts]
    assert "NSE no score" in said
    assert said.count("switched off") == len(SYSTEMS) - 1


def test_a_score_below_the_axis_stands_at_its_end() -> None:
    rows = of("all, fold 0, seed 1", "et", "time", "nse", -7.0)
    found = headline(table(*rows), QUESTIONS["root_zone"], experiment="all")
    axis = draw_headlines(Figure().subplots(), {"root_zone": found})
    assert axis.lines[-1].get_xdata()[0] == axis.get_xlim()[0]
