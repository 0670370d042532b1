"""Draw how all networks learnt, a panel an architecture and setting."""

from pathlib import Path

from matplotlib.figure import Figure

from vadose.figures.training import read_histories
from vadose.regionalization_charts import colours, draw_training, words


def draw(histories: list[Path]) -> Figure:
    """Draw loss and validation loss of all networks against the epoch."""
    history = read_histories(histories)
    rows, columns = (list(dict.fromkeys(history[name])) for name in ("setting", "architecture"))
    palette = colours(list(history["vectors"].unique()))
    figure = Figure(figsize=(3.6 * len(columns), 2.9 * len(rows) + 0.3), layout="constrained")
    axes = figure.subplots(len(rows), len(columns), squeeze=False, sharex=True, sharey="row")
    for row, setting in zip(axes, rows, strict=True):
        for axis, architecture in zip(row, columns, strict=True):
            mine = (history["setting"] == setting) & (history["architecture"] == architecture)
            part = history[mine]
            draw_training(axis, part, palette)
            speed = f"{part['samples_per_s'].median():.0f} windows/s"
            axis.set_title(f"{architecture.upper()}, {words(setting)}: {speed}", fontsize=8)
            axis.label_outer()
    figure.supylabel("loss: training thin, validation thick", fontsize=9)
    return figure
