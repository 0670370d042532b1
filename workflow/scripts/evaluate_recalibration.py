"""Ask what simulated runoff loses when the map's capacity is given in place of a free one."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.evaluation import long_table, write_table
from vadose.job import job, log
from vadose.pages import page

PERIODS = ("calibration", "verification")


def main(free: list[Path], given: list[Path], metrics: Path, table: Path, html: Path) -> None:
    """Write KGE of both calibrations by cell, and medians by model and kind of cell."""
    scores = [f"kge_{period}" for period in PERIODS]
    chunks = [contracts.read(kinds.CALIBRATION, path)[scores] for path in given]
    rows, medians = [], []
    for path in free:
        one = contracts.read(kinds.CALIBRATION, path)
        model = one.attrs["model"]
        mine = [chunk for chunk in chunks if chunk.attrs["model"] == model]
        other = xr.concat(mine, "unit").sel(unit=one["unit"])
        for period in PERIODS:
            pair = {"free": one, "capacity of the map": other}
            kge = {name: data[f"kge_{period}"].values for name, data in pair.items()}
            both = np.isfinite(list(kge.values())).all(0)
            change = kge["capacity of the map"] - kge["free"]
            medians.append(
                {"model": model, "months": period, "n": both.sum()}
                | {name: np.median(values[both]) for name, values in kge.items()}
                | {"median change": np.median(change[both])}
                | {"share within 0.05": np.mean(np.abs(change[both]) <= 0.05)}
            )
            rows += [
                long_table(
                    {"kge": values},
                    one["unit"].values,
                    system="water_balance",
                    experiment=f"{model}, {name}",
                    variable="q",
                    split=period,
                    period="monthly",
                )
                for name, values in kge.items()
            ]
    write_table(pd.concat(rows, ignore_index=True), metrics)
    found = pd.DataFrame(medians)
    found.to_csv(table, index=False, float_format="%.4f")
    title = "Median KGE of runoff, free and with the capacity of the map"
    html.write_text(page(title, found.set_index(["model", "months"])), encoding="utf-8")
    log.info("%s\n%s", title, found.round(3).to_string(index=False))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.free],
            [Path(p) for p in snakemake.input.given],
            Path(snakemake.output.metrics),
            Path(snakemake.output.table),
            Path(snakemake.output.page),
        )
