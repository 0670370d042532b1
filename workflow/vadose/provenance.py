"""Where a product is from: what its attributes say of sources, code, configuration and command."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from vadose.errors import InputError

VERSION = "1.0.0"
ROOT = Path(__file__).resolve().parents[2]  # the folder of the Snakefile

Credit = Mapping[str, str]  # version, licence and doi of a source


def provenance(
    target: Path, configuration: Path, run: str, sources: Mapping[str, Credit]
) -> dict[str, str]:
    """Tell where a product is from, as attributes that CF knows and the merged configuration.

    `target` is the product and `configuration` the file of the merged configuration, both as
    Snakemake knows them; `sources` has the credit of each source by its name. Raises InputError
    where the configuration cannot be read.
    """
    try:
        text = configuration.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{configuration} cannot be read ({error.strerror}): it is written when a run starts, "
            "start the run anew"
        ) from error
    dois = dict.fromkeys(credit["doi"] for credit in sources.values() if credit["doi"])
    of_sources = [f"{name} {one['version']} ({one['licence']})" for name, one in sources.items()]
    made = {
        "source": "; ".join(of_sources) or "none",
        "references": " ".join(f"https://doi.org/{doi}" for doi in dois),
        "history": f"vadose {code_version()}: {command(configuration, target)}",
        "configuration": text,
        "run": run,
    }
    return {name: value for name, value in made.items() if value}


def command(configuration: Path, *targets: Path) -> str:
    """Give the command that makes files of a run anew, from the folder of the Snakefile.

    Targets stand first: what follows `--configfile` is a further configuration to Snakemake.
    """
    named = " ".join(["snakemake", *(path.as_posix() for path in targets)])
    return f"{named} --cores all --configfile {configuration.as_posix()}"


def code_version(root: Path = ROOT) -> str:
    """Give the version of the code, with its commit where the project is a checkout of git."""
    if not (root / ".git").exists():
        return VERSION
    asked = ["git", "--no-optional-locks", "-C", str(root), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(asked, capture_output=True, encoding="utf-8")
    except OSError:  # no git on this machine
        return VERSION
    return f"{VERSION} ({done.stdout.strip()})" if done.returncode == 0 else VERSION
