"""Score networks and baselines in the test cells of every split, on one table."""

from pathlib import Path

import pandas as pd

from vadose import contracts, kinds
from vadose.capacity.held_out import as_long, layout, score_folds, share_within
from vadose.evaluation import write_table
from vadose.job import job, log
from vadose.pages import write_page
from vadose.split_files import read_split, split_parts
from vadose.splits import Part

NETWORK = "residual network"


def main(
    labels: Path, files: dict[str, list[Path]], metrics: Path, table: Path, html: Path
) -> None:
    """Write all scores by fold and a page of the main ones; `files` are by kind, one a split."""
    cells = contracts.read(kinds.LABELS, labels)
    observed, units = cells["capacity"].values, list(cells["unit"].values.astype(str))
    found = []
    for split, net, simple in zip(*files.values(), strict=True):
        folds, parts = split_parts(read_split(split), units)
        base = contracts.read(kinds.BASELINES, simple)["held_out"]
        predicted = {str(m): base.sel({"method": m}).values for m in base["method"].values}
        ensemble = contracts.read(kinds.PREDICTED, net)
        predicted[NETWORK] = ensemble["held_out"].values
        tested = dict(zip(folds, parts == Part.TEST, strict=True))
        scored = score_folds(predicted, observed, tested, cells["area"].values)
        found.append(scored.assign(split=split.stem))
        near = share_within(predicted[NETWORK], ensemble["capacity_spread"].values, observed)
        log.info("%s: %.0f %% of labels within two spreads of networks", split.stem, 100 * near)
    scores = pd.concat(found, ignore_index=True)
    scores.to_csv(table, index=False, float_format="%.4f")
    rows = [as_long(row) for row in scores.to_dict("records")]
    write_table(pd.concat(rows, ignore_index=True), metrics)
    wide = layout(scores, [split.stem for split in files["splits"]])
    wide = wide.rename_axis(index=None, columns=[None, None])
    write_page("Storage capacity of cells that no fit saw", wide, html)
    log.info("by cell\n%s", wide.round(3).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        names = ("splits", "networks", "baselines")
        main(
            Path(snakemake.input.labels),
            {name: [Path(p) for p in snakemake.input[name]] for name in names},
            *(Path(snakemake.output[name]) for name in ("metrics", "table", "page")),
        )
