"""Settings of the data: period, planet, sources, and how they become series and fields."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from vadose.settings.base import Name, PathText, Section, unique

FEWEST_YEARS = 6
PLANET_SIZES = {"tiny": (10, 4.5), "default": (40, 3.0), "large": (500, 0.5)}  # basins, degrees
Step = Literal["native"] | Annotated[float, Field(gt=0, le=10)]
LaiSource = Literal["noaa_lai", "viirs_lai", "modis_lai"]
Reference = Literal["root_zone_stocker", "root_zone_wang"]
BasinField = Literal[
    "ua_swe",
    "fluxcom_xbase",
    "grace_jpl",
    "grace_csr",
    "noaa_lai",
    "viirs_lai",
    "modis_lai",
]


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
    """The miniature planet, an invented world for offline runs (world: planet)."""

    seed: int = Field(7, ge=0, description="Another seed gives another world.")
    size: Literal["tiny", "default", "large"] = Field(
        "default", description="tiny for workflow tests, large for scaling measurements."
    )
    start: date = Field(date(2000, 1, 1), description="First day of the planet's records.")
    end: date = Field(
        date(2020, 12, 31), description="Their last day; the period must lie within them."
    )

    @property
    def basins(self) -> int:
        """Number of gauged basins at this size."""
        return PLANET_SIZES[self.size][0]

    @property
    def step(self) -> float:
        """Width of the cells at this size, in degrees."""
        return PLANET_SIZES[self.size][1]


class Caravan(Section):
    """Basin forcing, streamflow and attributes (Kratzert et al. 2023)."""

    subsets: Annotated[list[Name], Field(min_length=1), AfterValidator(unique)] = Field(
        ["camels"],
        description="Sub-datasets to take on Earth, such as camels, camelsgb, hysets; the planet "
        "has one of its own.",
    )


class Basins(Section):
    """Which basins of the sub-datasets take part, and which fields are averaged over them."""

    ids: PathText = Field(
        "all", description="`all`, or a text file with one gauge id a line, to run a selection."
    )
    fields: Annotated[list[BasinField], AfterValidator(unique)] = Field(
        ["ua_swe", "fluxcom_xbase", "grace_jpl", "noaa_lai"],
        description="Gridded sources to average over the basins' polygons; leave out what is not "
        "needed, or all where the polygons are not at hand.",
    )


class Window(Section):
    """The part of the Earth that is gridded."""

    west: float = Field(-180, ge=-180, le=180, description="Degrees east; cut to a region to try.")
    south: float = Field(-60, ge=-90, le=90, description="Degrees north.")
    east: float = Field(180, ge=-180, le=180, description="Degrees east.")
    north: float = Field(84, ge=-90, le=90, description="Degrees north.")

    @model_validator(mode="after")
    def _has_area(self) -> Self:
        if self.south >= self.north or self.west >= self.east:
            raise ValueError(
                "the window is empty: south must lie below north and west below east; one over the "
                "date line needs all longitudes"
            )
        return self


class Fields(Section):
    """Which source gives which field of the grid; `none` leaves it out."""

    step: Step = Field(
        "native",
        description="Degrees of the cells for calibration and capacity; native is the planet's.",
    )
    storage_step: Step = Field("native", description="Degrees of the cells for water storage.")
    p: Literal["era5_land", "era5", "cru", "gpcc", "none"] = Field(
        "era5_land", description="Precipitation; cru or gpcc need no account."
    )
    t: Literal["era5_land", "era5", "cru", "none"] = Field(
        "era5_land", description="Air temperature, which also gives the demand by Oudin."
    )
    pet: Literal["cru", "oudin"] = Field(
        "cru", description="Demand: Penman-Monteith of CRU TS, or Oudin's from temperature alone."
    )
    q: Literal["grun", "grun_ensemble", "none"] = Field(
        "grun", description="Runoff that the cells are calibrated on."
    )
    et: Literal["fluxcom_xbase", "none"] = Field("fluxcom_xbase", description="Evaporation.")
    storage: Literal["grace_jpl", "grace_csr", "grace_gsfc", "none"] = Field(
        "grace_jpl", description="Water storage anomaly; grace_csr needs no account."
    )
    simulated: Literal["era5_land", "era5", "none"] = Field(
        "era5_land", description="Soil water and snow of a model, a predictor of the storage."
    )
    lai: Annotated[list[LaiSource], AfterValidator(unique)] = Field(
        ["noaa_lai", "viirs_lai", "modis_lai"],
        description="Sensors of leaf area; the later ones are brought to the level of the first.",
    )
    soil: Literal["hwsd", "soilgrids", "none"] = Field("hwsd", description="Soil properties.")
    topography: Literal["topography", "none"] = Field(
        "topography", description="Elevation and slope."
    )
    canopy: Literal["canopy_height", "none"] = Field(
        "canopy_height", description="Height of the vegetation."
    )
    references: Annotated[list[Reference], AfterValidator(unique)] = Field(
        ["root_zone_stocker"], description="Published capacities to compare with."
    )

    @property
    def monthly_sources(self) -> list[str]:
        """Every source with a time axis, once."""
        pet = "none" if self.pet == "oudin" else self.pet
        named = [self.p, self.t, pet, self.q, self.et, self.storage, self.simulated, *self.lai]
        return list(dict.fromkeys(name for name in named if name != "none"))

    @property
    def static_sources(self) -> list[str]:
        """Every source that does not change, once."""
        return [*self.ground_sources, *self.references]

    @property
    def ground_sources(self) -> list[str]:
        """Every source of what the ground is like."""
        named = (self.soil, self.topography, self.canopy)
        return [name for name in named if name != "none"]


class Aggregation(Section):
    """From the providers' files to series and fields of one form."""

    block_years: int = Field(
        25,
        ge=1,
        description="Years in one file of a long record; new months rebuild only the last file. "
        "Fewer make such updates quicker and the first run slower, as each file is a job.",
    )
    least_cell_share: float = Field(
        0.5, gt=0, le=1, description="Share of a cell or basin that needs data to have a value."
    )

    pet: Literal["best", "fao_penman_monteith", "oudin"] = Field(
        "best",
        description="best takes FAO Penman-Monteith where the source has it and Oudin elsewhere; "
        "name one to make sources comparable. The reanalysis field is never used.",
    )
    least_days_share: float = Field(
        0.9, gt=0, le=1, description="Share of days a month needs to count; lower keeps more gaps."
    )


