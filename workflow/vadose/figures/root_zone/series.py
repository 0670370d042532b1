"""Draw targets and active root-zone storage in a wet, a dry and a snowy basin."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from vadose import contracts
from vadose.charts import draw_series
from vadose.root_zone.analysis import active_storage
from vadose.root_zone.charts import COLOURS
from vadose.root_zone.record import LONG_NAMES, TARGETS, UNITS, baseline_months, contrasting
from vadose.root_zone.series_file import read_record
from vadose.root_zone.simulated import SIMULATED, as_targets

YEARS = 4


def draw(series: Path, simulated: Path, *, baseline: list[str | None]) -> Figure:
    """Draw a row a variable and a column a basin in the last years that fold 0 tests."""
    record, data = read_record(series), contracts.read(SIMULATED, simulated)
    zero = baseline_months(record.months, baseline)
    tested = np.flatnonzero(data["test_fold"].values == 0)
    days = slice(max(tested[0], tested[-1] - 365 * YEARS), tested[-1] + 1)
    shown = record.days[days]
    months = (record.months >= shown[0]) & (record.months <= shown[-1])
    members = np.flatnonzero(data["fold"].values == 0).tolist()
    found = [as_targets(data, member, record, zero) for member in members]
    chosen, rows = contrasting(record), (*TARGETS, "storage")
    figure = Figure(figsize=(4.4 * len(chosen), 8.6), layout="constrained")
    axes = figure.subplots(len(rows), len(chosen), sharex=True, squeeze=False)
    for column, (what, basin) in zip(axes.T, chosen.items(), strict=True):
        column[0].set_title(f"{what}: {record.basins[basin]}", fontsize=9)
        for axis, name in zip(column[:-1], TARGETS, strict=True):
            daily = name in ("q", "swe")
            at = days if daily else months
            lines = np.stack([one[name][at, basin] for one in found])
            observed = getattr(record, name)[at, basin]
            times = shown if daily else pd.DatetimeIndex(record.months[months])
            draw_series(axis, times, observed, lines, COLOURS[name])
        storage = active_storage(data["avai"].values[members, basin])[:, days]
        draw_series(column[-1], shown, np.full(len(shown), np.nan), storage, COLOURS["storage"])
        column[-1].xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator()))
    for axis, name in zip(axes[:, 0], rows, strict=True):
        axis.set_ylabel(
            f"{LONG_NAMES.get(name, 'active root zone')}\n({UNITS.get(name, 'mm')})", fontsize=8
        )
    return figure
