"""ERA5 and ERA5-Land monthly means from the climate data store.

A reply is a netCDF file or, whatever was asked for, a ZIP of several: instantaneous fields
(`stepType-avgua`) and accumulated ones (`stepType-avgad`), whose times may differ by hours within
the same month. Both the naming of today (valid_time, expver, number) and that of before 2024 (time
in hours since 1900, packed integers) are read. Accumulated fields are metres per DAY even as
monthly means; evaporation is negative.
"""

import tempfile
import zipfile
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import xarray as xr

from vadose.errors import InputError
from vadose.sources import members
from vadose.sources.canonical import (
    ADVICE,
    ZIP_MAGIC,
    Extent,
    check_units,
    describe,
    open_source,
    per_month,
    to_canonical_grid,
    to_months,
)

METRES = ("m", "m of water equivalent", "m day**-1", "m d-1")
VOLUME = ("m**3 m**-3", "m3 m-3")
NOT_A_DEMAND = (
    "not usable as the demand of a water balance: several times any plausible value (open water "
    "under dry air); use Penman-Monteith or Oudin"
)


class Field(NamedTuple):
    """How a field of the store becomes a canonical one: factor to mm (or mm/day) and offset."""

    short: str
    units: tuple[str, ...]
    canonical_units: str
    long_name: str
    factor: float = 1
    offset: float = 0
    comment: str = ""


FIELDS = {
    "p": Field("tp", METRES, "mm/month", "precipitation", 1000),
    "t": Field("t2m", ("K",), "degC", "air temperature at 2 m", 1, -273.15),
    "pet_reanalysis": Field(
        "pev", METRES, "mm/month", "potential evaporation of the reanalysis", -1000, 0, NOT_A_DEMAND
    ),
    "et": Field("e", METRES, "mm/month", "evapotranspiration", -1000),
    "q": Field("ro", METRES, "mm/month", "runoff", 1000),
    "swe": Field("sd", METRES, "mm", "snow water equivalent", 1000),
} | {
    f"swvl{i}": Field(f"swvl{i}", VOLUME, "m3 m-3", f"volumetric soil water {depth}")
    for i, depth in enumerate(("0-7 cm", "7-28 cm", "28-100 cm", "100-289 cm"), 1)
}


def read_era5_monthly(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read replies of the climate data store as one dataset of monthly fields.

    The replies may hold different variables and different months of the same grid. Gives those of
    p, pet_reanalysis, et, q (mm/month), t (degC), swe (mm), swvl1..4 (m3 m-3) that they have;
    evaporation is positive upward. Cells of the sea are missing in ERA5-Land. Raises InputError
    for a reply that is no data, units not known, grids that differ or months given twice.
    """
    if not paths:
        raise InputError("no reply of the climate data store is given")
    parts = [part for path in paths for part in _read_reply(path, extent)]
    for part in parts[1:]:
        for axis in ("lat", "lon"):
            if not part[axis].equals(parts[0][axis]):
                raise InputError(
                    f"{part.encoding['source']} and {parts[0].encoding['source']} are on "
                    f"different grids (their {axis} differs): read ERA5 and ERA5-Land apart"
                )
    return reduce(_join, parts)


def _join(left: xr.Dataset, right: xr.Dataset) -> xr.Dataset:
    shared = [name for name in right.data_vars if name in left.data_vars]
    twice = left["time"].to_index().intersection(right["time"].to_index())
    if shared and len(twice):
        raise InputError(
            f"{right.encoding['source']}: {', '.join(map(str, shared))} of {twice[0]:%Y-%m} is in "
            "another reply too: give each month once"
        )
    return xr.merge(
        [left, right], join="outer", compat="no_conflicts", combine_attrs="override"
    ).sortby("time")


def _read_reply(path: Path, extent: Extent | None) -> list[xr.Dataset]:
    """Read a netCDF file, or each member of a ZIP."""
    try:
        with path.open("rb") as file:
            zipped = file.read(4) == ZIP_MAGIC
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; {ADVICE}") from error
    if not zipped:
        return [_read_netcdf(path, path, extent)]
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                names = sorted(n for n in archive.namelist() if n.endswith(".nc"))
                files = [Path(archive.extract(name, folder)) for name in names]
        except (OSError, EOFError, *members.DAMAGE) as error:
            raise InputError(f"{path} cannot be unpacked ({error}); {ADVICE}") from error
        if not files:
            raise InputError(f"{path} is a ZIP without a netCDF file; {ADVICE}")
        return [_read_netcdf(file, path, extent) for file in files]


def _read_netcdf(file: Path, reply: Path, extent: Extent | None) -> xr.Dataset:
    name = reply if file == reply else reply / file.name
    with open_source(file) as raw:
        found = {key: f for key, f in FIELDS.items() if f.short in raw.data_vars}
        if not found:
            raise InputError(
                f"{name} has none of {', '.join(f.short for f in FIELDS.values())} (it has "
                f"{', '.join(map(str, raw.data_vars))}): is it a monthly reply of ERA5?"
            )
        for f in found.values():
            check_units(raw[f.short], name, *f.units)
        data = _plain_axes(raw[[f.short for f in found.values()]])
        data = to_canonical_grid(to_months(data, name), extent)
        out = xr.Dataset({key: _convert(data[f.short], f) for key, f in found.items()}).load()
    out.attrs = {"source": "ERA5"}
    out.encoding["source"] = str(name)
    return out


def _plain_axes(data: xr.Dataset) -> xr.Dataset:
    """Bring both namings to (time, latitude, longitude); final data go before preliminary ones."""
    if "valid_time" in data.variables:
        if "time" in data.variables:
            data = data.drop_vars("time")
        data = data.rename(valid_time="time")
    if "number" in data.dims:
        data = data.isel(number=0)
    if "expver" in data.dims:
        # ASSUME expver sorts final (1, 0001) before preliminary (5, 0005).
        versions = data.sortby("expver")
        data = reduce(
            lambda final, more: final.fillna(more),
            [versions.isel(expver=i, drop=True) for i in range(versions.sizes["expver"])],
        )
    if "time" in data.variables and "time" not in data.dims:
        data = data.expand_dims("time")
    return data.drop_vars([n for n in ("number", "expver") if n in data.variables])


def _convert(array: xr.DataArray, field: Field) -> xr.DataArray:
    flux = field.canonical_units == "mm/month"
    out = per_month(array, field.factor) if flux else array * field.factor + field.offset
    if field.short in ("tp", "ro", "sd"):
        out = out.clip(min=0)  # packing leaves tiny negative amounts
    notes = {"comment": field.comment} if field.comment else {}
    return describe(out, field.canonical_units, field.long_name, **notes)
