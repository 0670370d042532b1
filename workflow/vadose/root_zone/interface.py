"""The published form of data for such models: a dictionary of three tensor datasets (x, y, z).

`train_data`, `val_data` and `test_data` hold x [B, T, V] daily inputs, y [B, T, 3] daily streamflow
(mm/day), evapotranspiration (mm/day) and snow (mm), z [B, M, 1] monthly storage anomaly (mm). The
inputs stand in the order of INPUTS; what does not change is repeated on every day.
# ASSUME each of the three holds all days, with targets NaN outside the part that it is named by: a
water balance needs the days between.
"""

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from vadose.errors import InputError
from vadose.root_zone.attributes import ATTRIBUTES
from vadose.root_zone.folds import Part
from vadose.root_zone.forcing import filled_leaf_area, on_days
from vadose.root_zone.record import FORCING, Record, month_parts, monthly_mean, monthly_sum

INPUTS = (*FORCING, "lai", *ATTRIBUTES)
PARTS = {"train_data": Part.TRAINING, "val_data": Part.VALIDATION, "test_data": Part.TEST}
Tensors = dict[str, dict[str, Tensor]]


def to_interface(record: Record, part: np.ndarray) -> Tensors:
    """Lay a record out in the published form by the parts of its days, [time].

    Evapotranspiration stands as its month's mean on every day of the month. The gaps of leaf area
    are filled by the training months.
    """
    month_part = month_parts(part, record.month_of_day)
    lai = filled_leaf_area(record.lai, record.months, month_part == Part.TRAINING)
    series = [getattr(record, name) for name in FORCING] + [
        on_days(lai, record.months, record.days)
    ]
    static = np.broadcast_to(record.static, (len(record.days), *record.static.shape))
    x = np.concatenate([np.stack(series, -1), static], -1)
    et = (record.et / np.bincount(record.month_of_day)[:, None])[record.month_of_day]
    y = np.stack([record.q, et, record.swe], -1)
    found = {}
    for name, code in PARTS.items():
        seen = np.where((part == code)[:, None, None], y, np.nan)
        storage = np.where((month_part == code)[:, None], record.twsa, np.nan)[..., None]
        arrays = {"x": x, "y": seen, "z": storage}
        found[name] = {key: _by_basin(values) for key, values in arrays.items()}
    return found


def from_interface(data: Tensors, start: str) -> Record:
    """Make a record of data in the published form whose first day is `start`.

    The targets of the three parts are joined; folds are dealt out anew. Daily evapotranspiration
    is summed over months, of which no day may be missing. Basins are numbered, their areas not
    known. InputError where inputs, days or months do not have the sizes of the form.
    """
    first = data["train_data"]
    x = _by_day(first["x"])
    days = pd.date_range(start, periods=len(x))
    if x.shape[-1] != len(INPUTS):
        raise InputError(
            f"x of the published data has {x.shape[-1]} inputs, expected {len(INPUTS)}: "
            f"{', '.join(INPUTS)}"
        )
    y, z = (_joined([_by_day(part[key]) for part in data.values()]) for key in ("y", "z"))
    series: dict[str, Any] = {name: x[..., k] for k, name in enumerate((*FORCING, "lai"))}
    record = Record(
        **series,
        q=y[..., 0],
        swe=y[..., 2],
        et=y[..., 1],
        twsa=z[..., 0],
        static=x[0, :, len(FORCING) + 1 :].astype(float),
        area=np.full(x.shape[1], np.nan),
        basins=[f"basin_{k:05d}" for k in range(x.shape[1])],
        days=days,
    )
    if y.shape != (*x.shape[:2], 3) or z.shape != (len(record.months), x.shape[1], 1):
        raise InputError(
            f"y {y.shape} and z {z.shape} of the published data do not fit {len(days)} days from "
            f"{start}, {len(record.months)} months and {x.shape[1]} basins: check "
            "root_zone.published_start"
        )
    month = record.month_of_day
    return record._replace(lai=monthly_mean(record.lai, month), et=monthly_sum(record.et, month))


def write_interface(data: Tensors, datasets: Path, tensors: Path) -> None:
    """Write the published form, and the same as plain tensors that torch reads without pickle."""
    torch.save({name: TensorDataset(*part.values()) for name, part in data.items()}, datasets)
    torch.save(data, tensors)


def read_interface(path: Path, trust_pickle: bool) -> Tensors:
    """Read either form of `write_interface`, or the authors' own pickle where it is trusted.

    Files that need no code but tensor datasets are read in any case. A pickle may run any code
    that its author wished: InputError says so where `trust_pickle` is false.
    """
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals([TensorDataset]):
            warnings.simplefilter("ignore", UserWarning)  # of a plain pickle's protocol
            content = torch.load(path, weights_only=True)
    except FileNotFoundError as error:
        raise InputError(f"root_zone.published: {path} is not there") from error
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        if not trust_pickle:
            raise InputError(
                f"{path} holds more than tensor datasets, and to read it would run whatever code "
                "it carries: set root_zone.trust_pickle to true if you trust its author"
            ) from error
        content = _unpickled(path)
    return {name: _tensors(path, name, content) for name in PARTS}


def _unpickled(path: Path) -> Any:
    try:
        return torch.load(path, weights_only=False)
    except (pickle.UnpicklingError, RuntimeError):
        with path.open("rb") as file:
            return pickle.load(file)


def _tensors(path: Path, name: str, content: Any) -> dict[str, Tensor]:
    part = content.get(name) if isinstance(content, Mapping) else None
    if isinstance(part, TensorDataset):
        part = dict(zip("xyz", part.tensors, strict=False))
    if not isinstance(part, Mapping) or set(part) != set("xyz"):
        raise InputError(f"{path} has no {name} of tensors x, y, z, as the published form has")
    return dict(part)


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """Take what any part knows."""
    whole = parts[0]
    for part in parts[1:]:
        whole = np.where(np.isfinite(whole), whole, part)
    return whole


def _by_basin(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values.swapaxes(0, 1), np.float32))


def _by_day(values: Tensor) -> np.ndarray:
    return values.numpy().swapaxes(0, 1)
