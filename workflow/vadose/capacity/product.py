"""The product of the maps of storage capacity: fields on the grid and what is said of them."""

import numpy as np
import xarray as xr

from vadose.grid import Grid, lay_out
from vadose.labels import FLAGS
from vadose.map_scores import scores
from vadose.reasons import TEXT


def to_maps(predicted: xr.Dataset, labels: xr.Dataset, grid: Grid) -> xr.Dataset:
    """Lay out the map, its spread, the labels and the reasons for having none, as CAPACITY_MAP."""
    values = {
        "capacity": predicted["capacity"],
        "capacity_spread": predicted["capacity_spread"],
        "label": labels["capacity"],
        "reason": labels["reason"],
    }
    places = labels["lat"].values, labels["lon"].values
    fields = {n: lay_out(v.values.astype(float), *places, grid) for n, v in values.items()}
    data = xr.Dataset(
        {name: (("lat", "lon"), field.astype(np.float32)) for name, field in fields.items()},
        {"lat": grid.lat, "lon": grid.lon},
    )
    data["reason"].attrs |= FLAGS | {"flag_values": np.asarray(FLAGS["flag_values"], np.float32)}
    data["capacity"].attrs["ancillary_variables"] = "capacity_spread"
    data["label"].attrs["ancillary_variables"] = "reason"
    return data


def comment_of(predicted: xr.Dataset, labels: xr.Dataset) -> str:
    """Say how far the map is from labels that its networks never saw."""
    unseen = scores(predicted["held_out"].values, labels["capacity"].values)
    return (
        f"root mean squared error against the labels of {unseen['n']:.0f} cells, each "
        f"predicted by networks blind to it: {unseen['rmse']:.0f} mm; capacity_spread tells how "
        "far networks disagree, not this"
    )


def reasons_in_words() -> str:
    """Name the codes of reasons in one line, for files whose bands have no attributes."""
    return ", ".join(f"{code} {text.replace(' ', '_')}" for code, text in TEXT.items())
