"""Write the planet's reanalysis as the climate data store answers a request for ERA5-Land.

A reply is a ZIP under a netCDF name. Its two members hold instantaneous fields (`avgua`, valid at
0 h of the month's first day) and accumulated ones (`avgad`, at 6 h); these are metres per DAY, and
evaporation is negative. Latitudes descend, the sea is missing.
"""

import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vadose.planet.world import Seen, World
from vadose.planet.writers.files import (
    Array,
    add_axis,
    add_degrees,
    add_field,
    new_netcdf,
    whole,
    years_of,
)

# ASSUME this share of the runoff leaves over the surface.
SURFACE_SHARE = 0.35
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
DIMS = ("valid_time", "latitude", "longitude")


class Field(NamedTuple):
    """Units and name of a variable in the store."""

    units: str
    long_name: str
    standard_name: str = "unknown"


INSTANTANEOUS = {
    "t2m": Field("K", "2 metre temperature"),
    "sd": Field("m of water equivalent", "Snow depth water equivalent"),
    **{f"swvl{n}": Field("m**3 m**-3", f"Volumetric soil water layer {n}") for n in range(1, 5)},
}
ACCUMULATED = {
    "tp": Field("m", "Total precipitation"),
    "pev": Field("m", "Potential evaporation"),
    "e": Field("m of water equivalent", "Total Evaporation", "lwe_thickness_of_water_evaporation"),
    "ro": Field("m", "Runoff"),
    "sro": Field("m", "Surface runoff"),
}
STEPS = {"avgua": (INSTANTANEOUS, 0), "avgad": (ACCUMULATED, 6)}


def write_era5_land(folder: Path, world: World, seen: Seen) -> None:
    """Write one reply a year, `era5_land_monthly_{year}.nc`, each a ZIP of two netCDF files."""
    for year, places in years_of(world.months):
        months = world.months[places]
        values = {
            "avgua": instantaneous(seen, places),
            "avgad": accumulated(seen, places, months.days_in_month.to_numpy()),
        }
        with (
            tempfile.TemporaryDirectory() as temporary,
            whole(folder / f"era5_land_monthly_{year}.nc") as part,
            zipfile.ZipFile(part, "w") as reply,
        ):
            for step, fields in values.items():
                member = Path(temporary) / f"data_stream-moda_stepType-{step}.nc"
                _write_member(member, world, months, step, fields)
                reply.writestr(zipfile.ZipInfo(member.name, ZIP_DAY), member.read_bytes())


def instantaneous(seen: Seen, places: NDArray[np.int64]) -> dict[str, Array]:
    """State variables of some months in the store's units (K, m, m3/m3)."""
    water = {f"swvl{n}": layer[places] for n, layer in seen.soil_water.items()}
    return {"t2m": seen.t[places] + 273.15, "sd": seen.swe[places] / 1000.0} | water


def accumulated(seen: Seen, places: NDArray[np.int64], days: NDArray) -> dict[str, Array]:
    """Fluxes of some months in the store's metres per day, evaporation below zero."""
    per_day = 1.0 / (1000.0 * days[:, None, None])
    runoff = seen.q[places] * per_day
    return {
        "tp": seen.p[places] * per_day,
        "pev": -seen.pet_reanalysis[places] * per_day,
        "e": -seen.et_reanalysis[places] * per_day,
        "ro": runoff,
        "sro": SURFACE_SHARE * runoff,
    }


def _write_member(
    path: Path, world: World, months: pd.DatetimeIndex, step: str, values: dict[str, Array]
) -> None:
    """One member of a reply: all fields of one kind of step."""
    fields, hour = STEPS[step]
    epoch = pd.Timestamp("1970-01-01")
    seconds = (months + pd.Timedelta(hours=hour) - epoch) // pd.Timedelta(seconds=1)
    with new_netcdf(path, Conventions="CF-1.7", GRIB_centre="ecmf") as file:
        add_axis(
            file,
            "valid_time",
            seconds,
            "i8",
            long_name="time",
            standard_name="time",
            units="seconds since 1970-01-01",
            calendar="proleptic_gregorian",
        )
        add_degrees(file, world.lat[::-1], world.lon, names=("latitude", "longitude"))
        file["latitude"].stored_direction = "decreasing"
        number = file.createVariable("number", "i8", ())
        number.setncatts({"units": "1", "standard_name": "realization"})
        number[...] = 0
        expver = file.createVariable("expver", str, ("valid_time",))
        expver[:] = np.array(["0001"] * len(months), dtype=object)
        for name, field in fields.items():
            variable = add_field(
                file,
                name,
                "f4",
                DIMS,
                fill=np.float32(np.nan),
                **field._asdict(),
                GRIB_stepType=step,
                coordinates="number valid_time latitude longitude expver",
            )
            variable[:] = values[name][:, ::-1]
