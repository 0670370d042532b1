"""Settings of the hybrid model of root-zone storage."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from vadose.settings.base import PathText, Section, unique
from vadose.settings.data import LaiSource
from vadose.settings.learning import Dates, check_rates, check_window

Target = Literal["q", "et", "swe", "twsa"]
ExperimentName = Literal[
    "all", "q", "q_et", "q_swe", "q_et_swe", "fixed_capacity", "no_leaves", "no_overflow", "lstm"
]
RIVAL: ExperimentName = "lstm"
LADDER: dict[str, list[Target]] = {  # what each target adds; all others learn all
    "q": ["q"],
    "q_et": ["q", "et"],
    "q_swe": ["q", "swe"],
    "q_et_swe": ["q", "et", "swe"],
    RIVAL: ["q"],
}
EXPERIMENTS = (
    "What is compared, the first one in all figures: all learns every target that has a source, q "
    "and so on those named; the controls fixed_capacity, no_leaves (leaf area acts on nothing) and "
    "no_overflow (as published) learn all; lstm is a network without a water balance that learns "
    "streamflow from the same inputs."
)


class Rival(Section):
    """The LSTM of experiment lstm."""

    hidden: int = Field(32, ge=2, description="Cells; 64 or more for hundreds of basins.")
    dropout: float = Field(0.1, ge=0, lt=1, description="Of what streamflow is read from.")
    forget_bias: float = Field(3.0, description="More remembers longer from the start.")
    window: int = Field(365, ge=30, description="Days of a sample.")
    counted_days: int = Field(
        180, ge=1, description="Days at a window's end that are learnt and predicted."
    )
    stride: int = Field(5, ge=1, description="Days between the windows of a basin.")
    batch: int = Field(32, ge=1, description="Windows of one update; 256 for hundreds of basins.")
    updates: int = Field(50, ge=1, description="Updates of one epoch at most.")
    epochs: int = Field(20, ge=1, description="Updates times epochs is the budget.")
    rates: Annotated[list[tuple[int, float]], Field(min_length=1)] = Field(
        [(0, 0.02), (10, 0.006), (16, 0.002)],
        description="Pairs of an epoch and the learning rate from then on, from epoch 0.",
    )
    clip: float = Field(1.0, gt=0, description="Largest norm of the gradient.")
    patience: int | None = Field(None, ge=1, description="Epochs without gain that end a training.")

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        check_window(self.window, self.counted_days)
        check_rates(self.rates)
        return self


class RootZone(Section):
    """Storage that vegetation uses, by a differentiable water balance."""

    experiments: Annotated[list[ExperimentName], Field(min_length=1), AfterValidator(unique)] = (
        Field(["all", "q", "q_et", "q_et_swe", "lstm"], description=EXPERIMENTS)
    )
    fixed_capacity: float = Field(
        150, gt=0, description="mm, in all basins; of the control fixed_capacity."
    )
    snow: PathText = Field(
        "ua_swe",
        description="Snow that is learnt: ua_swe (the basin means of NSIDC-0719, United States), "
        "caravan (reanalysis, everywhere), or a netCDF file of basin means.",
    )
    et: Literal["fluxcom_xbase", "none"] = Field(
        "fluxcom_xbase", description="Evapotranspiration that is learnt, averaged over the basins."
    )
    twsa: Literal["observed", "gap_free", "none"] = Field(
        "observed", description="gap_free takes the record of system gap_filling, which then runs."
    )
    storage: Literal["grace_jpl", "grace_csr"] = Field(
        "grace_jpl", description="Whose observed storage anomaly."
    )
    lai: Annotated[list[LaiSource], AfterValidator(unique)] = Field(
        ["noaa_lai", "viirs_lai"],
        description="Sensors of leaf area over the basins; [] estimates it from land cover and "
        "temperature.",
    )
    published: PathText | None = Field(
        None,
        description="File of data in the published form (train_data, val_data, test_data) to learn "
        "from in place of the sources.",
    )
    published_start: date = Field(date(1996, 1, 1), description="First day of that file.")
    trust_pickle: bool = Field(
        False, description="true reads a file that may run code; only for an author you trust."
    )
    most_q: float | None = Field(
        100, gt=0, description="mm/day, from which on streamflow counts as missing; null keeps all."
    )
    least_swe: float | None = Field(
        0.1, ge=0, description="mm, up to which snow counts as missing; null keeps bare ground."
    )
    longest_gap_days: int = Field(
        10, ge=0, description="Gaps of temperature and radiation that straight lines may fill."
    )
    spin_up_years: int = Field(
        1,
        ge=1,
        description="First years of the period, which nothing is learnt from; 5 as published.",
    )
    spin_up_rounds: int = Field(
        2, ge=1, description="Times that the spin-up years are run; more fills slow stores."
    )
    folds: int = Field(5, ge=2, description="Parts into which the other years are cut.")
    tested_folds: int = Field(
        1, ge=1, description="Parts that are tested in turn; as many as folds tests every year."
    )
    validation_every: int = Field(
        4, ge=2, description="Of the years that are not tested every n-th chooses the weights."
    )
    baseline: Dates = Dates(start=date(2004, 1, 1), end=date(2009, 12, 31))
    weights: dict[Target, Annotated[float, Field(ge=0)]] = Field(
        {"q": 1.0, "et": 1.0, "swe": 1.0, "twsa": 1.0}, description="Weights in the loss."
    )
    loss: Literal["pooled", "basin"] = Field(
        "basin",
        description="basin is the mean of 1 - R2 over basins, pooled that of all values together, "
        "as published, in which large basins count most.",
    )
    footprint_km2: float = Field(
        100_000, gt=0, description="Area from which on storage anomalies have their whole weight."
    )
    footprint_power: float = Field(
        0.5, ge=0, description="Weight is (area / footprint) to this; 0 gives all basins the same."
    )
    hidden: int = Field(16, ge=1, description="Units of the network of each parameter.")
    dropout: float = Field(0.3, ge=0, lt=1, description="Of these, while learning.")
    seeds: int = Field(3, ge=1, le=50, description="Networks of each fold, which learn together.")
    seed: int = Field(1, ge=0, description="Another seed draws other first weights.")
    batch: int = Field(
        12, ge=1, description="Basins of one update; all as published, fewer learn in fewer epochs."
    )
    epochs: int = Field(80, ge=1, description="At most; 100 as published.")
    rates: Annotated[list[tuple[int, float]], Field(min_length=1)] = Field(
        [(0, 0.03)],
        description="Pairs of an epoch and the learning rate from then on, from epoch 0; 0.01 as "
        "published.",
    )
    weight_decay: float = Field(1e-5, ge=0, description="Pull of the weights to zero.")
    clip: float = Field(10.0, gt=0, description="Largest norm of the gradient.")
    patience: int | None = Field(
        20,
        ge=1,
        description="Epochs without gain of any network that end a training; 10 as published.",
    )
    plateau: tuple[float, int] | None = Field(
        (0.5, 10),
        description="Rate times this after so many epochs without gain; [0.5, 5] as published.",
    )
    lstm: Rival = Rival()
    export: list[int] = Field(
        [0], description="Folds whose data are written in the published form; [] for none."
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.tested_folds > self.folds:
            raise ValueError(f"tested_folds {self.tested_folds} is more than folds {self.folds}")
        if self.experiments[0] == RIVAL:
            raise ValueError(
                "the first of experiments is lstm, but figures and maps show the first and a "
                "network without a water balance has no storage: put another one first"
            )
        for name in self.experiments:
            off = [target for target in self.targets(name) if not self.has_source(target)]
            if off:
                raise ValueError(
                    f"experiment {name} learns {off[0]}, but {off[0]} is none: leave the "
                    "experiment out or name a source"
                )
            if not any(self.weights.get(target, 0) for target in self.targets(name)):
                raise ValueError(f"experiment {name} has no target with a weight: give it one")
        if any(fold >= self.folds or fold < 0 for fold in self.export):
            raise ValueError(f"export names folds {self.export}, but there are {self.folds}")
        check_rates(self.rates)
        return self

    def has_source(self, target: str) -> bool:
        """Tell whether a target is read at all."""
        off = {"et": self.et, "twsa": self.twsa}
        return self.published is not None or off.get(target) != "none"

    def targets(self, experiment: str) -> list[Target]:
        """Give the targets of an experiment."""
        every: tuple[Target, ...] = ("q", "et", "swe", "twsa")
        return LADDER.get(experiment, [name for name in every if self.has_source(name)])

    @property
    def balances(self) -> list[ExperimentName]:
        """The experiments that run the water balance."""
        return [name for name in self.experiments if name != RIVAL]

    @property
    def rivals(self) -> list[ExperimentName]:
        """The experiments that do without it."""
        return [name for name in self.experiments if name == RIVAL]

    def design(self, experiment: str) -> dict[str, object]:
        """Give the form of the model of an experiment."""
        return {
            "capacity": self.fixed_capacity if experiment == "fixed_capacity" else None,
            "lai_effect": experiment != "no_leaves",
            "overflow": experiment != "no_overflow",
            "hidden": self.hidden,
            "dropout": self.dropout,
        }

    @property
    def sources(self) -> list[str]:
        """Gridded sources whose means over the basins are learnt from; none for published data."""
        if self.published:
            return []
        named = [*self.lai, self.et, self.storage if self.twsa == "observed" else "none"]
        snow = ["ua_swe"] if self.snow == "ua_swe" else []
        return [name for name in [*named, *snow] if name != "none"]
