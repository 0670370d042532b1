"""Put all estimates of the basins' storage capacity side by side, and say how far they agree."""

from pathlib import Path

import numpy as np
import pandas as pd

from vadose import contracts, kinds
from vadose.agreement import agreeing, compare, square
from vadose.contracts import opened
from vadose.job import job, log
from vadose.pages import page

TITLE = "Rank correlation of estimates of storage capacity, in the basins"
OF_THE_MAP = "map"


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
    estimates = {
        str(model): data["model_capacity"].sel(model=model).values for model in data["model"].values
    }
    if compared:
        with opened(compared) as maps:
            here = maps.sel(lat=data["lat"], lon=data["lon"], method="nearest").load()
        estimates |= {
            OF_THE_MAP if name == "capacity" else name.replace("_", " "): here[name].values
            for name in ["capacity", *others]
        }
    if root_zone:
        hybrid = pd.read_csv(root_zone, dtype={"gauge_id": str}).set_index("gauge_id")
        estimates["hybrid model"] = hybrid["capacity_mm"].reindex(basins).to_numpy()
    known = {name: values for name, values in estimates.items() if np.isfinite(values).any()}
    found = pd.DataFrame(known, index=pd.Index(basins, name="gauge_id"))
    found["agreeing"] = agreeing(np.stack(list(known.values())))
    found.to_csv(table, float_format="%.5g")
    both = compare(known)
    both.to_csv(pairs, index=False, float_format="%.4f")
    names = list(known)
    matrix = pd.DataFrame(square(both, "spearman", names), index=names, columns=names)
    html.write_text(page(TITLE, matrix), encoding="utf-8")
    log.info("%s\n%s", TITLE, matrix.round(2).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        inputs = {name: snakemake.input.get(name) for name in ("compared", "root_zone")}
        main(
            Path(snakemake.input.labels),
            *(Path(path) if path else None for path in inputs.values()),
            *(Path(snakemake.output[name]) for name in ("table", "pairs", "page")),
            **snakemake.params.settings,
        )
