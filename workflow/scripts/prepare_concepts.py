"""Join forcing, streamflow, stores and attributes of the basins that passed, and deal out folds."""

from pathlib import Path

import numpy as np

from vadose import contracts, kinds
from vadose.concepts import series_file
from vadose.concepts.gather import read_snow, read_told, record_of
from vadose.job import file_of, job, log
from vadose.sources.caravan import read_attributes


def main(
    daily: list[Path],
    snow: list[Path],
    passed: Path,
    attributes: list[Path],
    own: Path | None,
    series: Path,
    split: Path,
    *,
    told: str,
    snow_of: str,
    folds: int,
    block: float,
    seed: int,
    **chosen,
) -> None:
    """Write the series of all basins and which of them each fold holds out."""
    basins = passed.read_text(encoding="utf-8").split()
    data = contracts.read_blocks(kinds.BASINS_DAILY, daily).sel(basin=basins)
    table = read_attributes(attributes, basins)
    place = table[["lat", "lon"]].to_numpy()
    told_of, known_snow = read_told(own, told, table), read_snow(snow, snow_of)
    record = record_of(data, place[:, 0], told_of, known_snow, **chosen)
    series_file.write_series(record, place, series)
    series_file.write_folds(basins, series_file.hold_out(place, folds, block, seed), split)
    seen = np.isfinite(record.targets).any(1).sum(0)
    counts = ", ".join(f"{n} with {name}" for n, name in zip(seen, record.names, strict=True))
    log.info("%d basins, %d attributes; %s", len(basins), told_of.shape[1], counts)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *([Path(p) for p in snakemake.input[name]] for name in ("daily", "snow")),
            Path(snakemake.input.passed),
            [Path(p) for p in snakemake.input.attributes],
            file_of(snakemake.input, "own"),
            *(Path(snakemake.output[name]) for name in ("series", "split")),
            **snakemake.params.settings,
        )
