"""Which networks the experiment trains: architectures, static vectors, settings, folds and seeds.

A job is an architecture and a setting; its queue are the networks that it trains one after another,
each known as "vectors/fold/seed". Settings are

    temporal   the same basins are learnt from and tested, in other years
    ungauged   blocks of basins are held out in turn and tested
    sparse_N   as temporal, learnt from the last N years of the training period alone
"""

from collections.abc import Sequence
from typing import NamedTuple

NONE = "none"  # no static vector
PLAIN = "plain"  # the architecture that takes none
ONE_HOT = "onehot"
PLACE = "latlon"
UNGAUGED = "ungauged"
SPARSE = "sparse_"
EVERYONE = "all"  # the fold of settings that hold no basin out


class Job(NamedTuple):
    """Networks that are trained in one queue and predict into one file."""

    architecture: str
    setting: str


class Member(NamedTuple):
    """One network of a queue."""

    vectors: str
    fold: str
    seed: int

    def __str__(self) -> str:
        return f"{self.vectors}/{self.fold}/{self.seed}"

    @classmethod
    def of(cls, name: str) -> "Member":
        """Read a network's name."""
        vectors, fold, seed = name.split("/")
        return cls(vectors, fold, int(seed))


def jobs(
    architectures: Sequence[str], vectors: Sequence[str], settings: Sequence[str]
) -> list[Job]:
    """List the jobs; without a static vector all architectures are one, which is trained once."""
    told = [name for name in vectors if name != NONE]
    chosen = [*(architectures if told else ()), *([PLAIN] if NONE in vectors else ())]
    return [Job(architecture, setting) for architecture in chosen for setting in settings]


def queue(
    job: Job,
    vectors: Sequence[str],
    controls: Sequence[str],
    left_out: Sequence[tuple[str, str]],
    folds: int,
    seeds: int,
) -> list[Member]:
    """List the networks of a job, those of one kind of vector side by side.

    `controls` are vectors of the ungauged setting alone, of which `folds` are tested. There a
    one-hot vector says nothing of a basin, so that it runs as a control or not at all. `left_out`
    holds pairs of architecture and vectors that do not run.
    """
    ungauged = job.setting == UNGAUGED
    told = [name for name in vectors if not (ungauged and name == ONE_HOT)]
    mine = [
        name
        for name in dict.fromkeys([*told, *(controls if ungauged else ())])
        if (name == NONE) == (job.architecture == PLAIN)
        and (job.architecture, name) not in left_out
    ]
    parts = [str(fold) for fold in range(folds)] if ungauged else [EVERYONE]
    return [Member(name, fold, seed) for name in mine for fold in parts for seed in range(seeds)]


def years_of(setting: str) -> int | None:
    """Give the years that a data-sparsity setting learns from; None for all."""
    return int(setting.removeprefix(SPARSE)) if setting.startswith(SPARSE) else None


def random_width(vectors: Sequence[str], attributes: int) -> int:
    """Count the random columns that the widest of some kinds of vectors needs.

    `attributes` is the number of descriptors, which a mixed vector begins with.
    """
    return max((random_columns(kind, attributes) for kind in vectors), default=0)


def random_columns(kind: str, attributes: int) -> int:
    """Count the random columns of a kind of vector; negative where mixed-d is too narrow."""
    name, _, width = kind.partition("-")
    return int(width or 0) - (attributes if name == "mixed" else 0)
