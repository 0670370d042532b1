"""Draw how networks learnt."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts


def read_histories(paths: Sequence[Path]) -> pd.DataFrame:
    """Join the histories of several files."""
    return pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)


def draw(histories: Sequence[Path], panels: str, unit: str, *, same_scale: bool) -> Figure:
    """Draw loss and validation loss of all folds and seeds, a panel a value of column `panels`."""
    history = read_histories(histories)
    return charts.learning_figure(history, panels, unit, same_scale=same_scale)
