"""Put the monthly storage of basins by every system side by side, and say how far they agree."""

from pathlib import Path

import xarray as xr

from vadose import contracts, kinds
from vadose.agreement import WITHOUT_SEASON, correlate_seasons, square
from vadose.dynamics import DYNAMICS, lined_up, of_model, of_month, to_dataset
from vadose.job import file_of, job, log
from vadose.pages import write_page

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
        found["GRACE"] = contracts.read_blocks(kinds.BASIN_FIELDS, grace, "twsa")["twsa"]
    for path in calibrations:
        table = contracts.read(kinds.CALIBRATION, path)
        found[table.attrs["model"]] = of_model(table, data)
    if concepts:
        stores = contracts.read(kinds.CONCEPT_PREDICTED, concepts)["stores"]
        found["concept LSTM"] = of_month(stores.sum("store").median("network"))
    if hybrid:
        with contracts.opened(hybrid) as simulated:
            found["hybrid model"] = of_month(simulated["tws"].median("member").load())
    known = lined_up(found, basins, time.values)
    contracts.write(to_dataset(known, basins, time.values), DYNAMICS, series)
    both = correlate_seasons(known, time.dt.month.values)
    both.to_csv(pairs, index=False, float_format="%.4f")
    matrix = square(both[both["of"] == WITHOUT_SEASON], "r", list(known))
    write_page(TITLE, matrix, html)
    log.info("%s\n%s", TITLE, matrix.round(2).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.monthly),
            *([Path(p) for p in snakemake.input[name]] for name in ("calibrations", "grace")),
            *(file_of(snakemake.input, name) for name in ("concepts", "hybrid")),
            *(Path(snakemake.output[name]) for name in ("series", "pairs", "page")),
        )
