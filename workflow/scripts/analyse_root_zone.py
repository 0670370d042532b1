"""Derive the active root-zone storage of all networks, and what it depends on."""

from pathlib import Path

import numpy as np

from vadose import contracts
from vadose.job import job, log
from vadose.pages import write_page
from vadose.root_zone.analysis import dependence
from vadose.root_zone.attributes import ATTRIBUTES
from vadose.root_zone.series_file import read_record
from vadose.root_zone.simulated import SIMULATED
from vadose.root_zone.summary import PROPERTIES, STORAGE, basin_table, summarise

TITLE = "Rank correlation of root-zone storage with what the ground, plants and climate are like"


def main(
    series: Path, simulated: Path, storage: Path, basins: Path, correlations: Path, html: Path
) -> None:
    """Write storage of all networks, a row a basin, and correlations with the attributes."""
    record, data = read_record(series), contracts.read(SIMULATED, simulated)
    found = summarise(data, int(np.argmax(data["test_fold"].values >= 0)))
    contracts.write(found, STORAGE, storage)
    table = basin_table(found, data)
    table.to_csv(basins, float_format="%.5g")
    values = {name: table[f"{name}_mm"].to_numpy() for name in PROPERTIES}
    depends = dependence(values, record.static, ATTRIBUTES)
    depends.to_csv(correlations, index=False, float_format="%.4f")
    wide = depends.pivot_table(
        index="attribute", columns="property", values="correlation", sort=False
    )
    write_page(TITLE, wide.rename_axis(index=None, columns=None), html)
    log.info("median capacity %.0f mm of %d basins", np.median(values["capacity"]), len(table))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("series", "simulated")),
            *(Path(snakemake.output[name]) for name in ("storage", "basins", "correlations")),
            Path(snakemake.output.page),
        )
