"""Measure what a job costs beside its work, here and through SLURM, and what a plan costs.

    .venv/bin/python -m bench.overhead [--slurm] [--write]

Jobs import what our scripts import and then do nothing; twenty wait in a row for one core. With
--slurm they go through a cluster of one node that is started for it (Debian, as root). Plans are
dry runs of the two configurations, with nothing made yet, in a folder of their own.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import common
from bench.common import ROOT, table
from tests.cluster.overlay import with_executors
from tests.cluster.slurm import cluster

JOBS = 20
IMPORTS = {
    "nothing": "",
    "contracts (xarray, pandas, netCDF4)": "import vadose.contracts",
    "maps (matplotlib, cartopy)": "import vadose.maps",
    "training (torch)": "import vadose.training",
}
SNAKEFILE = """
import os
os.environ.update(PYTHONPATH={workflow!r})


rule all:
    input: expand("{{n}}.txt", n=range({jobs}))

rule wait:
    output: "{{n}}.txt"
    benchmark: "{{n}}.tsv"
    script: "wait.py"
"""
CLUSTER = ("--executor", "slurm", "--jobs", str(JOBS), "--slurm-init-seconds-before-status-checks")
CLUSTER += ("1", "--seconds-between-status-checks", "1", "--latency-wait", "10")
CLUSTER += ("--default-resources", "runtime=5", "mem_mb=500", "--slurm-status-command", "squeue")
PROJECT = ("Snakefile", "workflow", "config", "resources", "envs", "profiles")


def seconds(folder: Path, python: Path, *arguments: str, **environment: str) -> float:
    """Run Snakemake in a folder and give the wall time it took."""
    hidden = ("PYTHONDONTWRITEBYTECODE", "SNAKEMAKE_PROFILE")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    start = common.now()
    done = subprocess.run(
        [str(python), "-m", "snakemake", *arguments],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return common.since(start).wall


def per_job(python: Path, imports: str, *how: str, **environment: str) -> float:
    """Give the seconds of one job out of many, the start of Snakemake left out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = SNAKEFILE.format(workflow=str(ROOT / "workflow"), jobs=JOBS)
        (folder / "Snakefile").write_text(text, encoding="utf-8")
        lines = [imports, "from pathlib import Path", "Path(snakemake.output[0]).touch()"]
        (folder / "wait.py").write_text("\n".join(lines), encoding="utf-8")
        start = seconds(folder, python, "--dry-run")
        return (seconds(folder, python, *how, **environment) - start) / JOBS


def through_slurm(python: Path) -> list[tuple[object, ...]]:
    """Measure the same jobs through a cluster of one node, all submitted at once."""
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)) as slurm:
        taken = per_job(python, "", *CLUSTER, **slurm.environment)
    return [("nothing, through SLURM, all at once", f"{taken:.2f}")]


def plans() -> list[tuple[object, ...]]:
    """Count the jobs of each configuration and time its dry run."""
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as name:
        for part in PROJECT:
            source = ROOT / part
            target = Path(name) / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("downloads"))
            else:
                shutil.copy(source, target)
        for config in ("config/config.yaml", "config/global.yaml"):
            arguments = ("--dry-run", "--quiet", "rules", "--configfile", config)
            taken = min(seconds(Path(name), Path(sys.executable), *arguments) for _ in range(3))
            listed = subprocess.run(
                [sys.executable, "-m", "snakemake", "--dry-run", "--configfile", config],
                cwd=name,
                capture_output=True,
                encoding="utf-8",
            )
            jobs = re.findall(r"^total +(\d+)$", listed.stdout, re.M)[-1]
            rows.append((config, jobs, f"{taken:.1f}"))
    return rows


def main() -> None:
    """Measure everything and print it; with --write, put it into bench/results.md."""
    parser = common.arguments(__doc__ or "")
    parser.add_argument("--slurm", action="store_true", help="also through a cluster of one node")
    asked = parser.parse_args()
    here = Path(sys.executable)
    rows: list[tuple[object, ...]] = [
        (what, f"{per_job(here, imports, '--cores', '1'):.2f}") for what, imports in IMPORTS.items()
    ]
    if asked.slurm:
        with tempfile.TemporaryDirectory() as folder:
            rows += through_slurm(with_executors(Path(folder)))
    parts = [
        f"\n{common.describe_machine('snakemake')}\n",
        f"Seconds of a job that imports this and does nothing, of {JOBS} in a row on one core:\n",
        table("imports|s a job", *rows),
        "\nPlans (`snakemake -n`) with nothing made yet, the fastest of three:\n",
        table("configuration|jobs|s", *plans()),
        "",
    ]
    common.publish("Overhead of the workflow", parts, asked.write)


if __name__ == "__main__":
    main()
