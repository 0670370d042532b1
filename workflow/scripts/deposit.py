"""Gather what a repository asks for: results, configuration, sources, software, descriptions."""

from pathlib import Path

from vadose import deposit
from vadose.job import job, log
from vadose.provenance import code_version

SOFTWARE = ("requirements.lock.txt", "CITATION.cff", "LICENSE")


def main(
    files: list[Path],
    manifests: list[Path],
    caravan: list[Path],
    root: Path,
    folder: Path,
    *,
    run: str,
    results: str,
    configuration: str,
    sources: dict[str, deposit.Facts],
    withheld: list[str],
) -> None:
    """Copy the files of the run and describe them; `root` is the folder of the Snakefile."""
    base = Path(results)
    page = base / "report.html"
    kept = [path for path in files if path.relative_to(base).as_posix() not in withheld]
    kept += [Path(configuration), *([page] if page.is_file() else [])]
    deposit.copy_files(kept, base, folder)
    environments = sorted((root / "envs").glob("*.yaml"))
    software = [*(root / name for name in SOFTWARE), *environments]
    deposit.copy_files(software, root, folder / "software")
    origin = deposit.Origin(run, code_version(root), sources)
    version = f"vadose {origin.version}\ncode sha256 {deposit.code_hash(root / 'workflow')}\n"
    (folder / "software/version.txt").write_text(version, encoding="utf-8")
    deposit.write_sources(sources, folder / "sources/sources.csv")
    deposit.write_source_files(manifests, caravan, folder / "sources/files.csv")
    deposit.describe(folder, origin, withheld)
    log.info("%d files of the run, %d sources, in %s", len(kept), len(sources), folder)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(path) for path in (*snakemake.input.files, snakemake.input.atlas)],
            [Path(path) for path in snakemake.input.manifests],
            [Path(path) for path in snakemake.input.caravan],
            Path(snakemake.scriptdir).resolve().parents[1],
            Path(snakemake.output.folder),
            **snakemake.params.settings,
        )
