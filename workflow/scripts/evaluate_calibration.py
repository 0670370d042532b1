"""Score the calibrated models and the climatology baseline on one long table."""

from pathlib import Path

import pandas as pd

from vadose import contracts, kinds
from vadose.evaluation import climatology, score_months, summary, summary_page, write_table
from vadose.job import job, log

SNOWY = 0.2  # frac_snow above which a basin counts as snowy


def main(monthly: Path, calibrations: list[Path], metrics: Path, medians: Path, page: Path) -> None:
    """Write the long table of all scores and a small table of medians."""
    data = contracts.read(kinds.UNITS_MONTHLY, monthly)
    observed, ids = data["q"].values, data["unit"].values.astype(str)
    rows = []
    for path in calibrations:
        table = contracts.read(kinds.CALIBRATION, path)
        name = f"{table.attrs['model']} {table.attrs['snow']}"
        split = table["split"].values
        rows += score_months(name, table["q_simulated"].values, observed, split, ids)
    baseline = climatology(observed, split == 1, data["time"].dt.month.values)
    rows += score_months("climatology", baseline, observed, split, ids)
    long = pd.concat(rows, ignore_index=True)
    write_table(long, metrics)
    snowy = data["frac_snow"].values > SNOWY
    groups = {"all": ids, f"frac_snow > {SNOWY}": ids[snowy], "others": ids[~snowy]}
    table = summary(long, groups)
    table.to_csv(medians, index=False, float_format="%.3f")
    page.write_text(summary_page(table), encoding="utf-8")
    log.info("%s: median KGE\n%s", monthly.stem, table.to_string(index=False))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        given, made = snakemake.input, snakemake.output
        for k, units in enumerate(snakemake.params.settings["units"]):
            main(
                Path(given.monthly[k]),
                [Path(path) for path in given[units]],
                *(Path(paths[k]) for paths in (made.metrics, made.medians, made.page)),
            )
