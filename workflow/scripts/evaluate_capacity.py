"""Score networks and baselines in the test cells of every split, on one table."""

from pathlib import Path

import numpy as np
import pandas as pd

from vadose import contracts, kinds
from vadose.evaluation import long_table, write_table
from vadose.job import job, log
from vadose.map_scores import scores
from vadose.pages import page

NETWORK = "residual network"
SHOWN = {"r2": "R2", "spearman": "Spearman", "rmse": "RMSE (mm)"}


def main(
    labels: Path,
    networks: list[Path],
    baselines: list[Path],
    metrics: Path,
    table: Path,
    html: Path,
    *,
    splits: list[str],
) -> None:
    """Write all scores, by cell and weighted by area, and a page of the main ones."""
    cells = contracts.read(kinds.LABELS, labels)
    observed, area = cells["capacity"].values, cells["area"].values
    rows = []
    for split, net, simple in zip(splits, networks, baselines, strict=True):
        base = contracts.read(kinds.BASELINES, simple)
        predicted = {
            str(m): base["held_out"].sel({"method": m}).values for m in base["method"].values
        }
        predicted[NETWORK] = contracts.read(kinds.PREDICTED, net)["held_out"].values
        for method, values in predicted.items():
            for weighting, weight in (("cells", None), ("area", area)):
                found = scores(values, observed, weight)
                rows.append({"split": split, "method": method, "weighting": weighting} | found)
    found = pd.DataFrame(rows)
    found.to_csv(table, index=False, float_format="%.4f")
    write_table(pd.concat([as_long(row) for row in rows], ignore_index=True), metrics)
    wide = found[found["weighting"] == "cells"].pivot_table(
        index="method", columns="split", values=list(SHOWN), sort=False
    )
    wide = wide.swaplevel(axis=1)[[(s, m) for s in splits for m in SHOWN]].rename(columns=SHOWN)
    wide = wide.rename_axis(index=None, columns=[None, None])
    html.write_text(page("Storage capacity of cells that no fit saw", wide), encoding="utf-8")
    log.info("by cell\n%s", wide.round(3).to_string())


def as_long(row: dict) -> pd.DataFrame:
    """Lay out the scores of one method under one split as rows of the long table."""
    head = ("split", "method", "weighting")
    values = {name: np.array([value]) for name, value in row.items() if name not in head}
    experiment, period = f"{row['method']}, {row['split']}", f"by {row['weighting']}"
    return long_table(
        values,
        np.array(["all"]),
        system="capacity",
        experiment=experiment,
        variable="capacity",
        split="test",
        period=period,
    )


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.labels),
            [Path(p) for p in snakemake.input.networks],
            [Path(p) for p in snakemake.input.baselines],
            Path(snakemake.output.metrics),
            Path(snakemake.output.table),
            Path(snakemake.output.page),
            **snakemake.params.settings,
        )
