"""Find droughts in the gap-free record: index and classes, events of river basins, land taken."""

from pathlib import Path

import pandas as pd

from vadose import contracts, drought
from vadose.gap_filling.droughts import area_table, drought_maps, event_table
from vadose.gap_filling.maps import Span, within
from vadose.gap_filling.storage import DROUGHT, STORAGE, river_series
from vadose.job import job, log
from vadose.products import write_netcdf
from vadose.provenance import Credit, provenance
from vadose.weights import load_weights

TITLE = "Droughts of terrestrial water storage"
ABOUT = "slight, moderate and severe end at wsdi -1, -2 and -3 (included), extreme lies below"


def main(
    storage: Path,
    rivers: Path,
    droughts: Path,
    events: Path,
    area: Path,
    *,
    reference: Span,
    sources: dict[str, Credit],
    run: str,
    configuration: Path,
) -> None:
    """Write maps of the index and its class, and tables of events and of the area in drought."""
    data, basins = contracts.read(STORAGE, storage), load_weights(rivers)
    months = pd.DatetimeIndex(data["time"].values)
    usual = within(months, reference)
    maps = drought_maps(data, usual)
    about = {"title": TITLE, "comment": ABOUT}
    write_netcdf(maps, DROUGHT, droughts, about | provenance(droughts, configuration, run, sources))
    found = event_table(river_series(data, basins), months, usual, basins)
    found.to_csv(events, index=False, float_format="%.2f")
    area_table(maps, basins).to_csv(area, index=False, float_format="%.4f")
    log.info("%d droughts of %d months or more", len(found), drought.FEWEST_MONTHS)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("storage", "rivers")),
            *(Path(snakemake.output[name]) for name in ("droughts", "events", "area")),
            **snakemake.params.settings,
            configuration=Path(snakemake.resources.configuration),
        )
