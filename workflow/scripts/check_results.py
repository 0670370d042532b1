"""Ask the results of the run whether they hold what any results must hold."""

from pathlib import Path

import pandas as pd

from vadose.checks_run import Run, ask
from vadose.errors import InputError
from vadose.job import job, log
from vadose.pages import write_page

TITLE = "What holds of these results"
SHOWN = {"state": "answer", "why": "what was measured, or why it was skipped"}


def main(claims: Path, html: Path, *, folder: Path, configuration: Path) -> None:
    """Write every claim with its answer into the log and a page; InputError where one fails."""
    answers = ask(claims, Run.of(folder, configuration))
    table = pd.DataFrame(answers).set_index("claim")
    for claim, state, why in answers:
        log.info("%-7s %s%s", state, claim, f" ({why})" if why else "")
    failed = [answer for answer in answers if answer.state == "fails"]
    if failed:
        said = "; ".join(f"{claim}: {why}" for claim, _, why in failed)
        raise InputError(
            f"{len(failed)} of {len(answers)} claims about {folder} do not hold: {said}. The log "
            "has all claims; look at the step that made these files"
        )
    log.info("of %d claims: %s", len(answers), table["state"].value_counts().to_dict())
    shown = table.rename(columns=SHOWN).rename_axis(None)
    write_page(TITLE, shown, html)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.scriptdir).resolve().parents[1] / "tests" / "results",
            Path(snakemake.output.page),
            **{name: Path(path) for name, path in snakemake.params.settings.items()},
        )
