"""A deposit is whole, says what it holds, and keeps what may not be passed on."""

import hashlib
import json
import subprocess
import warnings
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr
from rocrate.rocrate import ROCrate
from tests.scripts import script

from vadose import deposit
from vadose.errors import InputError
from vadose.provenance import ROOT

GRUN = {"version": "v1", "title": "GRUN", "licence": "CC-BY-4.0", "doi": "10.1/a", "citation": "G"}
HWSD = {"version": "2.0", "title": "HWSD", "licence": "CC-BY-NC-SA-3.0 IGO", "doi": "10.1/b"}
HWSD |= {"citation": "H"}
FILES = {
    "products/capacity.tif": "a map",
    "products/storage.nc": "",
    "evaluate/basins/calibration.parquet": "scores",
    "evaluate/a table, with a comma.csv": "a,b\n",
    "figures/planet.png": "picture",
    "check/claims.html": "claims",
}


class Made:
    """A run's folder below a project, and the deposit that is made of it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.downloads = folder / "project", folder / "downloads"
        self.run, self.deposit = folder / "results/one", folder / "results/one/deposit"
        for name, text in FILES.items():
            self.write(self.run / name, text)
        xr.Dataset(attrs={"title": "Storage without gaps"}).to_netcdf(
            self.run / "products/storage.nc"
        )
        self.write(self.run / "config.yaml", "run: one\n")
        for name in ("requirements.lock.txt", "CITATION.cff", "LICENSE"):
            self.write(self.root / name, name)
        self.write(self.root / "envs/plot.yaml", "dependencies: []\n")
        self.write(self.root / "workflow/vadose/grid.py", "step = 1\n")
        entry = {"name": "files/grun.nc", "bytes": 7, "sha256": "ab" * 32}
        facts = {"source": "grun", "version": "v1", "block": "static", "files": [entry]}
        self.manifest = self.write(self.downloads / "grun/v1/static.json", json.dumps(facts))
        self.series = self.downloads / "caravan/1.6/Caravan-nc/timeseries"
        self.write(self.series / "camels_01.nc", "flow")

    @staticmethod
    def write(path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def make(self, sources: dict[str, dict[str, str]], *withheld: str) -> None:
        script("deposit").main(
            [self.run / name for name in FILES],
            [self.manifest, self.manifest],
            [self.series],
            self.root,
            self.deposit,
            run="one",
            results=str(self.run),
            configuration=str(self.run / "config.yaml"),
            sources=sources,
            withheld=list(withheld),
        )

    def text(self, name: str) -> str:
        return (self.deposit / name).read_text(encoding="utf-8")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def test_everything_is_copied_and_its_checksums_hold(made: Made) -> None:
    made.write(made.run / "report.html", "report")
    made.make({"grun": GRUN})
    for name in FILES:
        assert (made.deposit / name).read_bytes() == (made.run / name).read_bytes()
    assert made.text("report.html") == "report" and made.text("config.yaml") == "run: one\n"
    assert made.text("software/envs/plot.yaml") == "dependencies: []\n"
    assert made.text("software/requirements.lock.txt")
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", deposit.SUMS], cwd=made.deposit
    )
    assert done.returncode == 0
    listed = {line.split("  ", 1)[1] for line in made.text(deposit.SUMS).splitlines()}
    there = {p.relative_to(made.deposit).as_posix() for p in made.deposit.rglob("*") if p.is_file()}
    assert listed == there - {deposit.SUMS}


def test_sources_are_named_with_the_hash_of_every_file(made: Made) -> None:
    made.make({"grun": GRUN, "hwsd": HWSD})
    table = pd.read_csv(made.deposit / "sources/sources.csv", index_col="source")
    assert table.loc["hwsd", "licence"] == HWSD["licence"] and table.loc["grun", "doi"] == "10.1/a"
    files = pd.read_csv(made.deposit / "sources/files.csv", dtype=str)
    flow = hashlib.sha256(b"flow").hexdigest()
    assert files.to_numpy().tolist() == [
        ["grun", "v1", "files/grun.nc", "7", "ab" * 32],
        ["caravan", "1.6", "Caravan-nc/timeseries/camels_01.nc", "4", flow],
    ]


def test_the_readme_says_what_may_not_be_passed_on(made: Made) -> None:
    made.make({"grun": GRUN, "hwsd": HWSD}, "products/storage.nc")
    text = " ".join(made.text("README.md").split())
    assert "The sources' own data are not in this folder" in text
    assert "beyond a citation: hwsd (CC-BY-NC-SA-3.0 IGO)." in text and "grun (CC" not in text
    assert "Left out, as the data in them may not be passed on: products/storage.nc." in text
    assert not (made.deposit / "products/storage.nc").exists()
    assert "snakemake --cores all --configfile config.yaml" in text
    made.make({"grun": GRUN})
    assert "CC-BY-4.0 unless" in made.text("README.md") and "Left out" not in made.text("README.md")


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC-BY-4.0", True),
        ("open with citation (NASA)", True),
        ("public domain (NOAA)", True),
        ("CC-BY-NC-4.0", False),
        ("by agreement with the authors", False),
        ("as given in the record", False),
    ],
)
def test_a_licence_is_open_only_where_a_citation_is_enough(licence: str, expected: bool) -> None:
    assert deposit.is_open({"licence": licence}) == expected


def test_the_metadata_are_a_crate_that_others_can_read(made: Made) -> None:
    made.make({"grun": GRUN, "hwsd": HWSD})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        crate = ROCrate(made.deposit)
    root = crate.root_dataset
    assert root["name"] == "Vadose, run one" and root["license"].id == "#terms"
    sources = {source.id: source["identifier"] for source in root["isBasedOn"]}
    assert sources == {
        "#source-grun": "https://doi.org/10.1/a",
        "#source-hwsd": "https://doi.org/10.1/b",
    }
    there = {p.relative_to(made.deposit).as_posix() for p in made.deposit.rglob("*") if p.is_file()}
    described = {entity.id for entity in crate.data_entities}
    assert described == there - {deposit.METADATA, deposit.SUMS}
    assert crate.get("products/storage.nc")["name"] == "Storage without gaps"
    tif = crate.get("products/capacity.tif")
    assert tif["sha256"] == hashlib.sha256(b"a map").hexdigest() and tif["contentSize"] == "5"
    action = crate.get("#run")
    assert action["instrument"].id == "#vadose" and action["result"].id == "./"


@pytest.mark.parametrize("doi", ["10.1/b", GRUN["doi"]])
def test_every_reference_of_the_metadata_is_described(made: Made, doi: str) -> None:
    """Also where two sources share a DOI, as a record and its polygons do."""
    made.make({"grun": GRUN, "grun_polygons": GRUN | {"doi": doi}})
    graph = json.loads(made.text(deposit.METADATA))["@graph"]
    ids = {entity["@id"] for entity in graph}
    assert len(ids) == len(graph)

    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            own = {value["@id"]} if set(value) == {"@id"} else set()
            return own.union(*map(references, value.values()))
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    assert references(graph) - ids == {deposit.SPECIFICATION}


def test_two_deposits_of_one_run_are_the_same(made: Made) -> None:
    made.make({"grun": GRUN})
    first = made.text(deposit.SUMS).splitlines()
    made.deposit.rename(made.run / "before")
    made.make({"grun": GRUN})
    assert made.text(deposit.SUMS).splitlines() == first


def test_a_list_of_files_that_cannot_be_read_is_named(made: Made) -> None:
    made.manifest.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"static\.json is no list of files that can be read"):
        made.make({"grun": GRUN})


def test_code_is_recognised_without_git(made: Made) -> None:
    before = deposit.code_hash(made.root / "workflow")
    made.write(made.root / "workflow/vadose/notes.txt", "no code")
    assert deposit.code_hash(made.root / "workflow") == before
    made.write(made.root / "workflow/vadose/grid.py", "step = 2\n")
    assert deposit.code_hash(made.root / "workflow") != before


def test_what_is_copied_from_the_project_is_there() -> None:
    assert all((ROOT / name).is_file() for name in script("deposit").SOFTWARE)
