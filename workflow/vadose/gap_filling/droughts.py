"""Droughts in a gap-free record of storage: maps of the index, tables of events and of area."""

import numpy as np
import pandas as pd
import xarray as xr
from scipy import sparse

from vadose import drought
from vadose.errors import InputError
from vadose.gap_filling.files import FIELD
from vadose.gap_filling.skill import LAND
from vadose.gap_filling.storage import FILLED, RiverSeries
from vadose.grid import Grid, cell_area
from vadose.weights import Weights

CLASSES = {
    "flag_values": np.arange(-1, len(drought.CLASSES), dtype=np.int8),
    "flag_meanings": " ".join(("unknown", *drought.CLASSES)),
}


def drought_maps(storage: xr.Dataset, reference: np.ndarray) -> xr.Dataset:
    """Give deficit, index, its standard deviation and class of every cell and month.

    `reference` [time] is True in the months that say what is usual; InputError where they lack a
    calendar month.
    # ASSUME an observed month is exact; only a reconstructed one has a spread.
    """
    month = storage["time"].dt.month.values
    missing = sorted(set(range(1, 13)) - set(month[reference].tolist()))
    if missing:
        raise InputError(
            f"the reference of droughts, {reference.sum()} of {len(month)} months, has no month "
            f"{', '.join(map(str, missing))}: give gap_filling.drought_reference whole years of "
            "the record"
        )
    found = drought.deficit(storage["twsa"].values, month, reference)
    filled = storage["flag"].values == FILLED
    std = np.where(filled, storage["twsa_std"].values, 0.0) / found.scale
    fields = {"wsd": found.wsd, "wsdi": found.wsdi, "wsdi_std": std}
    maps = xr.Dataset(
        {name: (FIELD, values.astype(np.float32)) for name, values in fields.items()},
        {name: storage[name].values for name in FIELD},
    )
    maps["drought"] = (FIELD, drought.classes(found.wsdi), CLASSES)
    maps["in_gap"] = ("time", storage["in_gap"].values)
    return maps


def event_table(
    series: RiverSeries, months: pd.DatetimeIndex, reference: np.ndarray, rivers: Weights
) -> pd.DataFrame:
    """List the droughts of every river basin, in the order of basins and time.

    Columns are basin, start, end, months, severity (mm months), peak, peak_deficit (mm), peak_wsdi
    and reconstructed, the number of its months that were not observed.
    """
    found = drought.deficit(series.twsa, months.month.to_numpy(), reference)
    rows = []
    for k, basin in enumerate(rivers.ids):
        for event in drought.events(found.wsd[:, k]):
            span = slice(event.start, event.end + 1)
            rows.append(
                {
                    "basin": basin,
                    "start": f"{months[event.start]:%Y-%m}",
                    "end": f"{months[event.end]:%Y-%m}",
                    "months": event.months,
                    "severity": event.severity,
                    "peak": f"{months[event.peak]:%Y-%m}",
                    "peak_deficit": event.lack,
                    "peak_wsdi": found.wsdi[event.peak, k],
                    "reconstructed": int(np.isnan(series.observed[span, k]).sum()),
                }
            )
    columns = ["basin", "start", "end", "months", "severity", "peak", "peak_deficit"]
    return pd.DataFrame(rows, columns=[*columns, "peak_wsdi", "reconstructed"])


def area_table(maps: xr.Dataset, rivers: Weights) -> pd.DataFrame:
    """Give the share of all land and of every river basin that is in drought, month by month.

    Columns are month, basin, area_km2, the shares at moderate or worse, severe or worse, extreme,
    and `expected`: the share at moderate or worse that the uncertainty of the index lets expect.
    """
    grid = Grid.of(maps["lat"].values, maps["lon"].values)
    land = cell_area(grid) * np.isfinite(maps["wsdi"].values).any(0)
    units = np.array([LAND, *rivers.ids])
    weights = sparse.csr_array(
        sparse.vstack([sparse.csr_array(land.reshape(1, -1)), rivers.matrix])
    )
    index, std = (maps[name].values.reshape(len(maps["time"]), -1) for name in ("wsdi", "wsdi_std"))
    taken = {
        name: np.where(np.isfinite(index), index < limit, np.nan)
        for name, limit in zip(drought.CLASSES[2:], drought.LIMITS[1:], strict=True)
    }
    taken["expected"] = drought.probability(index, std)
    shares = {name: drought.area_share(values, weights) for name, values in taken.items()}
    months = maps["time"].dt.strftime("%Y-%m").values
    area = np.r_[land.sum(), rivers.area]
    table = {"month": np.repeat(months, len(units)), "basin": np.tile(units, len(months))}
    table["area_km2"] = np.tile(area, len(months))
    return pd.DataFrame(table | {name: share.ravel() for name, share in shares.items()})
