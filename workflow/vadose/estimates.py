"""Estimates of storage capacity by different methods, side by side in one product.

Conventions: a unit is a basin or a cell; estimates are known by name, each [unit] in mm, NaN where
a method has none.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import xarray as xr

from vadose.agreement import TOLERANCE, agreeing, median_of
from vadose.contracts import Kind, Variable
from vadose.labels import FLAGS


def kind_of(dims: tuple[str, ...]) -> Kind:
    """Say what a product of estimates holds whose units have these dimensions."""
    return {
        "estimate": Variable(
            ("method", *dims), "mm", 0, 20_000, 1, "storage capacity", cell_methods="area: mean"
        ),
        "median": Variable(dims, "mm", 0, 20_000, 1, "median of all estimates"),
        "known": Variable(dims, "1", 0, 1000, 1, "number of estimates"),
        "agreeing": Variable(dims, "1", 0, 1000, 1, f"estimates within {TOLERANCE:.0%} of median"),
        "reason": Variable(dims, "1", 0, 20, 1, "reason code of the label", "status_flag"),
    }


def side_by_side(
    estimates: Mapping[str, np.ndarray], reason: np.ndarray, others: Iterable[str] = ()
) -> xr.Dataset:
    """Lay out estimates with how many are known and agree, [unit].

    `reason` [unit] is the code of the label. `others` are estimates that were published by others:
    they count in the median and in what agrees, and are not repeated.
    """
    values = np.stack(list(estimates.values()))
    own = {name: one for name, one in estimates.items() if name not in set(others)}
    flags = FLAGS | {"flag_values": np.asarray(FLAGS["flag_values"], np.float32)}
    fields = {
        "median": median_of(values),
        "known": np.isfinite(values).sum(0),
        "agreeing": agreeing(values),
    }
    data = xr.Dataset({n: ("unit", np.asarray(v, np.float32)) for n, v in fields.items()})
    stacked = np.stack(list(own.values())).astype(np.float32)
    data["estimate"] = (("method", "unit"), stacked)
    data["reason"] = ("unit", reason.astype(np.float32), flags)
    return data.assign_coords(method=list(own))


def counting_too(others: Sequence[str]) -> dict[str, str]:
    """Say of a product which estimates are counted in it and not repeated."""
    if not others:
        return {}
    return {"comment": f"median, known and agreeing count {', '.join(others)} too"}


def of_models(labels: xr.Dataset) -> dict[str, np.ndarray]:
    """Give the capacities of the calibrated models that passed the mask, by name."""
    return {
        str(model): labels["model_capacity"].sel(model=model).values
        for model in labels["model"].values
    }


def of_cells(labels: xr.Dataset, maps: xr.Dataset) -> dict[str, np.ndarray]:
    """Give what every calibrated model and every map says of the labelled cells, by name.

    `labels` is of the contract of labels; `maps` holds estimates on a grid (lat, lon), of which a
    basin takes that of the cell of its gauge.
    """
    here = maps.sel(lat=labels["lat"], lon=labels["lon"], method="nearest")
    return of_models(labels) | {str(name): here[name].values for name in maps.data_vars}
