"""What is true of the miniature planet's storage, to hold its reconstruction against."""

from pathlib import Path

import numpy as np
import xarray as xr

from vadose.contracts import opened
from vadose.gap_filling.skill import agreement
from vadose.map_scores import scores
from vadose.uncertainty import coverage, median

STORES, BASE = ["swe", "soil", "groundwater"], slice("2004", "2009")


def read_truth(path: Path, storage: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Give true storage anomalies [time, lat, lon] in mm, and the drought's share [lat, lon].

    Storage is snow, root-zone water and groundwater less its mean of 2004 to 2009, on the grid and
    in the months of `storage`.
    """
    with opened(path) as file:
        planet = file[[*STORES, "drought"]].load()
    whole = planet[STORES].to_array().sum("variable", skipna=False)
    anomaly = whole - whole.sel(time=BASE).mean("time")
    places = {name: storage[name] for name in ("lat", "lon")}
    fields = (anomaly.reindex(time=storage["time"]), planet["drought"])
    true, share = (f.reindex(places, method="nearest", tolerance=1e-3) for f in fields)
    return true.transpose("time", "lat", "lon").values, share.values


def against_truth(months: xr.Dataset, true: np.ndarray, area: np.ndarray) -> dict[str, float]:
    """Score the reconstruction of some months of a gap-free record against the truth, by area.

    Gives r over all values, median_r of the cells, rmse (mm) and coverage_50, _80, _90.
    """
    mean, levels = months["twsa_mean"].values, months["level"].values
    whole, of_cells = scores(mean, true, area), agreement(mean, true)["r"]
    found = {"r": whole["pearson"], "median_r": median(of_cells, area), "rmse": whole["rmse"]}
    shares = coverage(levels, months["twsa_quantiles"].values, true, area)
    return found | {f"coverage_{100 * interval:.0f}": share for interval, share in shares.items()}
