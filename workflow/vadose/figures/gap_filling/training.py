"""Draw how the networks of water storage learnt, a panel an architecture."""

from pathlib import Path

from matplotlib.figure import Figure

from vadose import charts, storage_charts
from vadose.figures.training import read_histories


def draw(histories: list[Path]) -> Figure:
    """Draw loss and validation loss of all seeds against the epoch.

    The training loss counts all weights and months, the validation's one value: it is drawn in the
    scale in which both begin at the same height.
    """
    history = read_histories(histories)
    first = history.groupby(["architecture", "seed"])[["loss", "validation"]].transform("first")
    history["loss"] *= first["validation"] / first["loss"]
    names = {method: label for method, (_, label) in storage_charts.METHODS.items()}
    history = history.assign(architecture=history["architecture"].map(names), fold=0)
    return charts.learning_figure(history, "architecture", "months", same_scale=False)
