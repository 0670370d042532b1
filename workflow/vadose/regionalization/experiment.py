"""Which networks the experiment trains: architectures, static vectors, settings, folds and seeds.

A job is an architecture and a split of the data; its queue are the networks that it trains one
after another, each known as "setting/vectors/fold/seed". Splits and their settings are

    temporal   the same basins are learnt from and tested, in other years
    ungauged   blocks of basins are held out in turn and tested
    sparse     as temporal; its settings sparse_N learn from the last N years of the period alone
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

NONE = "none"  # no static vector
PLAIN = "plain"  # the architecture that takes none
ONE_HOT = "onehot"
PLACE = "latlon"
UNGAUGED = "ungauged"
SPARSE = "sparse"
EVERYONE = "all"  # the fold of settings that hold no basin out


class Job(NamedTuple):
    """Networks that are trained in one queue and predict into one file."""

    architecture: str
    split: str


class Member(NamedTuple):
    """One network of a queue."""

    setting: str
    vectors: str
    fold: str
    seed: int

    def __str__(self) -> str:
        return "/".join(map(str, self))

    @classmethod
    def of(cls, name: str) -> "Member":
        """Read a network's name."""
        setting, vectors, fold, seed = name.split("/")
        return cls(setting, vectors, fold, int(seed))


def split_of(setting: str) -> str:
    """Name the split that a setting belongs to."""
    return setting.partition("_")[0]


def jobs(
    architectures: Sequence[str], vectors: Sequence[str], settings: Sequence[str]
) -> list[Job]:
    """List the jobs; without a static vector all architectures are one, which is trained once."""
    told = [name for name in vectors if name != NONE]
    chosen = [*(architectures if told else ()), *([PLAIN] if NONE in vectors else ())]
    splits = dict.fromkeys(map(split_of, settings))
    return [Job(architecture, split) for architecture in chosen for split in splits]


def queue(
    job: Job,
    settings: Sequence[str],
    vectors: Sequence[str],
    controls: Sequence[str],
    left_out: Sequence[tuple[str, str]],
    folds: int,
    seeds: int,
) -> list[Member]:
    """List the networks of a job, those of one setting and kind of vector side by side.

    `controls` are vectors of the ungauged setting alone, of which `folds` are tested. There a
    one-hot vector says nothing of a basin, so that it runs as a control or not at all. `left_out`
    holds pairs of architecture and vectors that do not run.
    """
    ungauged = job.split == UNGAUGED
    told = [name for name in vectors if not (ungauged and name == ONE_HOT)]
    mine = [
        name
        for name in dict.fromkeys([*told, *(controls if ungauged else ())])
        if (name == NONE) == (job.architecture == PLAIN)
        and (job.architecture, name) not in left_out
    ]
    parts = [str(fold) for fold in range(folds)] if ungauged else [EVERYONE]
    own = [setting for setting in settings if split_of(setting) == job.split]
    return [Member(*one) for one in product(own, mine, parts, range(seeds))]


def years_of(setting: str) -> int | None:
    """Give the years that a data-sparsity setting learns from; None for all."""
    split, _, years = setting.partition("_")
    return int(years) if split == SPARSE else None


def random_width(vectors: Sequence[str], attributes: int) -> int:
    """Count the random columns that the widest of some kinds of vectors needs.

    `attributes` is the number of descriptors, which a mixed vector begins with.
    """
    return max((random_columns(kind, attributes) for kind in vectors), default=0)


def random_columns(kind: str, attributes: int) -> int:
    """Count the random columns of a kind of vector; negative where mixed-d is too narrow."""
    name, _, width = kind.partition("-")
    return int(width or 0) - (attributes if name == "mixed" else 0)
