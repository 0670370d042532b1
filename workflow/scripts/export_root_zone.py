"""Write forcing and targets of a fold in the published form, and as plain tensors."""

from pathlib import Path

from vadose.job import job, log
from vadose.root_zone.folds import deal_out
from vadose.root_zone.interface import to_interface, write_interface
from vadose.root_zone.series_file import read_record


def main(
    series: Path,
    datasets: Path,
    tensors: Path,
    *,
    fold: int,
    **division: int,
) -> None:
    """Write a dictionary of tensor datasets (x, y, z), and the same without any class."""
    record = read_record(series)
    part = deal_out(record.days, **division).of_days(record.days)[fold]
    data = to_interface(record, part)
    write_interface(data, datasets, tensors)
    log.info("%s", {name: tuple(part["x"].shape) for name, part in data.items()})


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            *(Path(snakemake.output[name]) for name in ("datasets", "tensors")),
            fold=int(snakemake.wildcards.fold),
            **snakemake.params.settings,
        )
