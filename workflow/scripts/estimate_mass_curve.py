"""Estimate the storage that evaporation has drawn on (Wang-Erlandsson et al. 2016)."""

from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.mass_curve import storage_capacity
from vadose.fields import read_field
from vadose.job import job, log


def main(p: list[Path], et: list[Path], output: Path, *, return_periods: list[float]) -> None:
    """Write the deficit of each return period on the months that rain and evaporation share."""
    rain, loss = xr.align(read_field("p", p), read_field("et", et), join="inner")
    months, *shape = rain.shape
    series = (field.values.reshape(months, -1).astype(float) for field in (rain, loss))
    capacity = storage_capacity(*series, return_periods).reshape(-1, *shape)
    coords = {"return_period": return_periods, "lat": rain["lat"], "lon": rain["lon"]}
    data = xr.Dataset({"mass_curve": (("return_period", "lat", "lon"), capacity)}, coords)
    data["return_period"].attrs["units"] = "years"
    contracts.write(data, kinds.MASS_CURVE, output)
    known = np.isfinite(capacity[0])
    log.info("%d months; an estimate in %d cells", months, known.sum())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(path) for path in snakemake.input.p],
            [Path(path) for path in snakemake.input.et],
            Path(snakemake.output.capacity),
            **snakemake.params.settings,
        )
