"""Compute what the network is told of a cell: climate, plants, soil, relief and runoff."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.capacity.predictors import predictor_maps
from vadose.fields import read_field, read_ground
from vadose.job import job, log


def main(
    monthly: dict[str, list[Path]], static: list[Path], output: Path, *, names: list[str]
) -> None:
    """Write one map a predictor; `monthly` are files by variable."""
    series = {name: read_field(name, paths) for name, paths in monthly.items() if paths}
    grounds = {name: field for path in static for name, field in read_ground(path).items()}
    maps = predictor_maps(series, grounds, names)
    contracts.write(maps, kinds.of(kinds.PREDICTORS, names), output)
    land = maps[names[0]].notnull().sum()
    known = {name: f"{float(maps[name].notnull().sum() / land):.1%}" for name in names}
    log.info("known share relative to %s: %s", names[0], known)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        variables = ("p", "t", "pet", "q", "lai")
        main(
            {n: [Path(p) for p in snakemake.input.get(n, ())] for n in variables},
            [Path(p) for p in snakemake.input.static],
            Path(snakemake.output.predictors),
            **snakemake.params.settings,
        )
