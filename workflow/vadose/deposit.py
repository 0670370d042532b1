"""A folder that is ready to be deposited in a repository, and says of itself what it holds.

It is an RO-Crate (Soiland-Reyes et al. 2022, Data Science 5, 97-138): ro-crate-metadata.json
describes every file, the sources and the run. Sources' own data are never in it.
"""

import csv
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from vadose import contracts
from vadose.errors import InputError
from vadose.hashing import digest_of
from vadose.provenance import command

Facts = Mapping[str, str]  # version, title, licence, doi and citation of a source

METADATA, SUMS = "ro-crate-metadata.json", "SHA256SUMS"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
ATTRIBUTION = "https://creativecommons.org/licenses/by/4.0/"
# ASSUME these licences let anybody pass data on who names their origin; any other may not.
OPEN = (
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC0",
    "MIT",
    "Open Government Licence",
    "invented",
    "open with citation",
    "public domain",
)
FORMATS = {
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".gif": "image/gif",
    ".html": "text/html",
    ".md": "text/markdown",
    ".nc": "application/netcdf",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
}
FOLDERS = {
    "products": "maps and series: CF netCDF and Cloud-Optimised GeoTIFF",
    "evaluate": "tables of scores and of what the systems say",
    "figures": "figures, each as PNG and PDF",
    "check": "claims that were asked of these results, with their answers",
    "sources": "what the results were made from: versions, licences, DOIs, files with their hashes",
    "software": "version of the code, lock file, environment of every rule, licence",
}


CONFIGURATION = Path("config.yaml")  # the merged one, in the deposit


class Origin(NamedTuple):
    """What a deposit is of."""

    run: str
    version: str  # of the code
    sources: Mapping[str, Facts]


def copy_files(files: Iterable[Path], base: Path, folder: Path) -> None:
    """Copy files to the same places below a folder as they have below `base`."""
    for file in files:
        target = folder / file.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def is_open(facts: Facts) -> bool:
    """Tell whether a source's licence lets its data be passed on with nothing but a citation."""
    return facts["licence"].startswith(OPEN)


def write_sources(sources: Mapping[str, Facts], path: Path) -> None:
    """Write a row a source: what it is, its licence, and how it is cited."""
    columns = ("source", "version", "title", "licence", "doi", "citation")
    rows = [(name, *map(facts.get, columns[1:])) for name, facts in sources.items()]
    _write_rows(path, columns, rows)


def write_source_files(manifests: Sequence[Path], folders: Sequence[Path], path: Path) -> None:
    """Write a row a file that the run was made from, with its size and SHA-256.

    `manifests` are the lists of fetched files; of `folders` every file is hashed. Paths are
    `<source>/<version>/...` below a folder of downloads. InputError where a list cannot be read.
    """
    rows = [row for manifest in manifests for row in _listed(manifest)]
    for folder in folders:
        at = folder.parts.index("caravan")
        source, version = folder.parts[at : at + 2]
        base = Path(*folder.parts[: at + 2])
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = file.relative_to(base).as_posix()
            rows.append((source, version, name, file.stat().st_size, digest_of(file)))
    _write_rows(path, ("source", "version", "file", "bytes", "sha256"), dict.fromkeys(rows))


