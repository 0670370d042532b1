"""Score every reconstruction of water storage in the test months, and how honest its spread is."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts
from vadose.evaluation import write_table
from vadose.gap_filling import skill
from vadose.gap_filling.files import RECONSTRUCTED
from vadose.gap_filling.scoring import judged_by, score
from vadose.gap_filling.storage import SCORES, SKILL, read_target
from vadose.job import job, log
from vadose.pages import write_page
from vadose.weights import load_weights

TITLE = "Water storage in the test months: medians (R, NSE, RMSE in mm) and means over land"


def main(
    maps: Path, reconstructed: dict[str, Path], rivers: Path, outputs: dict[str, Path]
) -> None:
    """Write scores by cell, river basin and over all land, and the reliability of quantiles."""
    target, basins = read_target(maps), load_weights(rivers)
    test, found = judged_by(target, basins), []
    for method, path in reconstructed.items():
        found.append(score(contracts.read(RECONSTRUCTED, path), test, method))
    table = pd.concat([one.rows for one in found], ignore_index=True)
    write_table(table, outputs["metrics"])
    reliability = pd.concat([one.reliability for one in found])
    reliability.to_csv(outputs["reliability"], index=False, float_format="%.4f")
    whole = xr.concat([one.maps for one in found], pd.Index(list(reconstructed), name="method"))
    whole = whole.assign_coords(lat=target["lat"].values, lon=target["lon"].values)
    contracts.write(whole.transpose(*SCORES).astype(np.float32), SKILL, outputs["skill"])
    wide = skill.summary(table, basins.ids)
    wide.to_csv(outputs["table"], float_format="%.4f")
    write_page(TITLE, wide.rename_axis(None), outputs["page"])
    log.info("%s\n%s", TITLE, wide.round(3).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        methods, paths = snakemake.params.settings["methods"], snakemake.input.reconstructed
        main(
            Path(snakemake.input.maps),
            dict(zip(methods, map(Path, paths), strict=True)),
            Path(snakemake.input.rivers),
            {name: Path(path) for name, path in snakemake.output.items()},
        )
