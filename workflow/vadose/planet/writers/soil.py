"""Write the planet's soil as the Harmonized World Soil Database, version 2, holds it.

`HWSD2.bil` with `HWSD2.hdr` is a raster of soil mapping units (16 bits, from north to south);
`HWSD2.sqlite` tells in `HWSD2_LAYERS` which soils a unit has, with which share, and what each is
like in seven layers.
"""

import sqlite3
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vadose.planet.world import World
from vadose.planet.writers.files import Array, raster_edges, whole

NO_UNIT = 65535
DEPTHS = (0, 20, 40, 60, 80, 100, 150, 200)  # cm
# Mapping units join cells alike: steps of clay and sand (%) and of soil depth (m).
TEXTURE_STEP, DEPTH_STEP = 2.0, 0.25
# Share (%) of the two soils of a unit and what they have more of clay than its mean; the second
# balances the first.
SOILS = ((60, 2.0), (40, -3.0))
COLUMNS = {
    "ID": "INTEGER PRIMARY KEY",
    "HWSD2_SMU_ID": "INTEGER",
    "SEQUENCE": "INTEGER",
    "SHARE": "INTEGER",
    "ROOT_DEPTH": "INTEGER",
    "AWC": "INTEGER",
    "LAYER": "TEXT",
    "TOPDEP": "INTEGER",
    "BOTDEP": "INTEGER",
    "COARSE": "INTEGER",
    "SAND": "REAL",
    "SILT": "REAL",
    "CLAY": "REAL",
    "BULK": "REAL",
    "REF_BULK": "REAL",
    "ORG_CARBON": "REAL",
    "PH_WATER": "REAL",
}


def write_hwsd(folder: Path, world: World) -> None:
    """Write the raster of mapping units and the database of their soils.

    A unit has the mean clay, sand (%) and soil depth of its cells, rounded, so that the soils of
    a cell, weighted by their shares, give its texture back within half a step. Raises ValueError
    where the planet has more soils than the raster can number.
    """
    raster, units = mapping_units(world)
    if len(units) >= NO_UNIT:
        raise ValueError(f"the planet has {len(units)} soils, the raster holds {NO_UNIT - 1}")
    with whole(folder / "HWSD2.bil") as part:
        part.write_bytes(raster[::-1].astype("<u2").tobytes())
    with whole(folder / "HWSD2.hdr") as part:
        part.write_text(header(world), encoding="ascii")
    with whole(folder / "HWSD2.sqlite") as part:
        part.unlink(missing_ok=True)
        _write_database(part, units)


def mapping_units(world: World) -> tuple[NDArray[np.int64], Array]:
    """Number the soils from 1 [lat, lon] and give clay, sand and depth of each [unit, 3]."""
    soil = np.stack([world.static[name] for name in ("clay", "sand", "soil_depth")], axis=-1)
    steps = np.array([TEXTURE_STEP, TEXTURE_STEP, DEPTH_STEP])
    units, numbers = np.unique(np.rint(soil[world.land] / steps), axis=0, return_inverse=True)
    raster = np.full(world.land.shape, NO_UNIT)
    raster[world.land] = numbers.ravel() + 1
    return raster, units * steps


def header(world: World) -> str:
    """Tell size, place and number format of the raster; the corner is the cell's centre."""
    west, north, width, height = raster_edges(world.lat, world.lon)
    rows, columns = world.land.shape
    fields = {
        "BYTEORDER": "I",
        "LAYOUT": "BIL",
        "NROWS": rows,
        "NCOLS": columns,
        "NBANDS": 1,
        "NBITS": 16,
        "BANDROWBYTES": 2 * columns,
        "TOTALROWBYTES": 2 * columns,
        "PIXELTYPE": "UNSIGNEDINT",
        "ULXMAP": west + width / 2,
        "ULYMAP": north - height / 2,
        "XDIM": width,
        "YDIM": height,
        "NODATA": NO_UNIT,
    }
    return "".join(f"{name:<14}{value}\n" for name, value in fields.items())


def _write_database(path: Path, units: Array) -> None:
    """The table of layers, one row a unit, soil and layer."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    places = ", ".join("?" * len(COLUMNS))
    rows = [
        row
        for sequence, (share, more_clay) in enumerate(SOILS, start=1)
        for top, bottom in pairwise(DEPTHS)
        for row in _rows(units, sequence, share, more_clay, top, bottom)
    ]
    rows.sort(key=lambda row: (row[0], row[1], row[6]))
    connection = sqlite3.connect(path)
    try:
        connection.execute(f"CREATE TABLE HWSD2_LAYERS ({columns})")
        numbered = ((number, *row) for number, row in enumerate(rows, start=1))
        connection.executemany(f"INSERT INTO HWSD2_LAYERS VALUES ({places})", numbered)
        connection.commit()
    finally:
        connection.close()


def _rows(
    units: Array, sequence: int, share: int, more_clay: float, top: int, bottom: int
) -> list[tuple[object, ...]]:
    """One layer of one soil of every unit, in the order of the columns after the first.

    # ASSUME density, carbon, acidity and water by simple functions of texture and depth.
    """
    clay, sand, depth = units.T
    # Clay is exchanged for sand as far as both last, in equal measure for both soils.
    room = np.minimum(np.minimum(clay, sand) / 3.0, 1.0)
    clay, sand = clay + room * more_clay, sand - room * more_clay
    silt = 100.0 - clay - sand
    middle = (top + bottom) / 200.0  # m
    bulk = 1.15 + 0.004 * sand + 0.1 * middle
    carbon = (0.5 + 0.03 * clay) * np.exp(-1.5 * middle)
    water = (0.05 + 0.0018 * silt + 0.0008 * clay) * np.minimum(depth, 1.0) * 1000.0
    values = {
        "HWSD2_SMU_ID": np.arange(1, len(units) + 1),
        "SEQUENCE": np.full(len(units), sequence),
        "SHARE": np.full(len(units), share),
        "ROOT_DEPTH": depth_class(depth),
        "AWC": np.rint(water).astype(np.int64),
        "LAYER": np.full(len(units), f"D{DEPTHS.index(bottom)}"),
        "TOPDEP": np.full(len(units), top),
        "BOTDEP": np.full(len(units), bottom),
        "COARSE": np.rint(5.0 + 15.0 * np.exp(-depth)).astype(np.int64),
        "SAND": np.round(sand, 3),
        "SILT": np.round(silt, 3),
        "CLAY": np.round(clay, 3),
        "BULK": np.round(bulk, 3),
        "REF_BULK": np.round(bulk + 0.15, 3),
        "ORG_CARBON": np.round(carbon, 3),
        "PH_WATER": np.round(5.2 + 0.02 * sand, 2),
    }
    return list(zip(*(values[name].tolist() for name in list(COLUMNS)[1:]), strict=True))


def depth_class(depth: Array) -> NDArray[np.int64]:
    """Give the database's class of rootable depth (m): 1 above 1 m, 2 to 0.5, 3 to 0.1, 4 less."""
    return np.asarray(4 - np.searchsorted([0.1, 0.5, 1.0], depth))
