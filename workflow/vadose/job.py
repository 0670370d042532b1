"""What every script does around its work: a log file, and one sentence for a user's mistake."""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vadose.errors import InputError

log = logging.getLogger("vadose")


@contextmanager
def job(log_file: str) -> Iterator[None]:
    """Log to a file; end a user's mistake with one sentence, any other error with a traceback."""
    Path(log_file).parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=log_file,
        filemode="w",
        encoding="utf-8",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    logging.captureWarnings(True)
    try:
        yield
    except InputError as error:
        log.error("%s", error)
        sys.exit(f"Error: {error}")
    except Exception:
        log.error("%s", traceback.format_exc())
        raise


def files_of(inputs: Any) -> dict[str, list[Path]]:
    """Give a job's input files by name, each as a list, which is empty where a run makes none."""
    return {
        name: [Path(path) for path in ([given] if isinstance(given, str) else given)]
        for name, given in inputs.items()
    }


def file_of(inputs: Any, name: str) -> Path | None:
    """Give a job's input file by name; None where a run makes none."""
    given = inputs.get(name)
    return Path(given) if given else None


def one_of_each(files: Mapping[str, list[Path]]) -> dict[str, Path]:
    """Give the first file of each name; a name that a run has no file of is left out."""
    return {name: found[0] for name, found in files.items() if found}


def figures_of(outputs: Any) -> dict[str, Path]:
    """Give a job's figures by name: where the PNG of each goes, with its PDF beside it."""
    return {name: Path(path) for name, path in outputs.items() if path.endswith(".png")}


def machine_of(task: Any) -> dict[str, Any]:
    """Give what a network runs on, and whether it has to repeat to the last bit."""
    return {
        "device": task.resources.device,
        "threads": task.threads,
        "deterministic": task.resources.deterministic,
    }


def training_of(task: Any) -> dict[str, Any]:
    """Give a training its settings, what it is made by and how often it keeps its state."""
    return {
        "checkpoint_seconds": task.resources.checkpoint_seconds,
        "known_by": dict(task.params.items()),
        **task.params.settings,
    }
