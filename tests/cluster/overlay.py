"""An environment that has the project's packages and the executors of clusters besides.

They stay out of the project's own: where SLURM's is installed, Snakemake asks for a scheduler at
every start.
"""

import hashlib
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def with_executors(folder: Path) -> Path:
    """Give the Python of the environment below a folder, made once for each set of requirements.

    RuntimeError where the packages cannot be had.
    """
    own = sysconfig.get_paths()["purelib"]
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + own.encode()).hexdigest()[:12]
    place = folder / key
    python = place / "bin/python"
    whole = place / "whole"
    if whole.exists():
        return python
    venv.create(place, with_pip=False, clear=True, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (place / "lib" / version / "site-packages/project.pth").write_text(f"{own}\n", encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet")
    done = subprocess.run(
        (*pip, "--no-deps", "-r", str(REQUIREMENTS)), capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"no executors of clusters: {done.stderr.strip()[-300:]}")
    whole.touch()
    return python
