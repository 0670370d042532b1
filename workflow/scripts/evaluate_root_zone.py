"""Score streamflow, evapotranspiration, snow and storage in the years that no network saw."""

from pathlib import Path

import pandas as pd

from vadose import contracts
from vadose.concepts.skill import medians
from vadose.evaluation import write_table
from vadose.job import job, log
from vadose.pages import write_page
from vadose.root_zone.record import LONG_NAMES, TARGETS
from vadose.root_zone.series_file import read_record
from vadose.root_zone.simulated import FLOW, SIMULATED, held_out
from vadose.root_zone.skill import skill_table

TITLE = "Root-zone storage: medians of basins and networks in years not learnt from"
REPORTED = ("nse", "kge", "r2", "r")


def main(
    series: Path,
    simulated: list[Path],
    rivals: list[Path],
    metrics: Path,
    table: Path,
    html: Path,
    *,
    baseline: list[str | None],
) -> None:
    """Write the scores of all experiments and rivals, their medians, and a page of these."""
    record, rows = read_record(series), []
    for path in (*simulated, *rivals):
        data = contracts.read(FLOW if path in rivals else SIMULATED, path)
        residual = data["residual"].values if "residual" in data else None
        parts = held_out(data, record, baseline)
        rows.append(skill_table(parts, record.basins, residual, path.stem))
    whole = pd.concat(rows, ignore_index=True)
    write_table(whole, metrics)
    found = medians(whole)
    found.to_csv(table, index=False, float_format="%.5g")
    shown = found[found["metric"].isin(REPORTED) & found["variable"].isin(TARGETS)]
    wide = shown.pivot_table(
        index="what", columns=["variable", "metric"], values="value", sort=False
    )
    wide = wide.rename(columns=LONG_NAMES).rename_axis(index=None, columns=["target", "score"])
    write_page(TITLE, wide, html)
    log.info("%s\n%s", TITLE, wide.round(3).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            [Path(p) for p in snakemake.input.simulated],
            [Path(p) for p in snakemake.input.rivals],
            *(Path(snakemake.output[name]) for name in ("metrics", "table", "page")),
            **snakemake.params.settings,
        )
