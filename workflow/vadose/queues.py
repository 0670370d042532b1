"""Networks that a job trains one after another; those that a killed job had finished are kept."""

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from vadose.checkpoints import load, save
from vadose.training import Checkpoint

log = logging.getLogger("vadose")
Member = TypeVar("Member", bound=Hashable)
Fitted = TypeVar("Fitted")


class Form(NamedTuple):
    """How a trained network is laid out in a file, and read from it."""

    to_file: Callable[[Any], dict[str, Any]]
    from_file: Callable[[Mapping[str, Any]], Any]


def train_each(
    members: Sequence[Member],
    learn: Callable[[Member, Checkpoint], Fitted],
    form: Form,
    checkpoint: Checkpoint,
    kept: Callable[[], object],
) -> dict[Member, Fitted]:
    """Train every network of a queue by `learn`, which is given where to keep its state.

    The checkpoint's path is a folder, in which each network keeps its own. A network that is there
    already is not trained again; `kept` is called in its place.
    """
    found = {}
    for number, member in enumerate(members):
        log.info("%s, network %d of %d", member, number + 1, len(members))
        done = checkpoint.path / f"{number}.done.pt"
        if before := load(done, checkpoint.fingerprint):
            found[member] = form.from_file(before["network"])
            kept()
            continue
        found[member] = learn(member, checkpoint._replace(path=checkpoint.path / f"{number}.pt"))
        content = {"fingerprint": checkpoint.fingerprint, "network": form.to_file(found[member])}
        save(done, content)
    return found


def history_table(found: Mapping[Any, Any], **known: str) -> pd.DataFrame:
    """Lay out how the networks of a queue learnt, one row a network and epoch.

    Columns say what is known of them all, then the fields of each network's name.
    """
    tables = [
        pd.DataFrame(fitted.history).assign(**known, **member._asdict())
        for member, fitted in found.items()
    ]
    return pd.concat(tables, ignore_index=True)
