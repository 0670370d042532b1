"""Other gridded files: CRU TS, GPCC, soil and topography, and the daily grids that drive mHM.

CRU TS and GPCC give monthly precipitation and temperature without an account.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import xarray as xr

from vadose.errors import InputError
from vadose.sources.canonical import (
    Extent,
    check_units,
    describe,
    open_source,
    per_month,
    read_in_order,
    require,
    to_canonical_grid,
    to_days,
    to_months,
    without_fills,
)


class Field(NamedTuple):
    """A variable of a provider: its spellings of the units, the canonical units and name."""

    name: str
    units: tuple[str, ...]
    canonical_units: str
    long_name: str


CRU = {
    "p": Field("pre", ("mm/month",), "mm/month", "precipitation"),
    "t": Field("tmp", ("degrees Celsius",), "degC", "air temperature"),
    "pet": Field("pet", ("mm/day",), "mm/month", "potential evapotranspiration"),
}
GPCC = Field("precip", ("mm", "mm/month"), "mm/month", "precipitation")
STATIC = {
    "awc": Field("awc", ("mm m-1",), "mm m-1", "available water per depth of soil"),
    "ksat": Field("ksat", ("m.s-1", "m s-1"), "m s-1", "saturated hydraulic conductivity"),
    "canopy_height": Field("canopy_height", ("m",), "m", "height of the canopy"),
    "topographic_index": Field("topographic_index", ("1",), "1", "topographic index"),
    "soil_albedo": Field("soil_albedo", ("1",), "1", "albedo of the soil"),
    "land_mask": Field("land_mask", ("1",), "1", "1 on land, 0 on the sea"),
    "flow_accumulation": Field("flow_accumulation", ("1",), "1", "cells that drain through"),
}
MHM = {
    "p": Field("pre", ("mm d-1", "mm/d"), "mm/day", "precipitation"),
    "pet": Field("pet", ("mm d-1", "mm/d"), "mm/day", "potential evapotranspiration"),
    "t": Field("tavg", ("degC", "C"), "degC", "air temperature"),
}


def read_cru(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read CRU TS: p, pet (mm/month) and t (degC), whichever the files hold, (time, lat, lon).

    One file holds one variable over a period; its own potential evapotranspiration is mm per day.
    Raises InputError for other variables or units, or grids and months that differ.
    """
    parts = {}
    for path in paths:
        with open_source(path) as raw:
            name = next((n for n, field in CRU.items() if field.name in raw), None)
            if name is None:
                require(raw, tuple(f.name for f in CRU.values()), path, "CRU TS")
            else:
                if name in parts:
                    raise InputError(f"{path}: {CRU[name].name} is in another file too")
                parts[name] = _read_monthly(raw, CRU[name], path, extent)
    return _together(parts, "CRU TS", ", ".join(path.name for path in paths))


def read_gpcc(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read GPCC's full data: monthly precipitation p (time, lat, lon) in mm/month."""

    def read(path: Path) -> xr.Dataset:
        with open_source(path) as raw:
            p = _read_monthly(raw, GPCC, path, extent)
        return xr.Dataset({"p": p}, attrs={"source": "GPCC"})

    return read_in_order(paths, read)


def _read_monthly(raw: xr.Dataset, field: Field, path: Path, extent: Extent | None) -> xr.DataArray:
    require(raw, (field.name, "time"), path, "monthly fields")
    check_units(raw[field.name], path, *field.units)
    data = to_canonical_grid(to_months(raw[[field.name]], path), extent)
    values = without_fills(data[field.name])
    if field.units == ("mm/day",):
        values = per_month(values)
    return describe(values, field.canonical_units, field.long_name).load()


def read_static(path: Path, extent: Extent | None = None) -> xr.Dataset:
    """Read soil and topography on 0.5 degrees (lat, lon), those of the known fields that it has.

    awc (mm of water per m of soil, HWSD), ksat (m s-1), canopy_height (m, Simard et al. 2011),
    topographic_index (Marthews et al. 2015), soil_albedo, land_mask, flow_accumulation.
    """
    with open_source(path) as raw:
        found = {name: field for name, field in STATIC.items() if field.name in raw}
        if not found:
            require(raw, tuple(STATIC), path, "soil and topography")
        for field in found.values():
            check_units(raw[field.name], path, *field.units)
        data = to_canonical_grid(raw[list(found)], extent)
        fields = {
            name: describe(without_fills(data[name]), f.canonical_units, f.long_name)
            for name, f in found.items()
        }
        return xr.Dataset(fields, attrs={"source": "soil and topography"}).load()


def read_mhm_forcing(folder: Path) -> xr.Dataset:
    """Read the daily forcing of an mHM set-up: p, pet (mm/day), t (degC), dims (time, y, x).

    The files pre.nc, pet.nc and tavg.nc are on a projected grid in metres, y from north to south;
    lat and lon (y, x) tell where its cells are.
    """
    fields = {}
    for name, field in MHM.items():
        path = folder / f"{field.name}.nc"
        with open_source(path) as raw:
            require(raw, (field.name, "time", "lat", "lon", "xc", "yc"), path, "an mHM forcing")
            check_units(raw[field.name], path, *field.units)
            data = _upright(to_days(raw[[field.name]], path).rename(yc="y", xc="x"))
            array = without_fills(data[field.name]).transpose("time", "y", "x")
            fields[name] = describe(array, field.canonical_units, field.long_name).load()
    return _together(fields, "mHM forcing", str(folder))


def _upright(data: xr.Dataset) -> xr.Dataset:
    """Turn latitudes and longitudes over where they run against y.

    The published test basin has them from south to north beside data from north to south: its
    temperature follows the elevation (r -0.90) as stored, and not (r -0.10) turned over.
    """
    lat = data["lat"].transpose("y", "x").values
    if (data["y"].values[-1] > data["y"].values[0]) == (lat[-1, 0] > lat[0, 0]):
        return data
    turned = {
        name: (("y", "x"), data[name].transpose("y", "x").values[::-1], data[name].attrs)
        for name in ("lat", "lon")
    }
    return data.assign_coords(turned)


def _together(fields: dict[str, xr.DataArray], source: str, place: str) -> xr.Dataset:
    """Join fields on one grid; InputError where their axes differ."""
    try:
        out = xr.merge(
            [array.to_dataset(name=name) for name, array in fields.items()],
            join="exact",
            compat="equals",
        )
    except ValueError as error:
        raise InputError(f"{place}: the files have different grids or times: {error}") from error
    return out.assign_attrs(source=source)
