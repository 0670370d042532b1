"""Choose the basins that are fit for learning, and tell of each other one why it is not."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.catchments import (
    TEXT,
    Exclusion,
    count_exclusions,
    count_unknown,
    exclusions,
    properties,
)
from vadose.errors import InputError
from vadose.job import job, log
from vadose.sources.caravan import read_attributes


def main(
    monthly: Path, attributes: list[Path], ids: Path, table: Path, limits: dict[str, float]
) -> None:
    """Write the ids that pass, one a line, and a table of all basins with reason and values."""
    data = contracts.read(kinds.UNITS_MONTHLY, monthly)
    names = data["unit"].values.astype(str).tolist()
    known = properties(read_attributes(attributes, names), data["p"].values, data["q"].values)
    codes = exclusions(known, limits)
    log.info("basins: %s", count_exclusions(codes))
    log.info("not known, which excludes none: %s", count_unknown(known) or "nothing")
    passed = codes == Exclusion.PASSED
    if not passed.any():
        raise InputError(
            f"{monthly}: none of {len(codes)} basins passes the filter "
            f"({count_exclusions(codes)}): relax basin_filter"
        )
    known.insert(0, "reason", [TEXT[Exclusion(code)] for code in codes])
    write(known.rename_axis("gauge_id").to_csv(sep="\t", float_format="%.4g"), table)
    write("".join(f"{name}\n" for name in known.index[passed]), ids)


def write(text: str, path: Path) -> None:
    """Write a text in one step."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.monthly),
            [Path(p) for p in snakemake.input.attributes],
            Path(snakemake.output.ids),
            Path(snakemake.output.table),
            snakemake.params.settings,
        )
