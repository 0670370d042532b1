"""Which graphics card a job of this workstation takes, where no scheduler has chosen one.

Snakemake counts cards (`--resources gpu=2`) but does not say which. A job takes the first whose
lock is free and holds it until the process ends, however it ends; where all are taken it waits.
They are the cards in CUDA_VISIBLE_DEVICES, or all that the driver shows; VADOSE_GPUS names them
instead, one twice where two jobs fit on it ("0,0,1").
"""

import fcntl
import getpass
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

log = logging.getLogger("vadose")
SCHEDULERS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID")
_held: list[IO[bytes]] = []  # closing a file would give its lock up


def slots(environment: Mapping[str, str], devices: Path = Path("/dev")) -> list[str]:
    """Names of the cards that jobs may take, one an entry; none where a scheduler has chosen."""
    if any(name in environment for name in SCHEDULERS):
        return []
    given = environment.get("VADOSE_GPUS", environment.get("CUDA_VISIBLE_DEVICES"))
    if given is not None:
        return [name.strip() for name in given.split(",") if name.strip()]
    found = (re.fullmatch(r"nvidia(\d+)", path.name) for path in devices.glob("nvidia*"))
    return [str(number) for number in sorted(int(match[1]) for match in found if match)]


def take_slot(
    folder: Path | None = None, sleep: Callable[[float], object] = time.sleep
) -> str | None:
    """Take a card for the rest of this process and let CUDA see no other; None where none is named.

    Call it before CUDA starts. `folder` holds the locks and is the same for all jobs of a user.
    """
    if _held:
        return os.environ["CUDA_VISIBLE_DEVICES"]
    names = slots(os.environ)
    if not names:
        return None
    folder = folder or Path(tempfile.gettempdir()) / f"vadose_gpus_{getpass.getuser()}"
    folder.mkdir(parents=True, exist_ok=True)
    waits = False
    while True:
        for number, name in enumerate(names):
            place = names[:number].count(name)  # on this card
            if _locked(folder / f"{name.replace('/', '_')}_{place}.lock"):
                os.environ["CUDA_VISIBLE_DEVICES"] = name
                log.info("on graphics card %s", name)
                return name
        if not waits:
            log.info("all %d graphics cards are taken: waiting", len(names))
        waits = True
        sleep(1)


def _locked(path: Path) -> bool:
    """Lock a file until the process ends; False where another process has it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    _held.append(file)
    return True
