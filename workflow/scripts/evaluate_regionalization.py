"""Score all networks of streamflow, single and as ensembles, and compare what they were told."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from vadose import contracts
from vadose.concepts.record import Span
from vadose.evaluation import climatology, write_table
from vadose.job import job, log
from vadose.pages import write_page
from vadose.regionalization import skill
from vadose.regionalization.experiment import UNGAUGED, Member, years_of
from vadose.regionalization.files import PREDICTED
from vadose.regionalization.series import SYSTEM, Series, last_years, read_series


def main(
    series: Path,
    predicted: list[Path],
    metrics: Path,
    table: Path,
    compared: Path,
    html: Path,
    *,
    jobs: list[list[str]],
    periods: dict[str, list],
    seed: int,
) -> None:
    """Write all scores, their medians and means, differences with intervals, and a page."""
    known, rows = read_series(series), []
    spans = {name: Span.of(known.days, *dates, name, SYSTEM) for name, dates in periods.items()}
    for setting in dict.fromkeys(setting for _, setting in jobs):
        learnt = last_years(known.days, spans["training"], years_of(setting))
        scored = spans | {"training": learnt}
        for (architecture, of), path in zip(jobs, predicted, strict=True):
            if of == setting:
                rows += _score(path, known, architecture, setting, scored)
        if setting != UNGAUGED:
            day = np.arange(len(known.days))
            taught = (day >= learnt.first) & (day < learnt.last)
            flow = climatology(known.q, taught, known.days.month.to_numpy())
            named = known, skill.CLIMATOLOGY, setting, scored
            rows.append(skill.skill_table({skill.ENSEMBLE: flow}, known.days, *named))
    whole = pd.concat(rows, ignore_index=True)
    write_table(whole, metrics)
    found, gains = skill.summary(whole), skill.differences(whole, seed=seed)
    for content, path in ((found, table), (gains, compared)):
        content.to_csv(path, index=False, float_format="%.4f")
    write_page(skill.TITLE, skill.layout(found), html)
    log.info("median NSE of ensembles, differences\n%s", gains.round(3).to_string())


def _score(
    path: Path, known: Series, architecture: str, setting: str, scored: dict[str, Span]
) -> Iterator[pd.DataFrame]:
    """Score the networks of a file, one kind of vector at a time in memory."""
    with contracts.opened(path) as data:
        members = [Member.of(str(name)) for name in data["network"].values]
        days = data["time"].to_index()
        for vectors in dict.fromkeys(member.vectors for member in members):
            mine = [k for k, member in enumerate(members) if member.vectors == vectors]
            part = data.isel(network=mine).load()
            contracts.check(part, PREDICTED, path)
            parts = part["q"].values, part["learnt"].values == 1
            flows = skill.flows_of_runs(*parts, [members[k].seed for k in mine], setting)
            named = f"{architecture} {vectors}", setting, scored
            yield skill.skill_table(flows, days, known, *named)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            [Path(p) for p in snakemake.input.predicted],
            *(Path(snakemake.output[name]) for name in ("metrics", "table", "compared", "page")),
            **snakemake.params.settings,
        )
