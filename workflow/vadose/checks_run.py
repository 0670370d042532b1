"""Claims about the results of a run: what they are asked of, and how they are asked by pytest.

A claim is a test in tests/results. It takes the fixture `run`, a `Run`, and is skipped with a
reason where the configuration makes nothing that it could be asked of.
"""

import contextlib
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

from vadose import contracts, kinds
from vadose.contracts import Kind
from vadose.errors import InputError
from vadose.estimates import kind_of
from vadose.evaluation import read_table
from vadose.gap_filling.storage import DROUGHT, STORAGE
from vadose.products import read_geotiff
from vadose.root_zone.summary import PUBLISHED
from vadose.split_files import read_split, split_parts

SYSTEMS = ("capacity", "concepts", "gap_filling", "regionalization", "root_zone")
GRID, PLACES = "grid of rain, temperature and runoff", "places of basins in root_zone.published"
PLUGIN = "vadose-claims"
MAP = ("capacity", GRID)
# What a run makes, with what its configuration must have to make it.
PRODUCTS: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "capacity": (kinds.CAPACITY_MAP, MAP),
    "cell_estimates": (kind_of(("lat", "lon")), MAP),
    "basin_estimates": (kind_of(("basin",)), ()),
    "storage": (STORAGE, ("gap_filling",)),
    "droughts": (DROUGHT, ("gap_filling",)),
    "root_zone": (PUBLISHED, ("root_zone", PLACES)),
}
SCORES: dict[str, tuple[str, ...]] = {
    "basins/calibration": (),
    "cells/calibration": (GRID,),
    "capacity": MAP,
    "recalibration": MAP,
    "concepts": ("concepts",),
    "storage": ("gap_filling",),
    "regionalization": ("regionalization",),
    "root_zone": ("root_zone",),
}


class Run(NamedTuple):
    """The results of a run and the merged configuration that made them."""

    folder: Path
    config: Mapping[str, Any]

    @classmethod
    def of(cls, folder: Path, configuration: Path) -> "Run":
        """Read the configuration; InputError where it cannot be read."""
        try:
            values = yaml.safe_load(configuration.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(f"{configuration} cannot be read: {error.strerror}") from error
        return cls(folder, values)

    def lacks(self, *needs: str) -> str:
        """Say which system or other need the configuration leaves out; empty where none."""
        fields = self.config["fields"]
        for need in needs:
            if need in SYSTEMS and need not in self.config["systems"]:
                return f"{need} is not in systems"
            if need == GRID and "none" in (fields["p"], fields["t"], fields["q"]):
                return f"the configuration has no {GRID}"
            if need == PLACES and self.config["root_zone"]["published"]:
                return f"there are no {PLACES}"
        return ""

    def need(self, *needs: str) -> None:
        """Skip the claim where the configuration leaves out one of its needs."""
        if reason := self.lacks(*needs):
            pytest.skip(reason)

    def path(self, name: str) -> Path:
        """Give a file of the run; the claim fails where it is not there."""
        path = self.folder / name
        if not path.exists():
            raise InputError(f"{path} is not there")
        return path

    def read(self, name: str, kind: Kind) -> xr.Dataset:
        """Read a netCDF file of the run, checked."""
        return contracts.read(kind, self.path(name))

    def product(self, name: str) -> xr.Dataset:
        """Read a product, checked; the claim is skipped where the configuration makes none."""
        kind, needs = PRODUCTS[name]
        self.need(*needs)
        return self.read(f"products/{name}.nc", kind)

    def geotiff(self, name: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
        """Read the bands and tags of a product's GeoTIFF."""
        return read_geotiff(self.path(f"products/{name}.tif"))

    def scores(self, name: str) -> pd.DataFrame:
        """Read a long table; the claim is skipped where the configuration makes none."""
        self.need(*SCORES[name])
        return read_table(self.path(f"evaluate/{name}.parquet"))

    def table(self, name: str) -> pd.DataFrame:
        """Read a table of text."""
        return pd.read_csv(self.path(name))

    def split(self, name: str, units: list[str] | None = None) -> tuple[list[str], np.ndarray]:
        """Read the folds of a split and the parts [fold, unit] of some units, all by default."""
        table = read_split(self.path(name))
        return split_parts(table, list(table["unit"].unique()) if units is None else units)


class Answer(NamedTuple):
    """What became of a claim."""

    claim: str
    state: str  # holds, skipped or fails
    why: str  # of a claim that is skipped or fails; what was measured of one that holds


class Claims:
    """The pytest plugin that hands the run to the claims and notes their answers."""

    def __init__(self, run: Run) -> None:
        self.__name__ = PLUGIN  # by which pytest knows it
        self._run = run
        self.answers: list[Answer] = []

    @pytest.fixture(scope="session", name="run")
    def run(self) -> Run:
        """The run that is asked."""
        return self._run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a claim ends, or why it cannot be asked."""
        if report.when == "call" or not report.passed:
            self._note(report.nodeid, report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file of claims that cannot be read."""
        if report.failed:
            self._note(report.nodeid, report)

    def _note(self, node: str, report: pytest.TestReport | pytest.CollectReport) -> None:
        state = {"passed": "holds", "skipped": "skipped"}.get(report.outcome, "fails")
        measured = [f"{key}: {value}" for key, value in getattr(report, "user_properties", ())]
        self.answers.append(Answer(_sentence(node), state, _why(report) or ", ".join(measured)))


def ask(claims: Path, run: Run) -> list[Answer]:
    """Ask the claims of a folder of a run; InputError where none could be asked."""
    plugin, printed = Claims(run), io.StringIO()
    # Only the claims' own folder counts, not what the folders above say of other tests.
    options = ["-c", os.devnull, "--rootdir", str(claims), "--confcutdir", str(claims)]
    options += ["--import-mode", "importlib"]
    options += ["-p", "no:cacheprovider", "--disable-plugin-autoload"]
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        pytest.main([*options, str(claims)], plugins=[plugin])
    if not plugin.answers:
        raise InputError(f"no claim could be asked of {run.folder}: {printed.getvalue().strip()}")
    return plugin.answers


def _sentence(node: str) -> str:
    """Turn the name of a test into the claim that it is."""
    name = node.partition("::")[2] or node
    what, _, of = name.removesuffix("]").partition("[")
    words = what.removeprefix("test_").replace("_", " ")
    return f"{words} ({of})" if of else words


def _why(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Give the sentence behind a claim that is skipped or fails."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    if not report.longrepr:
        return ""
    crash = getattr(report.longrepr, "reprcrash", None)
    if not crash:  # a file that cannot be read: the error ends the account of it
        return str(report.longrepr).splitlines()[-1].removeprefix("E").strip()
    first = crash.message.splitlines()[0]
    return first.removeprefix("AssertionError: ").removeprefix("vadose.errors.InputError: ")
