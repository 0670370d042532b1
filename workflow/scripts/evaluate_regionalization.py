"""Score all networks of streamflow, single and as ensembles, and compare what they were told."""

from pathlib import Path

import pandas as pd

from vadose.concepts.record import Span
from vadose.evaluation import write_table
from vadose.job import job, log
from vadose.pages import write_page
from vadose.regionalization import skill
from vadose.regionalization.experiment import UNGAUGED, years_of
from vadose.regionalization.series import SYSTEM, last_years, read_series


def main(
    series: Path,
    predicted: list[Path],
    metrics: Path,
    table: Path,
    compared: Path,
    html: Path,
    *,
    architectures: list[str],
    settings: list[str],
    periods: dict[str, list],
    seed: int,
) -> None:
    """Write all scores, their medians and means, differences with intervals, and a page."""
    known, rows = read_series(series), []
    spans = {name: Span.of(known.days, *dates, name, SYSTEM) for name, dates in periods.items()}
    scored = {}
    for setting in settings:
        learnt = last_years(known.days, spans["training"], years_of(setting))
        scored[setting] = spans | {"training": learnt}
        if setting != UNGAUGED:
            rows.append(skill.skill_of_climatology(known, learnt, setting, scored[setting]))
    for architecture, path in zip(architectures, predicted, strict=True):
        rows += skill.skill_of_file(path, known, architecture, scored)
    whole = pd.concat(rows, ignore_index=True)
    write_table(whole, metrics)
    found, gains = skill.summary(whole), skill.differences(whole, seed=seed)
    for content, path in ((found, table), (gains, compared)):
        content.to_csv(path, index=False, float_format="%.4f")
    write_page(skill.TITLE, skill.layout(found), html)
    log.info("median NSE of ensembles, differences\n%s", gains.round(3).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            [Path(p) for p in snakemake.input.predicted],
            *(Path(snakemake.output[name]) for name in ("metrics", "table", "compared", "page")),
            **snakemake.params.settings,
        )
