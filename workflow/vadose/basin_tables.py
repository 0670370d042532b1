"""Tables with a row a basin, as text that other programs read too."""

from pathlib import Path

import pandas as pd


def read_basins(path: Path) -> pd.DataFrame:
    """Read a table by gauge id, [basin, column]; an id of digits alone stays text."""
    return pd.read_csv(path, dtype={"gauge_id": str}, index_col="gauge_id")
