"""Make one record of leaf area index without gaps of the sensors' records, on every grid."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.chunks import groups_of
from vadose.fields import join
from vadose.job import job, log
from vadose.lai_record import Flag, fill, homogenise, to_dataset


def main(files: list[Path], outputs: list[Path], **settings) -> None:
    """Write one record a grid; `files` stand grid by grid."""
    for those, output in zip(groups_of(files, len(outputs)), outputs, strict=True):
        make_record(those, output, **settings)


def make_record(
    files: Sequence[Path], output: Path, *, sensors: list[str], statistics_end: str | None
) -> None:
    """Write the record of the sensors, given in order of precedence, with flags of its values.

    Cells that no sensor ever saw are left out of the computation and stay missing.
    """
    kind = kinds.of(kinds.FIELDS, ["lai"])
    blocks = [contracts.read(kind, path)[["lai"]] for path in files]
    parts = [join(b for b in blocks if b.attrs["source"] == name)["lai"] for name in sensors]
    times = all_months(parts)
    fields = [part.reindex(time=times).values for part in parts]
    seen = np.any([np.isfinite(field).any(0) for field in fields], axis=0)
    month = times.month.to_numpy()
    training = None if statistics_end is None else np.asarray(times <= statistics_end)
    record = homogenise([field[:, seen] for field in fields], month)
    filled = fill(record.lai, month, training)
    coords = {"time": times, "lat": parts[0]["lat"], "lon": parts[0]["lon"]}
    data = to_dataset(record, filled, sensors, seen, coords)
    contracts.write(data, kinds.LAI_RECORD, output)
    shares = ", ".join(f"{flag.name.lower()} {np.mean(filled.flag == flag):.1%}" for flag in Flag)
    log.info("%d cells, %d months, %s", seen.sum(), len(times), shares)


def all_months(parts: list[xr.DataArray]) -> pd.DatetimeIndex:
    """Every month from the first to the last of any sensor."""
    ends = [part["time"].to_index()[[0, -1]] for part in parts]
    return pd.date_range(min(end[0] for end in ends), max(end[1] for end in ends), freq="MS")


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(path) for path in snakemake.input.fields],
            [Path(path) for path in snakemake.output.records],
            **snakemake.params.settings,
        )
