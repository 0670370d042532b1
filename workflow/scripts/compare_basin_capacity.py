"""Put all estimates of the basins' storage capacity side by side, and say how far they agree."""

from pathlib import Path

import numpy as np
import pandas as pd

from vadose import contracts, kinds
from vadose.agreement import agreeing, compare, square
from vadose.basin_tables import read_basins
from vadose.estimates import of_cells, of_models
from vadose.job import file_of, job, log
from vadose.pages import write_page

TITLE = "Rank correlation of estimates of storage capacity, in the basins"


def main(
    labels: Path,
    compared: Path | None,
    root_zone: Path | None,
    table: Path,
    pairs: Path,
    html: Path,
    *,
    others: list[str],
) -> None:
    """Write a row a basin and a row a pair of estimates.

    Calibrated capacities count where they passed the mask. The map and the others named beside it
    are read in the cell of the gauge.
    """
    data = contracts.read(kinds.LABELS, labels)
    basins = data["unit"].values.astype(str)
    estimates = of_models(data)
    if compared:
        names = {"capacity": "map"} | {name: name.replace("_", " ") for name in others}
        with contracts.opened(compared) as maps:
            estimates = of_cells(data, maps[list(names)].rename(names))
    if root_zone:
        estimates["hybrid model"] = read_basins(root_zone)["capacity_mm"].reindex(basins).to_numpy()
    known = {name: values for name, values in estimates.items() if np.isfinite(values).any()}
    found = pd.DataFrame(known, index=pd.Index(basins, name="gauge_id"))
    found["agreeing"] = agreeing(np.stack(list(known.values())))
    found.to_csv(table, float_format="%.5g")
    both = compare(known)
    both.to_csv(pairs, index=False, float_format="%.4f")
    matrix = square(both, "spearman", list(known))
    write_page(TITLE, matrix, html)
    log.info("%s\n%s", TITLE, matrix.round(2).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.labels),
            *(file_of(snakemake.input, name) for name in ("compared", "root_zone")),
            *(Path(snakemake.output[name]) for name in ("table", "pairs", "page")),
            **snakemake.params.settings,
        )
