"""Draw what networks are worth that learnt from a few years alone."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import maps
from vadose.job import job
from vadose.regionalization.experiment import NONE, years_of
from vadose.regionalization.skill import ENSEMBLE
from vadose.regionalization_charts import colours, draw_years


def main(table: Path, png: Path, pdf: Path, *, settings: list[str], years: float) -> None:
    """Draw the median NSE of ensembles against years of training, of which `years` are all."""
    found = pd.read_csv(table)
    found = found[(found["period"] == "test") & (found["kind"] == ENSEMBLE)]
    found = found[(found["metric"] == "nse") & found["split"].isin(settings)]
    known = found.assign(years=[years_of(setting) or years for setting in found["split"]])
    palette = colours(list(known["vectors"].unique()))
    told = known[known["vectors"] != NONE]
    panels = list((told if len(told) else known)["architecture"].unique())
    figure = Figure(figsize=(3.8 * len(panels) + 0.4, 4.2), layout="constrained")
    axes, labels = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0], {}
    for axis, architecture in zip(axes, panels, strict=True):
        mine = (known["architecture"] == architecture) | (known["vectors"] == NONE)
        draw_years(axis, known[mine], palette)
        axis.set_title(architecture.upper(), fontsize=9)
        axis.set_xlabel("years of training")
        labels |= dict(zip(*reversed(axis.get_legend_handles_labels()), strict=True))
    axes[0].set_ylabel(f"median NSE of {known['n'].max():.0f} basins, test days")
    figure.legend(labels.values(), labels, loc="outside lower center", ncols=4, frameon=False)
    maps.save(figure, png, pdf)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.table),
            *(Path(snakemake.output[name]) for name in ("png", "pdf")),
            **snakemake.params.settings,
        )
