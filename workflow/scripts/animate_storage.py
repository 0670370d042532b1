"""Animate water storage through the gap: observed, reconstructed, and how sure that is."""

import base64
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from vadose import contracts, maps, storage_charts
from vadose.gap_filling.maps import Part
from vadose.gap_filling.storage import OBSERVED, STORAGE
from vadose.job import job, log
from vadose.pages import PAGE

MOST_FRAMES, MILLISECONDS, DPI, COLOURS = 36, 400, 72, 128  # so that a page with them stays small
PANELS = {
    "observed": ("Observed", storage_charts.TWSA),
    "twsa_mean": ("Reconstructed", storage_charts.TWSA),
    "twsa_std": ("Its standard deviation", storage_charts.STD),
}
EMBEDDED = '<img alt="{title}" src="data:image/gif;base64,{data}">'
TITLE = "Water storage anomaly, observed and reconstructed"


def main(storage: Path, land: Path | None, gif: Path, page: Path) -> None:
    """Write months of test and gap, those nearest to the gap, as a GIF and a page that holds it."""
    data = contracts.read(STORAGE, storage)
    data["observed"] = data["twsa"].where(data["flag"] == OBSERVED)
    there = np.isfinite(data["twsa_mean"].values).any(0)
    places = storage_charts.places_of(data, there)
    outline, months = maps.read_land(land) if land else [], data["time"].dt.strftime("%Y-%m").values
    figure = Figure(figsize=(12, 3.2), dpi=DPI, layout="constrained")
    axes = [maps.map_axes(figure, (1, 3, k + 1), places, outline) for k in range(len(PANELS))]
    for group, scale in ((axes[:2], storage_charts.TWSA), (axes[2:], storage_charts.STD)):
        maps.colour_bar(figure, group, scale)
    for axis in figure.axes:
        axis.tick_params(labelsize=7)
    canvas, images = FigureCanvasAgg(figure), []
    for month in frames(data):
        before = [set(axis.collections) for axis in axes]
        for axis, (name, (text, scale)) in zip(axes, PANELS.items(), strict=True):
            maps.draw_values(axis, places, data[name].values[month][there], scale)
            axis.set_title(f"{text}, {months[month]}", fontsize=9)
        if figure.get_layout_engine():  # the places of the first frame hold for all
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
        canvas.draw()
        image = Image.fromarray(np.array(canvas.buffer_rgba())).convert("RGB")
        images.append(image.quantize(COLOURS, dither=Image.Dither.NONE))
        for axis, old in zip(axes, before, strict=True):
            for cells in set(axis.collections) - old:
                cells.remove()
    images[0].save(gif, save_all=True, append_images=images[1:], duration=MILLISECONDS, loop=0)
    body = EMBEDDED.format(title=TITLE, data=base64.b64encode(gif.read_bytes()).decode("ascii"))
    page.write_text(PAGE.format(title=TITLE, body=body), encoding="utf-8")
    log.info("%s of %.1f MB", gif.name, gif.stat().st_size / 1e6)


def frames(data: xr.Dataset) -> list[int]:
    """Choose the months of gap and test that lie nearest to the gap's middle."""
    gap = data["in_gap"].values == 1
    known = np.flatnonzero(gap | (data["part"].values == Part.TEST))
    middle = np.flatnonzero(gap).mean() if gap.any() else known.mean()
    nearest = np.argsort(np.abs(known - middle), kind="stable")[:MOST_FRAMES]
    return sorted(known[nearest].tolist())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        land = snakemake.input.get("land")
        main(
            Path(snakemake.input.storage),
            Path(land) if land else None,
            *(Path(snakemake.output[name]) for name in ("gif", "page")),
        )
