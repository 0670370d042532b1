"""Animate water storage through the gap: observed, reconstructed, and how sure that is."""

from pathlib import Path

from vadose import contracts, maps
from vadose.figures.gap_filling.animation import draw_frames, page_of, write_gif
from vadose.gap_filling.storage import STORAGE
from vadose.job import file_of, job, log


def main(storage: Path, land: Path | None, gif: Path, page: Path) -> None:
    """Write months of test and gap, those nearest to the gap, as a GIF and a page that holds it."""
    data = contracts.read(STORAGE, storage)
    write_gif(draw_frames(data, maps.read_land(land)), gif)
    page.write_text(page_of(gif), encoding="utf-8")
    log.info("%s of %.1f MB", gif.name, gif.stat().st_size / 1e6)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.storage),
            file_of(snakemake.input, "land"),
            *(Path(snakemake.output[name]) for name in ("gif", "page")),
        )
