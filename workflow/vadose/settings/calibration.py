"""Settings of the calibration, of what becomes a label, and of the maps."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from vadose.settings.base import PathText, Section, unique

ModelName = Literal["dwbm", "swbm", "tvgm", "abcd"]
SnowOption = Literal["none", "degree_day"]


class Calibration(Section):
    """Search for the parameters of the monthly water balance models by SCE-UA."""

    models: Annotated[list[ModelName], Field(min_length=1), AfterValidator(unique)] = Field(
        ["dwbm", "swbm", "tvgm", "abcd"], description="Leave models out to save time."
    )
    snow: Annotated[list[SnowOption], Field(min_length=1), AfterValidator(unique)] = Field(
        ["none", "degree_day"],
        description="Variants to calibrate; degree_day adds snowfall and melt by temperature.",
    )
    objective: Literal["kge", "kge_prime", "nse"] = Field(
        "kge", description="Score that the search maximises; nse to compare with older studies."
    )
    calibration_share: float = Field(
        0.75, gt=0.2, lt=1, description="First share of the record calibrates, the rest verifies."
    )
    restarts: int = Field(
        10, ge=3, le=100, description="Independent searches; their spread tells convergence."
    )
    evaluations: int = Field(
        1000, ge=100, description="Model runs of one search at most; raise it if not converged."
    )
    complexes: int = Field(
        2, ge=1, le=20, description="SCE-UA complexes; more explore wider and converge later."
    )
    loops_without_gain: int = Field(
        10, ge=2, description="Shuffles without gain after which a search ends early."
    )
    least_gain_percent: float = Field(
        1e-4, ge=0, description="Gain over those shuffles, in percent, that counts as none."
    )
    precision: Literal["float32", "float64"] = Field(
        "float32", description="Precision of the search; float64 is the slower reference."
    )
    device: Literal["cpu", "cuda"] = Field(
        "cpu", description="cuda calibrates on a graphics card; needs the extra `gpu`."
    )
    chunks: int = Field(
        1, ge=1, le=200, description="Jobs into which the cells are scattered; about one a node."
    )
    seed: int = Field(1, ge=0, description="Another seed gives other searches.")


class Mask(Section):
    """When a calibrated capacity is good enough to be a label."""

    kge_on: Literal["calibration", "both"] = Field(
        "calibration", description="both asks for skill in the verification months as well."
    )
    kge_above: float = Field(0.0, lt=1, description="Raise it for fewer and better labels.")
    least_months: int = Field(60, ge=12, description="Months with runoff that a record needs.")
    bound_share: float = Field(
        0.01, ge=0, lt=0.5, description="A capacity this close to its range's end is no estimate."
    )
    restart_spread: float = Field(
        0.02, gt=0, description="Best and third-best restart may differ by so much KGE."
    )


class Validation(Section):
    """What capacities are worth in gauged catchments across climates."""

    catchments: int = Field(
        20, ge=1, description="How many are chosen, spread over climates; fewer to save time."
    )
    ids: PathText = Field(
        "choose", description="`choose`, or a text file with one gauge id a line to fix the choice."
    )
    engine: Literal["vadose", "spotpy"] = Field(
        "vadose", description="spotpy calibrates them once more by another hand; it takes minutes."
    )


class Labels(Section):
    """How the capacities of several models become one label."""

    models: Annotated[list[ModelName], Field(min_length=1), AfterValidator(unique)] = Field(
        ["dwbm", "swbm", "tvgm"],
        description="Models that are merged; the original study has these three.",
    )
    snow: SnowOption = Field(
        "degree_day", description="Variant that gives the labels; none to follow the original."
    )
    merge: Literal["best_kge", "mean", "kge_weighted"] = Field(
        "kge_weighted", description="best_kge takes one model a basin, mean trusts all alike."
    )


class Maps(Section):
    """What the maps show around the data."""

    land: Literal["natural_earth", "none"] = Field(
        "none", description="natural_earth draws the Earth's coastlines; none for the planet."
    )
