"""Measure everything: one bench after another, each in a process of its own.

    .venv/bin/python -m bench [--device cuda] [--neuralhydrology PYTHON] [--slurm] [--write]

On two cores this takes about an hour. A bench that fails is named at the end; the others still run.
"""

import subprocess
import sys

from bench import common

ALONE = ("calibration", "aggregation", "loading", "root_zone")
ON_A_DEVICE = ("calibration_gridded", "resnet", "lstm")


def main() -> int:
    """Run all benches that this machine has what they need for; give the number that failed."""
    parser = common.arguments(__doc__ or "")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--neuralhydrology", help="its Python: measures beside it")
    parser.add_argument("--slurm", action="store_true", help="jobs through a cluster of one node")
    asked = parser.parse_args()
    tasks = [[name] for name in ALONE]
    tasks += [[name, "--device", asked.device] for name in ON_A_DEVICE]
    tasks.append(["overhead", *(["--slurm"] if asked.slurm else [])])
    if asked.neuralhydrology:
        tasks.append(["regionalization", "--neuralhydrology", asked.neuralhydrology])
    failed = []
    for name, *options in tasks:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"bench.{name}", *options]
        if subprocess.run([*command, *(["--write"] if asked.write else [])]).returncode:
            failed.append(name)
    if failed:
        print(f"\n{len(failed)} of {len(tasks)} benches failed: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
