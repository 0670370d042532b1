"""Settings of the Bayesian networks that fill the gap of GRACE."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from vadose.settings.base import PathText, Section, unique
from vadose.settings.learning import Dates, check_order, check_rates

StoragePredictor = Literal[
    "twsa_simulated", "cwsc", "p", "t", "cwb", "cpa", "ccwb", "season", "place"
]
StorageNetwork = Literal["bayesian_cbam", "bayesian_rrdb"]
StorageRival = Literal[
    "deterministic", "ensemble", "dropout", "climatology", "regression", "simulated"
]
Level = Annotated[float, Field(gt=0, lt=1)]


class GapFilling(Section):
    """Monthly water storage of every land cell without gaps, by Bayesian networks."""

    predictors: Annotated[list[StoragePredictor], Field(min_length=1), AfterValidator(unique)] = (
        Field(
            list(get_args(StoragePredictor)[:5]),
            description="What the networks see of a month: twsa_simulated (soil water and snow of "
            "fields.simulated), cwsc (its summed p - et - q), p, t, cwb (p - pet), cpa, ccwb (sums "
            "of p anomalies and of cwb; the original has both, they drift), season, place.",
        )
    )
    lags: Annotated[
        list[Annotated[int, Field(ge=0, le=24)]], Field(min_length=1), AfterValidator(unique)
    ] = Field([0, 1, 2], description="Months before the one that is reconstructed.")
    training: Dates = Dates(start=date(2002, 4, 1), end=date(2012, 12, 31))
    validation: Dates = Dates(start=date(2013, 1, 1), end=date(2014, 3, 31))
    test: Dates = Dates(start=date(2014, 4, 1))
    gaps: list[tuple[date, date]] = Field(
        [(date(2017, 7, 1), date(2018, 5, 31))],
        description="First and last day of each period to fill; no network learns from its months.",
    )
    detrend: bool = Field(
        False,
        description="true takes the training months' line from storage and predictors, as the "
        "original, and adds it back; choose it where storage has trends that no predictor knows.",
    )
    networks: Annotated[list[StorageNetwork], Field(min_length=1), AfterValidator(unique)] = Field(
        ["bayesian_cbam"],
        description="bayesian_rrdb is ten times larger: for a graphics card. The first one fills.",
    )
    rivals: Annotated[list[StorageRival], AfterValidator(unique)] = Field(
        list(get_args(StorageRival)),
        description="Methods in the same table: one network, a deep ensemble, dropout, the usual "
        "year with its trend, a regression in each cell, the simulated storage.",
    )
    width: int = Field(8, ge=2, description="Maps inside the network; 48 as the original.")
    activation: Literal["prelu", "relu", "silu", "mish"] = Field(
        "prelu", description="Kink of the network; prelu as the original."
    )
    particles: int = Field(
        4, ge=1, description="Networks of an ensemble; 30 as the original, memory permitting."
    )
    together: int = Field(
        1, ge=1, description="Particles that are computed at once; more on a graphics card."
    )
    batch: int = Field(6, ge=2, description="Months of one update; 12 as the original.")
    epochs: int = Field(8, ge=1, description="200 as the original.")
    rates: Annotated[list[tuple[int, float]], Field(min_length=1)] = Field(
        [(0, 0.01), (5, 0.003)],
        description="Pairs of an epoch and the learning rate of the weights from then on, from "
        "epoch 0; that of the noise is four times as high. [[0, 0.0025]] as the original.",
    )
    plateau: tuple[float, int] | None = Field(
        None, description="Rate times this after so many epochs without gain; [0.1, 10] original."
    )
    patience: int | None = Field(
        None, ge=1, description="Epochs without gain that end a training; 30 in long ones."
    )
    noise: float = Field(
        0.7, gt=0, description="Error that training begins with, as a share of storage's spread."
    )
    weight_rate: float = Field(
        0.05, gt=0, description="Squared scale of the weights' prior; lower keeps them smaller."
    )
    scale: Literal["one", "cell"] = Field(
        "cell",
        description="cell measures storage and predictors by each cell's own variability, one by "
        "that of all land, as the original.",
    )
    dropout: float = Field(0.1, gt=0, lt=1, description="Share of maps that dropout leaves out.")
    ridge: float = Field(0.1, gt=0, description="Penalty of the regression; more for fewer months.")
    levels: Annotated[list[Level], Field(min_length=1), AfterValidator(unique)] = Field(
        [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95],
        description="Quantiles that are written; their pairs are the intervals that are judged.",
    )
    recalibrate: bool = Field(
        False, description="true widens the product's spread to suit the validation months."
    )
    river_basins: PathText = Field(
        "drainage", description="Basins of the results: drainage, or a GeoJSON file of outlines."
    )
    drought_reference: Dates = Dates()
    authors_data: PathText | None = Field(
        None,
        description="Folder with the training data of Mo et al. 2022 to learn from in place of "
        "ours: predictors_raw.mat, GRACE_TWSA.mat, trend.mat and land_mask.mat, on one degree. "
        "Their simulated storage has no trend, and is no rival then.",
    )
    published: PathText | None = Field(
        None, description="File of a published reconstruction to compare with, netCDF or .mat."
    )
    seeds: int = Field(
        1, ge=1, le=20, description="Ensembles trained apart, whose networks are pooled."
    )
    seed: int = Field(1, ge=0, description="Another seed draws other first weights.")

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        check_rates(self.rates)
        check_order([self.training, self.validation, self.test], "training, validation and test")
        if any(low >= high for low, high in pairwise(self.levels)):
            raise ValueError(f"levels go up: found {self.levels}")
        if any(start > end for start, end in self.gaps):
            raise ValueError(f"gaps begin before they end: found {self.gaps}")
        return self

    @property
    def methods(self) -> list[str]:
        """Everything that reconstructs storage; the authors' simulation lacks its trend."""
        unfair = {"simulated"} if self.authors_data else set()
        return [*self.networks, *(rival for rival in self.rivals if rival not in unfair)]

    @property
    def product(self) -> str:
        """The method whose reconstruction fills the gap-free record."""
        return self.networks[0]