def _listed(manifest: Path) -> list[tuple[str, str, str, int, str]]:
    try:
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        return [
            (facts["source"], facts["version"], one["name"], one["bytes"], one["sha256"])
            for one in facts["files"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{manifest} is no list of files that can be read ({error!r}): delete it and run again"
        ) from None


def _write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([columns, *rows])


def code_hash(folder: Path) -> str:
    """Give one SHA-256 of all code below a folder, by which a copy without git is recognised."""
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".smk"))
    lines = (f"{digest_of(p)}  {p.relative_to(folder).as_posix()}\n" for p in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def readme(origin: Origin, withheld: Sequence[str], folders: Iterable[str]) -> str:
    """Say in plain words what the folder holds, how it was made and who may do what with it."""
    held = "\n".join(f"| `{n}/` | {text} |" for n, text in FOLDERS.items() if n in set(folders))
    closed = {n: facts for n, facts in origin.sources.items() if not is_open(facts)}
    named = ", ".join(f"{name} ({facts['licence']})" for name, facts in closed.items())
    limits = f"""Some licences forbid to pass data on, or set conditions beyond a citation:
{named}.
Of these sources there is nothing here but what was computed from them; ask whether their
conditions bind that too."""
    terms = "The depositor says under which licence the results are."
    if not closed:
        limits = "All their licences let data be passed on with a citation."
        terms = "The results are CC-BY-4.0 unless the depositor says otherwise."
    left_out = f"Left out, as the data in them may not be passed on: {', '.join(withheld)}.\n\n"
    return f"""# Vadose, run {origin.run}

Made by Vadose {origin.version}. With the code of that version and the sources of
`sources/sources.csv` this makes it anew, `config.yaml` being the merged configuration:

    {command(CONFIGURATION)}

`sha256sum -c {SUMS}` checks all files, and `{METADATA}` describes them for machines
(RO-Crate 1.1).

| folder | what |
|---|---|
{held}

## Sources and licences

The sources' own data are not in this folder. `sources/sources.csv` names them with version,
licence, DOI and citation, and `sources/files.csv` has the hash of every file that was read. Cite
them with any result. {limits}

{left_out if withheld else ""}The code is under the MIT licence. {terms}
"""


def describe(folder: Path, origin: Origin, withheld: Sequence[str]) -> None:
    """Write what a deposit says of itself: README, RO-Crate and sums of all its files."""
    parts = [path.name for path in folder.iterdir() if path.is_dir()]
    text = readme(origin, withheld, parts)
    (folder / "README.md").write_text(text, encoding="utf-8")
    titles = {path.relative_to(folder).as_posix(): _title(path) for path in folder.rglob("*.nc")}
    content = json.dumps(crate(folder, origin, titles), indent=1) + "\n"
    (folder / METADATA).write_text(content, encoding="utf-8")
    write_sums(folder)


def _title(product: Path) -> str:
    with contracts.opened(product) as data:
        return str(data.attrs.get("title", product.stem))


def crate(folder: Path, origin: Origin, title_of: Mapping[str, str]) -> dict[str, Any]:
    """Describe all files of a folder as an RO-Crate 1.1, in JSON-LD.

    `title_of` gives titles of files by their path below the folder. The date is that of the newest
    file. InputError where the folder is empty.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in (METADATA, SUMS))
    if not files:
        raise InputError(f"{folder} has no file to describe: run the workflow first")
    newest = max(path.stat().st_mtime for path in files)
    parts = [_file(path, folder, title_of) for path in files]
    sources = [_source(name, facts) for name, facts in origin.sources.items()]
    terms = _terms(origin.sources)
    code = {"@id": "#vadose", "@type": "SoftwareApplication", "name": "Vadose"}
    code |= {"version": origin.version, "license": "https://spdx.org/licenses/MIT"}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Vadose, run {origin.run}",
        "description": "Maps and series of the water that the land holds, their scores and figures",
        "datePublished": datetime.fromtimestamp(newest, UTC).date().isoformat(),
        "license": _to(terms),
        "hasPart": [_to(part) for part in parts],
        "isBasedOn": [_to(source) for source in sources],
        "mentions": {"@id": "#run"},
    }
    run = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": command(CONFIGURATION),
        "instrument": _to(code),
        "object": [_to(source) for source in sources],
        "result": {"@id": "./"},
    }
    descriptor = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": SPECIFICATION},
        "about": {"@id": "./"},
    }
    graph = [descriptor, root, *parts, *sources, terms, code, run]
    return {"@context": f"{SPECIFICATION}/context", "@graph": graph}


def _file(path: Path, folder: Path, title_of: Mapping[str, str]) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    return {
        "@id": name,
        "@type": "File",
        "name": title_of.get(name, name),
        "contentSize": str(path.stat().st_size),
        "encodingFormat": FORMATS.get(path.suffix, "application/octet-stream"),
        "sha256": digest_of(path),
    }


def _source(name: str, facts: Facts) -> dict[str, Any]:
    doi = f"https://doi.org/{facts['doi']}" if facts.get("doi") else ""
    there = {"identifier": doi, "citation": facts.get("citation"), "license": facts["licence"]}
    return {
        "@id": f"#source-{name}",
        "@type": "CreativeWork",
        "name": facts.get("title") or name,
        "version": facts["version"],
    } | {key: value for key, value in there.items() if value}


def _terms(sources: Mapping[str, Facts]) -> dict[str, str]:
    """Say under which terms the results are."""
    work = {"@type": "CreativeWork"}
    if all(map(is_open, sources.values())):
        return {"@id": ATTRIBUTION, **work, "name": "CC BY 4.0"}
    return {"@id": "#terms", **work, "name": "terms of the sources, README.md"}


def _to(entity: Mapping[str, Any]) -> dict[str, str]:
    return {"@id": entity["@id"]}


def write_sums(folder: Path) -> None:
    """Write the SHA-256 of every file of a folder, as `sha256sum -c` reads them."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SUMS)
    lines = (f"{digest_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
