"""Settings of the networks: what all share while they train, and each one's own."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from vadose.settings.base import PathText, Section, unique

System = Literal["capacity", "concepts"]
PredictorName = Literal[
    "p_mean",
    "p_seasonality",
    "t_mean",
    "t_range",
    "pet_mean",
    "aridity",
    "frac_snow",
    "lai_mean",
    "lai_range",
    "canopy_height",
    "available_water_capacity",
    "saturated_conductivity",
    "elevation",
    "slope",
    "runoff_mean",
]
SplitName = Literal["random", "blocks", "continents"]
Baseline = Literal["mean", "nearest", "linear", "trees", "mlp"]
Forcing = Literal["p", "t", "t_min", "t_max", "pet", "srad", "lrad", "vapour_pressure"]
Store = Literal["soil_water_1", "soil_water_2", "soil_water_3", "soil_water_4", "root_zone", "swe"]
WeighedStore = tuple[Store, Annotated[float, Field(ge=0)]]
Variant = Literal["concept", "plain"]
SkillName = Literal["nse", "kge", "r2", "r", "alpha", "beta"]


class Training(Section):
    """What all networks share while they train."""

    device: Literal["cpu", "cuda", "mps"] = Field(
        "cpu", description="cuda trains on a graphics card, mps on Apple's; they need one."
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="bfloat16 trains faster on recent graphics cards; float32 multiplies in "
        "TF32 there unless deterministic.",
    )
    deterministic: bool = Field(
        False, description="true repeats a training on a graphics card to the last bit, slower."
    )
    retrain: Literal["if_stale", "always", "never"] = Field(
        "if_stale",
        description="if_stale trains again when settings, versions of sources or code change, "
        "always when new months arrive as well, never takes the networks that are there.",
    )
    checkpoint_seconds: float = Field(
        60, gt=0, description="How much work a killed job may lose; lower it on busy clusters."
    )


class Capacity(Section):
    """Storage capacity of every land cell, learnt by a deep residual network from predictors."""

    predictors: Annotated[list[PredictorName], Field(min_length=1), AfterValidator(unique)] = Field(
        list(get_args(PredictorName)),
        description="Maps that the network sees, of the sources named in `fields`: p_mean mm/year "
        "(p), p_seasonality 1 (p), t_mean degC (t), t_range K (t), pet_mean mm/year (pet), aridity "
        "1 (pet, p), frac_snow 1 (p, t), lai_mean and lai_range m2/m2 (lai), canopy_height m "
        "(canopy), available_water_capacity mm and saturated_conductivity mm/day (soil), elevation "
        "m and slope degrees (topography), runoff_mean mm/year (q). Leave out what has no source.",
    )
    patch: int = Field(
        5, ge=1, le=32, description="Cells across a patch; 10 on half a degree as the original."
    )
    depth: Literal[16, 32, 64] = Field(16, description="Layers; 32 as the original.")
    last_width: Literal[64, 128] = Field(
        128, description="Channels of the last stage; 64 is the textbook network."
    )
    loss: Literal["mse", "gaussian_nll"] = Field(
        "mse", description="gaussian_nll trusts labels less where the models lie apart."
    )
    mirror: bool = Field(
        True, description="Turns patches over at random while learning; false as the original."
    )
    epochs: int = Field(12, ge=1, description="150 as the original, where there are many labels.")
    batch: int = Field(32, ge=2, description="Cells of one step; raise it on a graphics card.")
    rates: Annotated[list[tuple[int, float]], Field(min_length=1)] = Field(
        [(0, 0.01), (6, 0.003), (9, 0.001)],
        description="Pairs of an epoch and the learning rate from then on, from epoch 0; lower the "
        "rates if the loss is not finite.",
    )
    weight_decay: float = Field(
        0.01, ge=0, description="Pull of the weights to zero; more where labels are few."
    )
    seeds: int = Field(
        3,
        ge=1,
        le=50,
        description="Networks of the ensemble; its spread tells how far they disagree, which is "
        "less than how far they err.",
    )
    splits: Annotated[list[SplitName], Field(min_length=1), AfterValidator(unique)] = Field(
        ["random", "blocks", "continents"],
        description="Ways of keeping labels for the test; leave some out to save time.",
    )
    product_split: SplitName = Field("blocks", description="The split whose networks make the map.")
    baselines: Annotated[list[Baseline], AfterValidator(unique)] = Field(
        ["mean", "nearest", "linear", "trees", "mlp"],
        description="Simple predictions in the same table, which the network must beat.",
    )
    block: int = Field(10, ge=1, description="Cells across a block of the spatial split.")
    buffer: int = Field(2, ge=0, description="Cells between training and test that are left out.")
    test_share: float = Field(0.3, gt=0, lt=0.8, description="Share of the labels for the test.")
    validation_share: float = Field(
        0.1, gt=0, lt=0.5, description="Share of the labels that chooses the best epoch."
    )
    continents: PathText = Field(
        "connected",
        description="`connected` land masses, or a GeoJSON file of outlines with names.",
    )
    least_labels: int = Field(
        150, ge=2, description="A continent with fewer labels than this is not a test of its own."
    )
    return_periods: Annotated[list[float], Field(min_length=1), AfterValidator(unique)] = Field(
        [2, 10, 20, 40],
        description="Years of the droughts that roots prepare for, of the mass curve's capacity.",
    )
    basin_folds: int = Field(
        5, ge=2, le=20, description="Parts in which basins are predicted from the others."
    )
    basin_draws: int = Field(
        5, ge=1, le=100, description="Draws of those parts; the table gives mean and deviation."
    )
    basin_block: float = Field(
        4.0, gt=0, le=45, description="Degrees across the blocks that basins are kept together in."
    )
    seed: int = Field(1, ge=0, description="Another seed draws other blocks and first weights.")

    @model_validator(mode="after")
    def _splits_are_apart(self) -> Self:
        if self.product_split not in self.splits:
            raise ValueError(
                f"product_split {self.product_split!r} is not among the splits {self.splits}"
            )
        if self.block < 2 * self.patch or self.buffer < self.patch // 2:
            raise ValueError(
                f"block {self.block} and buffer {self.buffer} let patches of {self.patch} cells "
                f"look into the test: a block needs {2 * self.patch} cells or more, a buffer "
                f"{self.patch // 2}"
            )
        epochs = [epoch for epoch, _ in self.rates]
        if epochs[0] != 0 or epochs != sorted(set(epochs)):
            raise ValueError(
                f"rates change at epochs {epochs}, expected 0 and later ones in order, such as "
                "[[0, 0.01], [30, 0.003]]"
            )
        return self


class Dates(Section):
    """A period of days; an empty end does not limit it."""

    start: date | None = Field(None, description="First day.")
    end: date | None = Field(None, description="Last day.")


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
        epochs = [epoch for epoch, _ in self.rates]
        if epochs[0] != 0 or epochs != sorted(set(epochs)):
            raise ValueError(f"rates change at epochs {epochs}, expected 0 and later ones in order")
        spans = [self.training, self.validation, self.test]
        for earlier, later in pairwise(spans):
            if earlier.end is None or later.start is None or earlier.end >= later.start:
                raise ValueError(
                    "training, validation and test must follow one another without overlap: give "
                    "the end of the earlier and the start of the later"
                )
        return self