class BasinFilter(Section):
    """Which basins are fit for learning; what is not known of a basin does not exclude it."""

    least_area_km2: float = Field(
        10, ge=0, description="Raise it where the forcing's cells are larger than the basins."
    )
    most_area_km2: float = Field(
        50_000, gt=0, description="2000 for Caravan's own choice, where routing takes days at most."
    )
    least_record_share: float = Field(
        0.5, ge=0, le=1, description="Share of the period's months that need streamflow."
    )
    most_runoff_ratio: float = Field(
        1.0, gt=0, description="Above 1 water comes from elsewhere or precipitation is too low."
    )
    most_snow_share: float = Field(
        1.0, ge=0, le=1, description="Lower it to leave out basins that live on snow."
    )
    most_regulation_percent: float = Field(
        10, ge=0, description="Reservoir volume over a year's discharge; raise it to keep dams."
    )
    most_urban_percent: float = Field(
        15, ge=0, le=100, description="Share of the area; sealed ground stores no water."
    )
    most_irrigated_percent: float = Field(
        15, ge=0, le=100, description="Share of the area; water is taken and brought there."
    )

    @model_validator(mode="after")
    def _areas_in_order(self) -> Self:
        if self.least_area_km2 >= self.most_area_km2:
            raise ValueError("least_area_km2 must lie below most_area_km2")
        return self


class LeafArea(Section):
    """How the sensors' records of leaf area become one without gaps."""

    statistics_end: date | None = Field(
        None,
        description="Last day whose months make the usual seasons that fill gaps; set it to the "
        "end of the training period where later months are kept for testing.",
    )
