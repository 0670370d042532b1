"""Build the atlas: one HTML file with maps to zoom and click, of all that a run made."""

from pathlib import Path

from vadose.atlas.collect import Files, collect
from vadose.atlas.page import page
from vadose.job import files_of, job, log


def main(files: Files, atlas: Path, *, run: str, others: list[str], experiment: str) -> None:
    """Write the page; `files` are by what they hold, empty where a run makes none."""
    found = collect(files, run=run, others=others, experiment=experiment)
    text = page(found)
    atlas.write_text(text, encoding="utf-8")
    shown = f"{len(found.layers)} maps and numbers, {len(found.charts)} kinds of charts"
    log.info("%s, %.1f MB", shown, len(text) / 1e6)
    for sentence in found.absent:
        log.info("%s", sentence)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            files_of(snakemake.input),
            Path(snakemake.output.atlas),
            **snakemake.params.settings,
        )
