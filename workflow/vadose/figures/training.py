"""Draw how networks learnt."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts


def draw(histories: Sequence[Path], panels: str, unit: str, *, same_scale: bool) -> Figure:
    """Draw loss and validation loss of all folds and seeds, a panel a value of column `panels`."""
    history = pd.concat([pd.read_csv(path) for path in histories], ignore_index=True)
    return charts.learning_figure(history, panels, unit, same_scale=same_scale)
