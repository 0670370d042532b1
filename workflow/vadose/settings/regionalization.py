"""Settings of the experiments with static vectors of basins."""

import re
from datetime import date
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from vadose.regionalization.experiment import jobs, queue
from vadose.settings.base import PathText, Section, unique
from vadose.settings.learning import Dates, check_rates, check_window

Input = Literal[
    "p", "t", "t_min", "t_max", "pet", "srad", "lrad", "vapour_pressure", "swe", "day_length"
]
Product = Literal["daymet", "maurer", "maurer_extended", "nldas", "nldas_extended"]
Architecture = Literal["ea", "ct", "sr", "fm"]
TOLD = r"physical|onehot|latlon|gaussian-[1-9]\d*|mixed-[1-9]\d*"
Vector = Annotated[str, Field(pattern=rf"^({TOLD}|none)$")]
Control = Annotated[str, Field(pattern=rf"^({TOLD})$")]
Setting = Annotated[str, Field(pattern=r"^(temporal|ungauged|sparse_[1-9]\d*)$")]


class Regionalization(Section):
    """Streamflow by four architectures, told by descriptors or by random vectors."""

    data: Literal["caravan", "camels_us"] = Field(
        "caravan",
        description="Forcing, streamflow and attributes: those of the other systems, or the files "
        "of CAMELS-US as in the original.",
    )
    product: Product = Field(
        "maurer_extended", description="Forcing of camels_us; the original has maurer_extended."
    )
    basins: PathText = Field(
        "all",
        description="`all` that pass the filter (camels_us: all there are), or a text file with "
        "one gauge id a line, such as the 531 of published studies.",
    )
    inputs: Annotated[list[Input], Field(min_length=1), AfterValidator(unique)] = Field(
        ["p", "t", "pet"],
        description="Daily forcing; [p, srad, t_max, t_min, vapour_pressure] as the original.",
    )
    architectures: Annotated[list[Architecture], AfterValidator(unique)] = Field(
        ["ea"],
        description="How the vector enters: input gate (ea), beside the forcing (ct), input gate "
        "after an embedding (sr), weight of what is read (fm).",
    )
    vectors: Annotated[list[Vector], Field(min_length=1), AfterValidator(unique)] = Field(
        ["physical", "gaussian-32", "none"],
        description="What is told of a basin: physical descriptors, gaussian-d random numbers, "
        "mixed-d of both, onehot, latlon, none; each costs one training a seed and architecture.",
    )
    settings: Annotated[list[Setting], Field(min_length=1), AfterValidator(unique)] = Field(
        ["temporal", "ungauged"],
        description="Tests: temporal in other years, ungauged in other basins, sparse_N as "
        "temporal after the last N years of the training period alone.",
    )
    controls: Annotated[list[Control], AfterValidator(unique)] = Field(
        [],
        description="Vectors of the ungauged test alone: latlon tells whether nearness is enough, "
        "onehot, which is zero for a basin never seen, must fail.",
    )
    left_out: list[tuple[Architecture, Vector]] = Field(
        [],
        description="Pairs of architecture and vectors that do not run, such as [[ct, onehot]].",
    )
    seeds: int = Field(2, ge=1, description="Networks of an ensemble; 8 in the original.")
    folds: int = Field(4, ge=2, description="Parts into which blocks of basins are dealt.")
    tested_folds: int = Field(
        2, ge=1, description="Parts that are held out in turn; as many as folds tests every basin."
    )
    fold_block: float = Field(4.0, gt=0, le=45, description="Degrees across a block of basins.")
    training: Dates = Dates(end=date(2011, 12, 31))
    validation: Dates = Dates(start=date(2012, 1, 1), end=date(2013, 12, 31))
    test: Dates = Dates(start=date(2014, 1, 1))
    hidden: int = Field(32, ge=2, description="Cells; 256 as the original.")
    dropout: float = Field(
        0.2, ge=0, lt=1, description="Of what streamflow is read from; 0.4 as the original."
    )
    forget_bias: float = Field(
        3.0, description="More remembers longer from the start; 5 as the original."
    )
    window: int = Field(
        60,
        ge=30,
        description="Days of a sample; 270 as the original. The longer it is, the better a network "
        "knows a basin by its weather, without being told.",
    )
    counted_days: int = Field(
        30,
        ge=1,
        description="Days at a window's end that are learnt and predicted; 1 as the original, "
        "which takes some hundred times longer to read as many days.",
    )
    stride: int = Field(5, ge=1, description="Days between the windows of a basin.")
    batch: int = Field(32, ge=1, description="Windows of one update; 256 on a graphics card.")
    updates: int = Field(100, ge=1, description="Updates of one epoch at most.")
    epochs: int = Field(9, ge=1, description="Updates times epochs is the budget.")
    rates: Annotated[list[tuple[int, float]], Field(min_length=1)] = Field(
        [(0, 0.02), (6, 0.006), (8, 0.002)],
        description="Pairs of an epoch and the learning rate from then on, from epoch 0.",
    )
    clip: float = Field(1.0, gt=0, description="Largest norm of the gradient.")
    patience: int | None = Field(None, ge=1, description="Epochs without gain that end a training.")
    seed: int = Field(
        1, ge=0, description="Another seed deals basins out anew, draws other vectors and weights."
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        check_window(self.window, self.counted_days)
        if self.tested_folds > self.folds:
            raise ValueError(f"tested_folds {self.tested_folds} is more than folds {self.folds}")
        if not self.architectures and self.vectors != ["none"]:
            raise ValueError(
                "architectures is empty, but vectors names more than none: name ea, ct, sr or fm"
            )
        for job in jobs(self.architectures, self.vectors, self.settings):
            given = self.settings, self.vectors, self.controls, self.left_out
            if not queue(job, *given, 1, 1):
                raise ValueError(
                    f"nothing is told to {job.architecture} in the {job.split} setting: add "
                    "vectors, or take it out of architectures"
                )
        check_rates(self.rates)
        spans = {name: getattr(self, name) for name in ("training", "validation", "test")}
        for (one, first), (other, second) in combinations(spans.items(), 2):
            if overlap(first, second):
                raise ValueError(f"{one} and {other} overlap: give them days of their own")
        return self

    @property
    def random_vectors(self) -> list[str]:
        """The kinds of vectors that hold random numbers."""
        named = dict.fromkeys([*self.vectors, *self.controls])
        return [name for name in named if re.match("gaussian|mixed", name)]


def overlap(one: Dates, other: Dates) -> bool:
    """Tell whether two periods share a day; an empty end reaches as far as the record."""
    first = max(one.start or date.min, other.start or date.min)
    last = min(one.end or date.max, other.end or date.max)
    return first <= last
