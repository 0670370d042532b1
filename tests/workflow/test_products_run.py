"""Products of the finished run follow conventions, hold what is claimed, and are deposited."""

import json
import subprocess
from pathlib import Path

import netCDF4
import pandas as pd
import pytest
import yaml
from tests.systems.test_cf import complaints
from tests.workflow.tiny_project import Project

from vadose.checks_run import PRODUCTS


def test_the_products_of_a_run_pass_the_cf_suite(finished: Project, tmp_path: Path) -> None:
    files = sorted((finished.results / "products").glob("*.nc"))
    assert {path.stem for path in files} == set(PRODUCTS)
    assert not any(complaints(files, tmp_path / "found.json").values())


def test_a_product_carries_the_configuration_and_command_of_its_run(finished: Project) -> None:
    with netCDF4.Dataset(finished.results / "products/capacity.nc") as data:
        about = {name: data.getncattr(name) for name in data.ncattrs()}
    assert yaml.safe_load(about["configuration"])["run"] == about["run"] == "tiny"
    named = "snakemake results/tiny/products/capacity.nc --cores all --configfile "
    assert about["history"].endswith(f"{named}results/tiny/config.yaml")
    assert "grun planet-7-tiny-200701-201512 (invented)" in about["source"]


def test_every_claim_holds_or_says_why_it_is_not_asked(finished: Project) -> None:
    log = (finished.results / "logs/check_results.log").read_text(encoding="utf-8")
    lines = [line.split(" INFO ", 1)[1] for line in log.splitlines()]
    claims = [line for line in lines if line.startswith(("holds", "skipped", "fails"))]
    assert len(claims) > 50
    assert not [line for line in claims if line.startswith("fails")]
    assert all("(" in line for line in claims if line.startswith("skipped"))


def test_a_claim_that_fails_ends_the_run_and_leaves_its_log(project: Project) -> None:
    page, log = "results/tiny/check/claims.html", project.results / "logs/check_results.log"
    with netCDF4.Dataset(project.results / "products/storage.nc", "a") as data:
        data["flag"][3] = 0
    done = project.snakemake(
        "--cores", "1", page, "--forcerun", "check_results", "--rerun-triggers", "params"
    )
    assert done.returncode == 1
    said = "the record of storage has no gap and no contradiction: products/storage.nc: "
    assert "Error: 1 of " in done.stderr and said in done.stderr
    assert not (project.folder / page).exists()
    assert "values contradict their flag" in log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def deposit(copied: Project) -> Path:
    copied.run("deposit")
    return copied.results / "deposit"


def test_a_deposit_is_whole(deposit: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=deposit)
    assert done.returncode == 0
    there = {path.relative_to(deposit).parts[0] for path in deposit.rglob("*")}
    assert {"products", "evaluate", "figures", "check", "sources", "software", "atlas.html"} < there
    made = deposit.parent
    for folder in ("products", "evaluate", "figures"):
        own = {p.relative_to(made) for p in (made / folder).rglob("*") if p.is_file()}
        missing = own - {p.relative_to(deposit) for p in deposit.rglob("*")}
        assert not missing, folder


def test_a_deposit_names_every_source_and_file(deposit: Path) -> None:
    sources = pd.read_csv(deposit / "sources/sources.csv", index_col="source")
    files = pd.read_csv(deposit / "sources/files.csv")
    assert {"caravan", "grun", "cru", "hwsd"} <= set(sources.index) == set(files["source"])
    assert (sources["licence"] == "invented").all() and files["sha256"].str.len().eq(64).all()
    crate = json.loads((deposit / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    names = {entity["@id"] for entity in crate["@graph"]}
    assert {"products/capacity.tif", "software/envs/deposit.yaml", "#source-grun"} <= names
