"""The typed configuration: how its sections go together, and its one readable error.

The Snakefile validates the merged configuration with `read_config`; config/config.yaml and
config/schema.json are written from it (config_file.py).
"""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from vadose.blocks import year_blocks
from vadose.capacity.predictor_table import PREDICTORS
from vadose.errors import InputError
from vadose.settings.base import Name, PlaceText, Section, unique
from vadose.settings.calibration import Calibration, Labels, Maps, Mask, Validation
from vadose.settings.capacity import Capacity
from vadose.settings.concepts import Concepts
from vadose.settings.data import (
    Aggregation,
    BasinFilter,
    Basins,
    Caravan,
    Fields,
    LeafArea,
    Period,
    Planet,
    Window,
)
from vadose.settings.gap_filling import GapFilling
from vadose.settings.learning import System, Training
from vadose.settings.regionalization import Regionalization
from vadose.settings.root_zone import RootZone


class Config(Section):
    """All of Vadose."""

    run: Name = Field("planet", description="Name of the run: outputs go to results/<run>/.")
    world: Literal["planet", "earth"] = Field(
        "planet", description="planet runs offline on an invented world; earth takes real data."
    )
    mirror: PlaceText | None = Field(
        None,
        description="Folder or address with the providers' own file trees, in place of downloads.",
    )
    mirrors: dict[Name, PlaceText] = Field(
        {}, description="Mirrors of single sources, such as {grun: /data/grun}."
    )
    versions: dict[Name, Name] = Field(
        {},
        description="Versions other than the pinned ones of resources/sources.yaml, by source.",
    )
    routes: dict[Name, Name] = Field(
        {}, description="Ways of fetching other than a source's first, such as {era5: zarr}."
    )
    systems: Annotated[list[System], AfterValidator(unique)] = Field(
        ["capacity", "concepts", "gap_filling", "regionalization", "root_zone"],
        description="Networks to train: capacity (maps of storage capacity), concepts (streamflow, "
        "soil water and snow of basins), gap_filling (storage of all months), regionalization "
        "(streamflow of ungauged basins), root_zone (storage that vegetation uses); [] for none.",
    )
    period: Period = Period()
    planet: Planet = Planet()
    caravan: Caravan = Caravan()
    basins: Basins = Basins()
    window: Window = Window()
    fields: Fields = Fields()
    aggregation: Aggregation = Aggregation()
    leaf_area: LeafArea = LeafArea()
    basin_filter: BasinFilter = BasinFilter()
    calibration: Calibration = Calibration()
    mask: Mask = Mask()
    labels: Labels = Labels()
    validation: Validation = Validation()
    training: Training = Training()
    capacity: Capacity = Capacity()
    concepts: Concepts = Concepts()
    gap_filling: GapFilling = GapFilling()
    regionalization: Regionalization = Regionalization()
    root_zone: RootZone = RootZone()
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
    def _planet_has_the_period(self) -> Self:
        inside = self.planet.start <= self.period.start and self.period.end <= self.planet.end
        if self.world == "planet" and not inside:
            raise ValueError(
                f"the period {self.period.start} to {self.period.end} leaves the planet's records, "
                f"{self.planet.start} to {self.planet.end}: change period or planet.start and .end"
            )
        return self

    @model_validator(mode="after")
    def _steps_are_known(self) -> Self:
        if self.world == "earth" and "native" in (self.fields.step, self.fields.storage_step):
            raise ValueError(
                "fields.step and fields.storage_step are 'native', which only the planet has: give "
                "degrees, such as 0.5 and 1"
            )
        return self

    @model_validator(mode="after")
    def _predictors_have_sources(self) -> Self:
        if not self.maps_capacity:
            return self
        for name in self.capacity.predictors:
            key = PREDICTORS[name].source_key
            if getattr(self.fields, key) in ("none", []):
                raise ValueError(
                    f"capacity.predictors has {name}, but fields.{key} names no source: leave "
                    f"{name} out or name one"
                )
        return self

    @model_validator(mode="after")
    def _snow_is_averaged(self) -> Self:
        wanted = "concepts" in self.systems and self.concepts.snow == "ua_swe"
        if wanted and "ua_swe" not in self.basins.fields:
            raise ValueError("concepts.snow is ua_swe, which basins.fields leaves out: add it")
        return self

    @model_validator(mode="after")
    def _opendap_has_a_list_of_one_subset(self) -> Self:
        if self.routes.get("caravan") == "opendap" and self.too_much_for_opendap:
            raise ValueError(self.too_much_for_opendap)
        return self

    @property
    def too_much_for_opendap(self) -> str:
        """Why Caravan's route opendap cannot serve what is asked for; empty where it can."""
        if self.basins.ids == "all":
            return (
                "routes.caravan 'opendap' serves a few basins: name them in a file, basins.ids, or "
                "set routes.caravan to archive"
            )
        if len(self.caravan_subsets) > 1:
            return (
                f"caravan.subsets names {self.caravan_subsets}, but routes.caravan 'opendap' asks "
                "each sub-dataset for all of basins.ids: name one a run, or set routes.caravan to "
                "archive, with or without a mirror"
            )
        return ""

    @property
    def planet_version(self) -> str:
        """Version of the planet as it stands in the paths of what is made of it."""
        planet = self.planet
        return f"planet-{planet.seed}-{planet.size}-{planet.start:%Y%m}-{planet.end:%Y%m}"

    @property
    def caravan_subsets(self) -> list[str]:
        """The sub-datasets of Caravan that take part."""
        return ["planet"] if self.world == "planet" else self.caravan.subsets

    @property
    def steps(self) -> list[float]:
        """Widths of the cells of the grids that are built, in degrees: land, then storage."""
        steps = (self.fields.step, self.fields.storage_step)
        return [self.planet.step if step == "native" else step for step in steps]

    @property
    def grids_runoff(self) -> bool:
        """Whether the grid's cells can be calibrated: rain, temperature and runoff are there."""
        return "none" not in (self.fields.p, self.fields.t, self.fields.q)

    @property
    def maps_capacity(self) -> bool:
        """Whether storage capacity is learnt and mapped on the grid."""
        return self.grids_runoff and "capacity" in self.systems

    @property
    def capacity_sources(self) -> list[str]:
        """Every source behind the labels and predictors of storage capacity, once."""
        fields = self.fields
        pet = [] if fields.pet == "oudin" else [fields.pet]
        named = [fields.p, fields.t, *pet, fields.q, *fields.lai, *fields.ground_sources]
        return list(dict.fromkeys(name for name in named if name != "none"))

    @property
    def blocks(self) -> list[str]:
        """The period's blocks of years."""
        return year_blocks(self.period.start, self.period.end, self.aggregation.block_years)

    @property
    def sources(self) -> list[str]:
        """Every source that the run needs, once."""
        fields = [*self.fields.monthly_sources, *self.fields.static_sources]
        learnt = self.root_zone.sources if "root_zone" in self.systems else []
        if "regionalization" in self.systems and self.regionalization.data == "camels_us":
            learnt = [*learnt, "camels_us"]
        return list(dict.fromkeys(["caravan", *fields, *self.basins.fields, *learnt]))


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
    told = key and not isinstance(error["input"], dict)
    found = f", found {_shown(error['input'])}" if told else ""
    return f"{key}: {message}{found}" if key else message


def _shown(value: Any) -> str:
    """Write a value as it was given, addresses without user, password and query."""
    text = re.sub(r"://[^/'\"]*@", "://", repr(value))
    return re.sub(r"(://[^?'\"]*)\?[^'\"]*", r"\1", text)
