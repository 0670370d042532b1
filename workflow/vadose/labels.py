"""From the calibrations of several models to one label of storage capacity per unit."""

import numpy as np
import xarray as xr

from vadose.mask import calibration_reason, merge_capacity, merged_reason
from vadose.reasons import TEXT, Reason

# What the codes of a variable of reasons mean, as CF attributes.
FLAGS = {
    "flag_values": np.array(list(TEXT), np.int8),
    "flag_meanings": " ".join(text.replace(" ", "_") for text in TEXT.values()),
}


def label_capacity(
    calibrations: list[xr.Dataset], merged_models: list[str], merge: str, **mask: float | str
) -> xr.Dataset:
    """Mask each model's capacity (mm) with reason codes and merge the models that pass.

    `calibrations` are datasets of the calibration contract, one a model, over the same units;
    `mask` holds the thresholds of `vadose.mask.calibration_reason`. Models outside
    `merged_models` are reported beside the label, not merged into it.
    """
    first = calibrations[0]
    reasons = np.stack([_reason(table, **mask) for table in calibrations], -1)
    capacity = np.stack([_capacity(table)[0] for table in calibrations], -1)
    kge = np.stack([table["kge_calibration"].values for table in calibrations], -1)
    models = [table.attrs["model"] for table in calibrations]
    chosen = np.isin(models, merged_models)
    passed = reasons == Reason.PASSED
    label, spread = merge_capacity(capacity[:, chosen], kge[:, chosen], passed[:, chosen], merge)
    by_model, unit = ("unit", "model"), ("unit",)
    out = xr.Dataset(
        {
            "model_capacity": (by_model, np.where(passed, capacity, np.nan)),
            "model_reason": (by_model, reasons),
            "model_kge": (by_model, kge),
            "merged": ("model", chosen.astype(np.int8)),
            "capacity": (unit, label),
            "capacity_spread": (unit, spread),
            "capacity_models": (unit, passed[:, chosen].sum(-1).astype(np.int8)),
            "reason": (unit, merged_reason(reasons[:, chosen])),
        },
        coords={"unit": first["unit"], "model": models},
    )
    out = out.assign({name: first[name] for name in ("lat", "lon", "area", "frac_snow")})
    for name in ("reason", "model_reason"):
        out[name].attrs |= FLAGS
    return out


def restart_spread(table: xr.Dataset, within_kge: float) -> np.ndarray:
    """Standard deviation (mm) of a model's capacity over equally good restarts, [unit].

    Equally good are restarts at most `within_kge` below the best; units with one alone are missing.
    Beven and Freer (2001), J. Hydrol. 249, 11-29, call such sets equifinal.
    """
    capacity = table["restarts"].sel(parameter=table.attrs["capacity"]).values
    score = table["restart_score"].values
    best = np.where(np.isfinite(score), score, -np.inf).max(-1, keepdims=True)
    good = np.isfinite(score) & (score >= best - within_kge)
    count = good.sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(good, capacity, 0).sum(-1) / count
        square = np.where(good, (capacity - mean[:, None]) ** 2, 0).sum(-1) / count
    return np.where(count > 1, np.sqrt(square), np.nan)


def _capacity(table: xr.Dataset) -> tuple[np.ndarray, tuple[float, float]]:
    one = table.sel(parameter=table.attrs["capacity"])
    return one["parameters"].values, (float(one["low"]), float(one["high"]))


def _reason(table: xr.Dataset, **mask) -> np.ndarray:
    capacity, bounds = _capacity(table)
    judged = calibration_reason(
        table["kge_calibration"].values,
        table["kge_verification"].values,
        capacity,
        bounds,
        table["restart_score"].values,
        **mask,
    )
    return np.where(table["data_reason"].values, table["data_reason"].values, judged)
