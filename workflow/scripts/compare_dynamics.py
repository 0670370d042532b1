"""Put the monthly storage of basins by every system side by side, and say how far they agree."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.agreement import correlate, square
from vadose.dynamics import DYNAMICS, anomaly, of_model, of_month
from vadose.job import job, log
from vadose.pages import page
from vadose.seasons import without_season

TITLE = "Correlation of monthly storage without its season, the median basin"


def main(
    monthly: Path,
    calibrations: list[Path],
    grace: list[Path],
    concepts: Path | None,
    hybrid: Path | None,
    series: Path,
    pairs: Path,
    html: Path,
) -> None:
    """Write storage anomalies of all systems, and correlations with and without season.

    Stores that a system has nowhere are left out of its sum.
    """
    data = contracts.read(kinds.UNITS_MONTHLY, monthly)
    basins, time = data["unit"].values.astype(str), data["time"]
    found: dict[str, xr.DataArray] = {}
    if grace:
        found["GRACE"] = contracts.read_blocks(grace, "twsa")["twsa"]
    for path in calibrations:
        table = contracts.read(kinds.CALIBRATION, path)
        found[table.attrs["model"]] = of_model(table, data)
    if concepts:
        stores = contracts.read(kinds.CONCEPT_PREDICTED, concepts)["stores"]
        found["concept LSTM"] = of_month(stores.sum("store").median("network"))
    if hybrid:
        with contracts.opened(hybrid) as simulated:
            found["hybrid model"] = of_month(simulated["tws"].median("member").load())
    lined = {name: one.reindex(basin=basins, time=time).values for name, one in found.items()}
    known = {name: anomaly(values) for name, values in lined.items() if np.isfinite(values).any()}
    whole = xr.Dataset(
        {"storage": (("system", "basin", "time"), np.stack(list(known.values())))},
        coords={"system": list(known), "basin": basins, "time": time.values},
    )
    contracts.write(whole, DYNAMICS, series)
    calendar = time.dt.month.values
    left = {name: without_season(values, calendar) for name, values in known.items()}
    tables = {"with season": correlate(known), "without season": correlate(left)}
    both = pd.concat([table.assign(of=of) for of, table in tables.items()], ignore_index=True)
    both.to_csv(pairs, index=False, float_format="%.4f")
    names = list(known)
    matrix = pd.DataFrame(square(tables["without season"], "r", names), names, names)
    html.write_text(page(TITLE, matrix), encoding="utf-8")
    log.info("%s\n%s", TITLE, matrix.round(2).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        inputs = {name: snakemake.input.get(name) for name in ("concepts", "hybrid")}
        main(
            Path(snakemake.input.monthly),
            *([Path(p) for p in snakemake.input[name]] for name in ("calibrations", "grace")),
            *(Path(path) if path else None for path in inputs.values()),
            *(Path(snakemake.output[name]) for name in ("series", "pairs", "page")),
        )
