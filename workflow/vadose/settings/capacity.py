"""Settings of the residual network that maps storage capacity."""

from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from vadose.settings.base import PathText, Section, unique
from vadose.settings.learning import check_rates

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
        check_rates(self.rates)
        return self
