"""Gather what a repository asks for: results, configuration, sources, software, descriptions."""

import json
from pathlib import Path

from vadose import contracts, deposit
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
    parts = [path.name for path in folder.iterdir() if path.is_dir()]
    text = deposit.readme(origin, withheld, parts)
    (folder / "README.md").write_text(text, encoding="utf-8")
    titles = {path.relative_to(folder).as_posix(): _title(path) for path in folder.rglob("*.nc")}
    crate = json.dumps(deposit.crate(folder, origin, titles), indent=1) + "\n"
    (folder / deposit.METADATA).write_text(crate, encoding="utf-8")
    deposit.write_sums(folder)
    log.info("%d files of the run, %d sources, in %s", len(kept), len(sources), folder)


def _title(product: Path) -> str:
    with contracts.opened(product) as data:
        return str(data.attrs.get("title", product.stem))


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
