"""Draw what the probes read against what is true of the miniature planet's soil and snow."""

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from vadose import charts, contracts, kinds
from vadose.concepts.skill import store_skill
from vadose.concepts.stores import LONG_NAMES, STORES
from vadose.contracts import opened
from vadose.job import log

TRUE = {name: "swe" if name == "swe" else "soil" for name in STORES if name != "soil_water_4"}
MOST = 3.0  # standard deviations, either way


def draw(truth: Path, predicted: Path) -> Figure:
    """Draw the ends of all months of all basins, each basin by its own mean and deviation."""
    data = contracts.read(kinds.CONCEPT_PREDICTED, predicted)["stores"].median("network")
    months = data.resample(time="MS").last()
    with opened(truth) as file:
        true = file[["soil", "swe"]].sel(basin=data["basin"]).load()
    true = true.reindex(time=months["time"])
    stores = [name for name in data["store"].values.astype(str) if name in TRUE]
    figure = Figure(figsize=(3.9 * len(stores), 4.2), layout="constrained")
    for axis, name in zip(figure.subplots(1, len(stores), squeeze=False)[0], stores, strict=True):
        read, real = months.sel(store=name), true[TRUE[name]]
        score = store_skill(read.transpose("basin", "time").values, real.values)["r2"]
        there = np.isfinite(score)
        true_values, values = (_standard(series)[there].ravel() for series in (real, read))
        charts.draw_density(axis, true_values, values, MOST, -MOST)
        text = f"{LONG_NAMES[name]}\n{there.sum()} basins, median R2 {np.median(score[there]):.2f}"
        axis.set_title(text, fontsize=9)
        axis.set_xlabel(f"true {'root-zone water' if TRUE[name] == 'soil' else 'snow'}, deviations")
        log.info("%s against the truth: median R2 %.3f", name, np.median(score[there]))
    figure.axes[0].set_ylabel("read by the probe, deviations")
    return figure


def _standard(series: xr.DataArray) -> np.ndarray:
    """Bring each basin's series to mean 0 and deviation 1, [basin, time]."""
    series = series.transpose("basin", "time")
    spread = series.std("time")
    return ((series - series.mean("time")) / spread.where(spread > 0)).values
