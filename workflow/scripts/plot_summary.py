"""Draw what the workflow makes at one sight: four maps, and what each system is worth."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from vadose import maps
from vadose.evaluation import read_table
from vadose.figures.drawing import save
from vadose.job import files_of, job, log, one_of_each
from vadose.summary import QUESTIONS, headline
from vadose.summary_charts import draw_headlines
from vadose.summary_maps import draw_maps

SIZE = (13.6, 7.4)
LEGEND = "disc: the system; ring: the best simple method; 1 is perfect"


def main(
    files: Mapping[str, list[Path]],
    png: Path,
    pdf: Path,
    *,
    title: str,
    others: list[str],
    given: dict[str, str],
) -> None:
    """Draw maps of what `files` has, by what they hold, and headlines of the tables of scores.

    `given` names the split, product and experiment that the headlines are of.
    """
    figure = Figure(figsize=SIZE, layout="constrained")
    figure.suptitle(title, x=0.005, ha="left", fontsize=15, fontweight="bold")
    left, right = figure.subfigures(1, 2, width_ratios=(2.05, 1))
    there = one_of_each(files)
    land = maps.read_land(there.get("land"))
    draw_maps(left, there, land, others)
    found = {
        system: headline(read_table(there[f"scores_{system}"]), question, **given)
        for system, question in QUESTIONS.items()
        if f"scores_{system}" in there
    }
    axis = draw_headlines(right.subplots(), found)
    axis.set_title("What each system is worth", fontsize=11, fontweight="bold", loc="left", pad=17)
    axis.text(0, 1.006, LEGEND, transform=axis.transAxes, fontsize=8, va="bottom")
    save(figure, png, pdf)
    for system, line in found.items():
        log.info("%s: %s", system, line)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            files_of(snakemake.input),
            *(Path(snakemake.output[name]) for name in ("png", "pdf")),
            **snakemake.params.settings,
        )
