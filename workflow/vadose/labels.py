"""From the calibrations of several models to one label of storage capacity per unit."""

import numpy as np
import xarray as xr

from vadose.mask import calibration_reason, merge_capacity, merged_reason
from vadose.reasons import TEXT, Reason


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
    by_model, unit = ("basin", "model"), ("basin",)
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
        coords={"basin": first["basin"], "model": models},
    )
    out = out.assign({name: first[name] for name in ("lat", "lon", "area", "frac_snow")})
    meanings = {
        "flag_values": np.array(list(TEXT), np.int8),
        "flag_meanings": " ".join(text.replace(" ", "_") for text in TEXT.values()),
    }
    for name in ("reason", "model_reason"):
        out[name].attrs |= meanings
    return out


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
