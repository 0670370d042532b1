"""Score every reconstruction of water storage in the test months, and how honest its spread is."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts
from vadose.cells import cell_name
from vadose.evaluation import write_table
from vadose.gap_filling import skill
from vadose.gap_filling.files import PLACE, RECONSTRUCTED
from vadose.gap_filling.maps import Part
from vadose.gap_filling.storage import SCORES, SKILL, read_target
from vadose.job import job, log
from vadose.pages import write_page
from vadose.uncertainty import share_below, widened
from vadose.weights import load_weights

TITLE = "Water storage in the test months: medians (R, NSE, RMSE in mm) and means over land"
UNCERTAIN = ("as said", skill.RECALIBRATED)


def main(
    maps: Path, reconstructed: dict[str, Path], rivers: Path, outputs: dict[str, Path]
) -> None:
    """Write scores by cell, river basin and over all land, and the reliability of quantiles."""
    target, basins = read_target(maps), load_weights(rivers)
    test = target["part"].values == Part.TEST
    area = target["area"].values
    observed = np.where(area > 0, target["twsa"].values, np.nan)[test]
    normal, cells = skill.usual(target)[test], np.argwhere(area > 0)
    lat, lon = target["lat"].values, target["lon"].values
    names = np.array([cell_name(lat[i], lon[j]) for i, j in cells])
    rows, fields, reliability = [], [], []
    for method, path in reconstructed.items():
        found = contracts.read(RECONSTRUCTED, path).isel(time=test)
        mean, factor = found["mean"].values, float(found["recalibration"])
        scores = skill.both_ways(mean, observed, normal)
        fields.append(xr.Dataset({name: (PLACE, v) for name, v in scores.items()}))
        rows.append(skill.rows({n: v[tuple(cells.T)] for n, v in scores.items()}, names, method))
        both = skill.over_rivers({"p": mean, "o": observed, "n": normal}, basins)
        rows.append(skill.rows(skill.both_ways(*both.values()), basins.ids, method))
        levels, quantiles = found["level"].values, found["quantiles"].values
        for said, widen in zip(UNCERTAIN, (None, factor), strict=True):
            land = skill.over_land(scores, area) if widen is None else {"factor": factor}
            land |= skill.spread_scores(found, observed, area, widen)
            experiment = method if widen is None else f"{method}, {said}"
            rows.append(skill.rows(land, np.array([skill.LAND]), experiment))
            shares = share_below(widened(quantiles, mean, widen or 1.0), observed, area)
            about = {"method": method, "spread": said, "level": levels, "share": shares}
            reliability.append(pd.DataFrame(about))
    table = pd.concat(rows, ignore_index=True)
    write_table(table, outputs["metrics"])
    pd.concat(reliability).to_csv(outputs["reliability"], index=False, float_format="%.4f")
    whole = xr.concat(fields, pd.Index(list(reconstructed), name="method"))
    whole = whole.assign_coords(lat=lat, lon=lon).transpose(*SCORES).astype(np.float32)
    contracts.write(whole, SKILL, outputs["skill"])
    wide = skill.summary(table, basins.ids)
    wide.to_csv(outputs["table"], float_format="%.4f")
    write_page(TITLE, wide.rename_axis(None), outputs["page"])
    log.info("%s\n%s", TITLE, wide.round(3).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.maps),
            dict(
                zip(
                    snakemake.params.settings["methods"],
                    map(Path, snakemake.input.reconstructed),
                    strict=True,
                )
            ),
            Path(snakemake.input.rivers),
            {name: Path(path) for name, path in snakemake.output.items()},
        )
