"""Draw streamflow and stores in a wet, a dry and a snowy basin."""

from pathlib import Path

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from vadose import charts, concept_charts, contracts, kinds
from vadose.concepts.record import FLOW, Span, contrasting
from vadose.concepts.series_file import targets_in, to_record
from vadose.concepts.stores import LONG_NAMES

YEARS = 4


def draw(series: Path, predicted: Path, *, test: tuple[str | None, str | None]) -> Figure:
    """Draw a row a variable and a column a basin, observed grey, all networks' range shaded."""
    data = contracts.read(kinds.CONCEPT_PREDICTED, predicted)
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series))
    record = record.keep([FLOW, *data["store"].values.astype(str)])
    span = Span.of(record.days, *test, "test")
    shown = Span(max(span.first, span.last - 365 * YEARS), span.last)
    learnt = data["learnt"].any("network").values
    targets = targets_in(data)
    chosen = contrasting(record, span)
    size = (4.2 * len(chosen), 1.6 * len(record.names) + 0.6)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(len(record.names), len(chosen), sharex=True, squeeze=False)
    for column, (what, basin) in zip(axes.T, chosen.items(), strict=True):
        how = "new days" if learnt[basin] else "held out"
        column[0].set_title(f"{what}: {record.basins[basin]} ({how})", fontsize=9)
        for k, (axis, name) in enumerate(zip(column, record.names, strict=True)):
            lines = targets[:, basin, shown.first - span.first :, k]
            observed = record.targets[basin, slice(*shown), k]
            colour = concept_charts.COLOURS[name]
            charts.draw_series(axis, record.days[slice(*shown)], observed, lines, colour)
            axis.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator()))
    for axis, name in zip(axes[:, 0], record.names, strict=True):
        unit = "mm/day" if name == FLOW else "mm"
        axis.set_ylabel(f"{LONG_NAMES[name]}\n({unit})", fontsize=8)
    return figure
