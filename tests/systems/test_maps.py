"""Files of figures depend on nothing but what is shown."""

import numpy as np
from matplotlib.figure import Figure

from vadose import charts
from vadose.figures.drawing import save


def test_equal_figures_are_equal_files(tmp_path) -> None:
    for name in ("a", "b"):
        figure = Figure()
        charts.draw_distribution(figure.subplots(), np.arange(5.0), "x")
        save(figure, tmp_path / f"{name}.png", tmp_path / f"{name}.pdf")
    for kind in ("png", "pdf"):
        one, two = (tmp_path / f"{n}.{kind}" for n in "ab")
        assert one.read_bytes() == two.read_bytes()
