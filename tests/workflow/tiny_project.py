"""A copy of the project in a folder of its own, and what Snakemake says of it."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SOURCES = ("Snakefile", "workflow", "config", "resources", "envs", "profiles", "tests/results")
SOURCES += ("requirements.lock.txt", "CITATION.cff", "LICENSE")
MADE = ("results", ".snakemake", "resources/downloads")
CONFIG = "config/tiny.yaml"
RESULTS = "results/tiny"
# The smallest run that has everything: two models, both snow variants, every reader of a gridded
# source, and the Earth's coastlines (nonsense on this planet) because they are an input that stands
# under version control. Its years are one block; the planet has one more year to go on with.
BLOCK = "200701-201412"
TINY = """\
run: tiny
period: {start: 2007-01-01, end: 2014-12-31}
planet: {size: tiny, start: 2007-01-01, end: 2015-12-31}
basins: {fields: [ua_swe, grace_csr]}
fields: {p: gpcc, t: cru}
aggregation: {block_years: 13}
calibration: {models: [swbm, tvgm], restarts: 3, evaluations: 600}
labels: {models: [swbm, tvgm]}
validation: {catchments: 3}
capacity:
  patch: 3
  block: 6
  buffer: 1
  last_width: 64
  epochs: 2
  rates: [[0, 0.01]]
  seeds: 2
  splits: [random, blocks]
  baselines: [mean, nearest]
  basin_folds: 2
  basin_draws: 1
  basin_block: 1
concepts:
  training: {end: 2011-12-31}
  validation: {start: 2012-01-01, end: 2012-12-31}
  test: {start: 2013-01-01}
  hidden: 4
  batch: 8
  updates: 3
  epochs: 2
  rates: [[0, 0.01]]
  seeds: 1
  folds: 2
  state_tables: true
gap_filling:
  training: {start: 2007-01-01, end: 2010-12-31}
  validation: {start: 2011-01-01, end: 2011-12-31}
  test: {start: 2012-01-01}
  gaps: [[2013-01-01, 2013-06-30]]
  predictors: [twsa_simulated, p]
  lags: [0]
  rivals: [ensemble, climatology, regression]
  width: 2
  particles: 2
  epochs: 1
  rates: [[0, 0.01]]
regionalization:
  training: {end: 2011-12-31}
  validation: {start: 2012-01-01, end: 2012-12-31}
  test: {start: 2013-01-01}
  architectures: [ea]
  vectors: [physical, gaussian-4, none]
  settings: [temporal, ungauged, sparse_1]
  seeds: 1
  folds: 2
  tested_folds: 1
  fold_block: 1
  hidden: 4
  batch: 8
  updates: 3
  epochs: 1
  rates: [[0, 0.01]]
root_zone:
  baseline: {start: 2008-01-01, end: 2013-12-31}
  folds: 2
  tested_folds: 1
  experiments: [all, q, lstm]
  validation_every: 2
  seeds: 2
  epochs: 2
  lstm:
    hidden: 4
    window: 60
    counted_days: 40
    batch: 8
    updates: 3
    epochs: 1
    rates: [[0, 0.01]]
maps: {land: natural_earth}
"""
NOTHING: dict[str, int] = {}


class Plan(NamedTuple):
    """What a dry run would do: the number of jobs by rule, and all that was printed."""

    jobs: dict[str, int]
    text: str

    def reason(self, message: str) -> str:
        """Give the reason of the job with this message."""
        found = re.search(rf"^Job \d+: {re.escape(message)}\nReason: (.*)$", self.text, re.M)
        assert found, f"no job {message!r} in\n{self.text}"
        return found[1]


class Project:
    """A folder with the project's sources and perhaps its results."""

    def __init__(self, folder: Path, config: str = CONFIG, results: str = RESULTS) -> None:
        self.folder, self.config = folder, config
        self.results = folder / results

    @property
    def planet(self) -> Path:
        """The mirror that the run built: the one folder that holds Caravan's tree."""
        (tree,) = (self.folder / "resources/downloads").glob("**/Caravan-nc")
        return tree.parent

    def snakemake(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake here as a user would, on the tiny planet."""
        hidden = ("PYTHONDONTWRITEBYTECODE", "SNAKEMAKE_PROFILE")
        command = [sys.executable, "-m", "snakemake", "--configfile", self.config, *arguments]
        return subprocess.run(
            command,
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if name not in hidden}
            | environment,
            capture_output=True,
            encoding="utf-8",
            timeout=1800,
        )

    def run(self, *arguments: str, **environment: str) -> str:
        """Run to a good end on two cores; gives what was printed."""
        done = self.snakemake("--cores", "2", *arguments, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def plan(self, *arguments: str) -> Plan:
        """Tell what a dry run would do; the rule `all`, which makes nothing, is left out."""
        done = self.snakemake("--dry-run", *arguments)
        text = done.stdout + done.stderr
        assert done.returncode == 0, text
        table = text.partition("Job stats:\n")[2].partition("\ntotal ")[0]
        jobs = {name: int(n) for name, n in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
        assert jobs or "Nothing to be done" in text, text
        jobs.pop("all", None)
        return Plan(jobs, text)

    @property
    def jobs(self) -> Counter[str]:
        """Number of jobs that made these results, by rule: each leaves a benchmark."""
        base = self.results / "benchmarks"
        files = (path.relative_to(base).parts[0] for path in base.rglob("*.tsv"))
        return Counter(name.removesuffix(".tsv") for name in files)

    @contextmanager
    def changed(self, path: str, text: str) -> Iterator[None]:
        """Add lines to a file and take them back, so that several tests may plan with one copy."""
        file = self.folder / path
        before, state = file.read_bytes(), file.stat()
        self.append(path, text)
        yield
        file.write_bytes(before)
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace the one place of a file where `old` stands."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times: mend this test"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def append(self, path: str, text: str) -> None:
        """Add lines to the end of a file."""
        with (self.folder / path).open("a", encoding="utf-8") as file:
            file.write(text)

    def copy(self, folder: Path) -> "Project":
        """Copy sources, results and Snakemake's memory, with their times."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", self.folder, folder], check=True)
        return Project(folder)


def copy_sources(root: Path, folder: Path) -> Project:
    """Copy what stands under version control and add the configuration of the tiny run."""
    folder.mkdir(parents=True)
    skip = shutil.ignore_patterns("__pycache__", "downloads")
    for name in SOURCES:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name, ignore=skip)
        else:
            shutil.copy2(root / name, folder / name)
    (folder / CONFIG).write_text(TINY, encoding="utf-8")
    return Project(folder)


def source_files(project: Project) -> list[Path]:
    """All files of a project that were not made by a run."""
    made = [project.folder / name for name in MADE]
    files = (path for path in project.folder.rglob("*") if path.is_file())
    return [path for path in files if not any(path.is_relative_to(folder) for folder in made)]
