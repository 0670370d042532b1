"""Water storage through the gap as an animation: observed, reconstructed, and how sure that is."""

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from shapely import Polygon

from vadose import maps, storage_charts
from vadose.gap_filling.maps import Part
from vadose.gap_filling.storage import OBSERVED
from vadose.pages import PAGE

MOST_FRAMES, MILLISECONDS, DPI, COLOURS = 24, 400, 72, 128  # so that a page with them stays small
PANELS = {
    "observed": ("Observed", storage_charts.TWSA),
    "twsa_mean": ("Reconstructed", storage_charts.TWSA),
    "twsa_std": ("Its standard deviation", storage_charts.STD),
}
EMBEDDED = '<img alt="{title}" src="data:image/gif;base64,{data}">'
TITLE = "Water storage anomaly, observed and reconstructed"


def frames(data: xr.Dataset) -> list[int]:
    """Choose the months of gap and test that lie nearest to the gap's middle."""
    gap = data["in_gap"].values == 1
    known = np.flatnonzero(gap | (data["part"].values == Part.TEST))
    middle = np.flatnonzero(gap).mean() if gap.any() else known.mean()
    nearest = np.argsort(np.abs(known - middle), kind="stable")[:MOST_FRAMES]
    return sorted(known[nearest].tolist())


def draw_frames(data: xr.Dataset, land: list[Polygon]) -> Iterator[Image.Image]:
    """Draw the chosen months of a gap-free record, one picture each.

    All share one figure, on which only colours change: to lay it out anew takes most of the time.
    """
    data = data.assign(observed=data["twsa"].where(data["flag"] == OBSERVED))
    there = np.isfinite(data["twsa_mean"].values).any(0)
    places, months = storage_charts.places_of(data, there), data["time"].dt.strftime("%Y-%m").values
    figure = Figure(figsize=(12, 3.2), dpi=DPI, layout="constrained")
    axes = [maps.map_axes(figure, (1, 3, k + 1), places, land) for k in range(len(PANELS))]
    for group, scale in ((axes[:2], storage_charts.TWSA), (axes[2:], storage_charts.STD)):
        maps.colour_bar(figure, group, scale)
    for axis in figure.axes:
        axis.tick_params(labelsize=7)
    fields = {name: data[name].values[:, there] for name in PANELS}
    cells = [maps.draw_cells(axis, places) for axis in axes]
    canvas = FigureCanvasAgg(figure)
    for month in frames(data):
        for axis, mine, (name, (text, scale)) in zip(axes, cells, PANELS.items(), strict=True):
            mine.colour(scale.colours(fields[name][month]))
            axis.set_title(f"{text}, {months[month]}", fontsize=9)
        yield _picture(figure, canvas)


def _picture(figure: Figure, canvas: FigureCanvasAgg) -> Image.Image:
    if figure.get_layout_engine():  # the places of the first frame hold for all
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    canvas.draw()
    image = Image.fromarray(np.array(canvas.buffer_rgba())).convert("RGB")
    return image.quantize(COLOURS, dither=Image.Dither.NONE)


def write_gif(pictures: Iterator[Image.Image], path: Path) -> None:
    """Write pictures as an animation without end."""
    first, *others = pictures
    first.save(path, save_all=True, append_images=others, duration=MILLISECONDS, loop=0)


def page_of(gif: Path) -> str:
    """Give a page that holds an animation."""
    data = base64.b64encode(gif.read_bytes()).decode("ascii")
    return PAGE.format(title=TITLE, body=EMBEDDED.format(title=TITLE, data=data))
