"""The typed configuration: every key, its default, its unit and when to change it.

This module is the only source of defaults. config/config.yaml and config/schema.json are written
from it (config_file.py); the Snakefile validates the merged configuration with `read_config`.
"""

import os
import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from vadose.errors import InputError

ModelName = Literal["dwbm", "swbm", "tvgm", "abcd"]
SnowOption = Literal["none", "degree_day"]
FEWEST_YEARS = 6
PLANET_BASINS = {"tiny": 8, "default": 40, "large": 500}


def _path(value: str) -> str:
    """Fill in ${VARIABLE} and ${VARIABLE:-default} from the environment."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", _variable, value)


def _variable(match: re.Match[str]) -> str:
    name, default = match.group(1), match.group(2)
    value = os.environ.get(name) or default
    if value is None:
        raise ValueError(f"the environment variable {name} is not set")
    return value


def _unique(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError(f"named twice: {sorted(v for v in set(values) if values.count(v) > 1)}")
    return values


PathText = Annotated[str, AfterValidator(_path)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Section(BaseModel):
    """A part of the configuration in which unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(Section):
    """The months that are read and calibrated on."""

    start: date = Field(
        date(2000, 1, 1), description="First day; change it to the first complete year of the data."
    )
    end: date = Field(
        date(2020, 12, 31), description="Last day; move it on when new months have been published."
    )

    @model_validator(mode="after")
    def _whole_months_in_order(self) -> Self:
        tomorrow = date.fromordinal(self.end.toordinal() + 1)
        if self.start.day != 1 or tomorrow.day != 1:
            raise ValueError("start must be the first and end the last day of a month")
        if (self.end - self.start).days < FEWEST_YEARS * 365:
            raise ValueError(
                f"{self.start} to {self.end} is too short: calibration, verification and warm-up "
                f"need at least {FEWEST_YEARS} years"
            )
        return self


class Planet(Section):
    """The miniature planet, an invented world for offline runs; used where a source says so."""

    seed: int = Field(7, ge=0, description="Another seed gives another world.")
    size: Literal["tiny", "default", "large"] = Field(
        "default", description="tiny for workflow tests, large for scaling measurements."
    )

    @property
    def basins(self) -> int:
        """Number of gauged basins at this size."""
        return PLANET_BASINS[self.size]


class Caravan(Section):
    """Basin forcing, streamflow and attributes (Kratzert et al. 2023)."""

    version: Name = Field(
        "planet",
        description="Release as in resources/sources.yaml; `planet` for the miniature planet.",
    )
    subsets: Annotated[list[Name], Field(min_length=1), AfterValidator(_unique)] = Field(
        ["planet"], description="Sub-datasets to take, such as camels, camelsgb, hysets."
    )
    route: Literal["archive", "opendap"] = Field(
        "archive",
        description="How to fetch without a mirror; opendap for a few basins named in basins.ids.",
    )


class Basins(Section):
    """Which basins of the sub-datasets take part."""

    ids: PathText = Field(
        "all", description="`all`, or a text file with one gauge id a line, to run a selection."
    )


class Aggregation(Section):
    """From daily series to months."""

    pet: Literal["best", "fao_penman_monteith", "oudin"] = Field(
        "best",
        description="best takes FAO Penman-Monteith where the source has it and Oudin elsewhere; "
        "name one to make sources comparable. The reanalysis field is never used.",
    )
    least_days_share: float = Field(
        0.9, gt=0, le=1, description="Share of days a month needs to count; lower keeps more gaps."
    )


class Calibration(Section):
    """Search for the parameters of the monthly water balance models by SCE-UA."""

    models: Annotated[list[ModelName], Field(min_length=1), AfterValidator(_unique)] = Field(
        ["dwbm", "swbm", "tvgm", "abcd"], description="Leave models out to save time."
    )
    snow: Annotated[list[SnowOption], Field(min_length=1), AfterValidator(_unique)] = Field(
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


class Labels(Section):
    """How the capacities of several models become one label."""

    models: Annotated[list[ModelName], Field(min_length=1), AfterValidator(_unique)] = Field(
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


class Config(Section):
    """All of Vadose."""

    run: Name = Field("planet", description="Name of the run: outputs go to results/<run>/.")
    mirror: PathText | None = Field(
        None,
        description="Folder with the providers' own file trees, used in place of any download.",
    )
    period: Period = Period()
    planet: Planet = Planet()
    caravan: Caravan = Caravan()
    basins: Basins = Basins()
    aggregation: Aggregation = Aggregation()
    calibration: Calibration = Calibration()
    mask: Mask = Mask()
    labels: Labels = Labels()
    maps: Maps = Maps()

    @field_validator("mirror", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return value or None

    @model_validator(mode="after")
    def _labels_are_calibrated(self) -> Self:
        missing = sorted(set(self.labels.models) - set(self.calibration.models))
        if missing:
            raise ValueError(f"labels.models names {missing}, which calibration.models leaves out")
        if self.labels.snow not in self.calibration.snow:
            raise ValueError(
                f"labels.snow is {self.labels.snow!r}, which calibration.snow leaves out"
            )
        return self

    @model_validator(mode="after")
    def _planet_is_whole(self) -> Self:
        planet = self.caravan.version == "planet"
        if planet != (self.caravan.subsets == ["planet"]):
            raise ValueError(
                f"caravan.version {self.caravan.version!r} does not go with caravan.subsets "
                f"{self.caravan.subsets}: the miniature planet has the one sub-dataset 'planet'"
            )
        return self

    @model_validator(mode="after")
    def _opendap_has_a_list(self) -> Self:
        if self.caravan.route == "opendap" and self.basins.ids == "all":
            raise ValueError(
                "caravan.route 'opendap' serves a few basins: name them in a file, basins.ids"
            )
        return self

    @property
    def uses_planet(self) -> bool:
        """Tell whether the run needs the miniature planet."""
        return self.caravan.version == "planet"

    @property
    def planet_version(self) -> str:
        """Version of the planet as it stands in the paths of what is made of it."""
        years = f"{self.period.start:%Y%m}-{self.period.end:%Y%m}"
        return f"planet-{self.planet.seed}-{self.planet.size}-{years}"

    @property
    def caravan_version(self) -> str:
        """Version of Caravan as it stands in the path of its downloads."""
        return self.planet_version if self.uses_planet else self.caravan.version


def read_config(values: dict[str, Any]) -> Config:
    """Check a merged configuration; raise InputError with one readable sentence."""
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise InputError("configuration: " + "; ".join(map(_sentence, error.errors()))) from None


def _sentence(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r} (the known ones are listed in config/config.yaml)"
    message = error["msg"].removeprefix("Value error, ")
    found = f", found {error['input']!r}" if key and not isinstance(error["input"], dict) else ""
    return f"{key}: {message}{found}" if key else message
