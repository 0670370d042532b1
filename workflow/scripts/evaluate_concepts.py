"""Score streamflow and stores in the test days, of basins that were learnt from and of others."""

from pathlib import Path

import pandas as pd

from vadose import contracts, kinds
from vadose.concepts.record import FLOW, Span
from vadose.concepts.series_file import targets_in, to_record
from vadose.concepts.skill import medians, skill_table
from vadose.evaluation import read_table, write_table
from vadose.job import job, log
from vadose.pages import write_page

TITLE = "Streamflow, soil water and snow: medians of basins and networks"


def main(
    series: Path,
    predicted: list[Path],
    probes: Path,
    metrics: Path,
    table: Path,
    html: Path,
    *,
    variants: list[str],
    test: list,
    reported: list[str],
) -> None:
    """Write the scores of all networks and fitted probes, their medians, and a page of these."""
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series))
    record, rows = record.on(Span.of(record.days, *test, "test")), []
    for variant, path in zip(variants, predicted, strict=True):
        data = contracts.read(kinds.CONCEPT_PREDICTED, path)
        known = record.keep([FLOW, *data["store"].values.astype(str)])
        parts = targets_in(data), data["learnt"].values == 1
        for network, values, learnt in zip(data["network"].values, *parts, strict=True):
            fold, seed = str(network).split("_")
            name = f"{variant}, fold {fold}, seed {seed}"
            rows.append(skill_table(values, known, learnt, name))
    whole = pd.concat([*rows, read_table(probes)], ignore_index=True)
    write_table(whole, metrics)
    found = medians(whole)
    found.to_csv(table, index=False, float_format="%.4f")
    shown = found[found["metric"].isin(reported)]
    keys = ["variable", "split", "metric"]
    wide = shown.pivot_table(index=keys, columns="what", values="value", sort=False)
    write_page(TITLE, wide.rename_axis(columns=None), html)
    log.info("%s\n%s", TITLE, wide.round(3).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            [Path(p) for p in snakemake.input.predicted],
            Path(snakemake.input.probes),
            *(Path(snakemake.output[name]) for name in ("metrics", "table", "page")),
            **snakemake.params.settings,
        )
