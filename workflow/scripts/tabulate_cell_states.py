"""Write cell states as tables, a CSV file a basin with its days as rows."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.job import job, log
from vadose.progress import progress


def main(states: Path, folder: Path) -> None:
    """Write date, the cells, streamflow (q, mm/day) and the stores (mm) of each basin."""
    data = contracts.read(kinds.CONCEPT_STATES, states)
    folder.mkdir(parents=True, exist_ok=True)
    with progress("tables", data.sizes["basin"], "basins") as done:
        for basin in data["basin"].values:
            one = data.sel(basin=basin)
            table = one["cells"].to_pandas().add_prefix("cell_").assign(q=one["q"].values)
            stores = one["stores"].transpose("time", "store").to_pandas()
            table.join(stores).to_csv(
                folder / f"{basin}.csv", index_label="date", float_format="%.6g"
            )
            done(1)
    log.info("%d basins, %s", data.sizes["basin"], folder)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(Path(snakemake.input.states), Path(snakemake.output.tables))
