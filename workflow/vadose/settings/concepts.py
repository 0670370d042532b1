"""Settings of the LSTM whose cell state is read as soil water and snow."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from vadose.settings.base import PathText, Section, unique
from vadose.settings.learning import Dates, check_order, check_rates

Forcing = Literal["p", "t", "t_min", "t_max", "pet", "srad", "lrad", "vapour_pressure"]
Store = Literal["soil_water_1", "soil_water_2", "soil_water_3", "soil_water_4", "root_zone", "swe"]
WeighedStore = tuple[Store, Annotated[float, Field(ge=0)]]
Variant = Literal["concept", "plain"]
SkillName = Literal["nse", "kge", "r2", "r", "alpha", "beta"]


class Concepts(Section):
    """Streamflow by a network whose cell state is read as soil water and snow while it learns."""

    inputs: Annotated[list[Forcing], Field(min_length=1), AfterValidator(unique)] = Field(
        ["p", "t", "pet"],
        description="Daily forcing, mm/day, degC, W/m2 and kPa; add what the basins' files have.",
    )
    attributes: PathText = Field(
        "caravan",
        description="What the network is told of a basin: Caravan's climate, soil, relief and "
        "cover, none, or a CSV file with gauge_id and columns of your own.",
    )
    stores: Annotated[list[WeighedStore], Field(min_length=1)] = Field(
        [("soil_water_1", 0.075), ("soil_water_2", 0.075), ("soil_water_3", 0.075), ("swe", 0.075)],
        description="Stores and their weights in the loss; those of weight 0 are not taught but "
        "probed afterwards. root_zone is the upper metre, soil_water_4 outlasts most windows.",
    )
    flow_weight: float = Field(0.7, gt=0, description="Weight of streamflow in the loss.")
    snow: PathText = Field(
        "caravan",
        description="Snow that is learnt: caravan (reanalysis), ua_swe (the basin means of "
        "NSIDC-0719, also in basins.fields), or a netCDF file of basin means.",
    )
    training: Dates = Dates(end=date(2011, 12, 31))
    validation: Dates = Dates(start=date(2012, 1, 1), end=date(2013, 12, 31))
    test: Dates = Dates(start=date(2014, 1, 1))
    kind: Literal["plain", "ct", "ea", "sr", "fm"] = Field(
        "ct", description="How attributes enter the LSTM; plain leaves them out."
    )
    hidden: int = Field(32, ge=2, description="Cells; 64 as the original.")
    dropout: float = Field(0.4, ge=0, lt=1, description="Of what streamflow is read from.")
    forget_bias: float = Field(3.0, description="More remembers longer from the start.")
    window: int = Field(365, ge=30, description="Days of a sample; 270 as the original.")
    warmup_days: int = Field(
        90, ge=0, description="Days at a window's start without loss; more for slow stores."
    )
    stride: int = Field(5, ge=1, description="Days between the windows of a basin.")
    loss: Literal["pooled", "window"] = Field(
        "pooled",
        description="pooled is the mean squared error of all days, window that of each window over "
        "its variance, as the original, which needs longer training.",
    )
    alpha: float = Field(1e-3, ge=0, description="Elastic net on the probes; more for fewer cells.")
    rho: float = Field(0.15, ge=0, le=1, description="Its share of absolute weights.")
    batch: int = Field(16, ge=1, description="Windows of one update; 256 on a graphics card.")
    updates: int = Field(60, ge=1, description="Updates of one epoch at most.")
    epochs: int = Field(12, ge=1, description="Updates times epochs is the budget.")
    rates: Annotated[list[tuple[int, float]], Field(min_length=1)] = Field(
        [(0, 0.015), (6, 0.005), (9, 0.0015)],
        description="Pairs of an epoch and the learning rate from then on, from epoch 0.",
    )
    clip: float = Field(1.0, gt=0, description="Largest norm of the gradient.")
    patience: int | None = Field(
        None, ge=1, description="Epochs without gain that end a training; 20 as the original."
    )
    plateau: tuple[float, int] | None = Field(
        None, description="Rate times this after so many epochs without gain; [0.8, 5] as original."
    )
    folds: int = Field(5, ge=2, description="Parts into which blocks of basins are dealt.")
    tested_folds: int = Field(
        1, ge=1, description="Parts that are held out in turn; as many as folds tests every basin."
    )
    fold_block: float = Field(4.0, gt=0, le=45, description="Degrees across a block of basins.")
    seeds: int = Field(3, ge=1, le=50, description="Networks of each fold; medians are over them.")
    variants: Annotated[list[Variant], Field(min_length=1), AfterValidator(unique)] = Field(
        ["concept", "plain"],
        description="plain learns streamflow alone and shows what the stores cost or gain.",
    )
    metrics: Annotated[list[SkillName], Field(min_length=1), AfterValidator(unique)] = Field(
        ["nse", "kge", "r2", "r"], description="Scores of streamflow and stores that are reported."
    )
    probe_alpha: float = Field(
        1e-3, gt=0, description="Penalty of probes that are fitted afterwards."
    )
    shift_days: int = Field(
        1461, ge=1, description="Shift of the control that keeps the season; whole years."
    )
    states: Annotated[list[Variant], AfterValidator(unique)] = Field(
        ["concept"], description="Variants whose cell states are written; [] saves disk."
    )
    state_tables: bool = Field(
        False, description="true also writes cell states as CSV, a file a basin."
    )
    seed: int = Field(1, ge=0, description="Another seed deals basins out anew.")

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.warmup_days >= self.window:
            raise ValueError(
                f"warmup_days {self.warmup_days} leave no day of a window of {self.window} for the "
                "loss: lower warmup_days or lengthen the window"
            )
        if self.tested_folds > self.folds:
            raise ValueError(f"tested_folds {self.tested_folds} is more than folds {self.folds}")
        names = [name for name, _ in self.stores]
        if len(set(names)) < len(names):
            raise ValueError(f"stores names one twice: {names}")
        if "concept" in self.variants and not any(weight for _, weight in self.stores):
            raise ValueError("variants has concept, but no store has a weight: leave concept out")
        check_rates(self.rates)
        check_order([self.training, self.validation, self.test], "training, validation and test")
        return self
