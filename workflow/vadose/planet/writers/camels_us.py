"""Write some of the planet's basins as CAMELS-US gives its own: text, one line a day.

    camels_us/basin_dataset_public_v1p2/basin_mean_forcing/<product>/<huc>/<id>_lump_*.txt
    camels_us/basin_dataset_public_v1p2/usgs_streamflow/<huc>/<id>_streamflow_qc.txt
    camels_us/camels_{clim,geol,hydro,name,soil,topo,vege}.txt

Sources of the layout: Newman et al. (2015), Addor et al. (2017).
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vadose.planet.sun import extraterrestrial, saturation_pressure
from vadose.planet.writers.camels_us_tables import attribute_tables, huc
from vadose.planet.writers.files import whole

Array = NDArray[np.float64]

BASINS = 10
TREE = "basin_dataset_public_v1p2"
DAYMET_NAMES = ("dayl(s)", "prcp(mm/day)", "srad(W/m2)", "swe(mm)", "tmax(C)", "tmin(C)", "vp(Pa)")
CAPITAL_NAMES = ("Dayl(s)", "PRCP(mm/day)", "SRAD(W/m2)", "SWE(mm)", "Tmax(C)", "Tmin(C)", "Vp(Pa)")
# ASSUME bare ground throws back this share of the sun.
ALBEDO = 0.18
MM3_IN_CUBIC_FOOT = 28316846.592


class Product(NamedTuple):
    """How a forcing product looks: word in the file name, columns, blanks between the first ones.

    `rain` is its bias; `mean_only` repeats the mean temperature as lowest and highest; `plain`
    numbers have no padding.
    """

    word: str
    names: tuple[str, ...]
    blank: str
    rain: float
    mean_only: bool
    plain: bool


PRODUCTS = {
    "daymet": Product("cida", DAYMET_NAMES, " ", 1.0, False, False),
    "maurer": Product("maurer", CAPITAL_NAMES, "\t", 0.98, True, False),
    "maurer_extended": Product("maurer", DAYMET_NAMES, "\t", 0.98, False, True),
    "nldas": Product("nldas", CAPITAL_NAMES, "\t", 0.95, True, False),
}


def write_camels_us(
    folder: Path, table: pd.DataFrame, dates: pd.DatetimeIndex, seen: dict[str, Array]
) -> None:
    """Write the tree `camels_us` under `folder` for the first ten basins.

    `table` is that of `basins.draw_basins`, `seen` holds Caravan's daily variables by name, each
    [day, basin] in the table's order.
    """
    few = table.head(BASINS)
    seen = {name: values[:, : len(few)] for name, values in seen.items()}
    root = folder / "camels_us"
    forcing = _forcing(few, dates, seen)
    starts = {plain: _line_starts(dates, plain) for plain in (False, True)}
    for basin, (number, area) in enumerate(zip(few["number"], few["area"], strict=True)):
        gauge, region = f"{number:08d}", huc(number)
        head = _head(few.iloc[basin])
        for name, product in PRODUCTS.items():
            values = np.stack([series[:, basin] for series in forcing[product.mean_only]], axis=1)
            values[:, 1] *= product.rain
            place = root / TREE / "basin_mean_forcing" / name / region
            path = place / f"{gauge}_lump_{product.word}_forcing_leap.txt"
            _write_text(path, head + _table_text(product, starts[product.plain], values))
        flow = seen["streamflow"][:, basin]
        path = root / TREE / "usgs_streamflow" / region / f"{gauge}_streamflow_qc.txt"
        _write_text(path, _flow_text(gauge, dates, flow, square_metres(area)))
    for group, attributes in attribute_tables(few, dates, seen).items():
        with whole(root / f"camels_{group}.txt") as part:
            attributes.to_csv(part, sep=";", na_rep="NA", index=False)


def square_metres(area: float) -> int:
    """A basin's area (km2) as the heads of the forcing files give it."""
    return round(area * 1e6)


def _forcing(
    table: pd.DataFrame, dates: pd.DatetimeIndex, seen: dict[str, Array]
) -> dict[bool, list[Array]]:
    """The seven columns, each [day, basin], with the range of temperature and (True) without."""
    doy = dates.day_of_year.to_numpy().astype(np.float64)
    _, hours = extraterrestrial(table["lat"].to_numpy(), doy)
    sun = seen["surface_net_solar_radiation_mean"] / (1.0 - ALBEDO)
    mean = seen["temperature_2m_mean"]
    before = [
        3600.0 * hours,
        seen["total_precipitation_sum"],
        sun * 24.0 / np.maximum(hours, 1.0),
        seen["snow_depth_water_equivalent_mean"],
    ]
    vapour = 1000.0 * saturation_pressure(seen["dewpoint_temperature_2m_mean"])
    ranges = {True: (mean, mean), False: tuple(seen[f"temperature_2m_{k}"] for k in ("max", "min"))}
    return {mean_only: [*before, *pair, vapour] for mean_only, pair in ranges.items()}


def _head(row: pd.Series) -> str:
    """Latitude (degrees), elevation (m) and area (m2), one line each."""
    return f"{row['lat']:7.2f}\n{row['elevation']:7.2f}\n{square_metres(row['area']):10d}\n"


def _line_starts(dates: pd.DatetimeIndex, plain: bool) -> list[str]:
    """Year, month, day and hour of each line."""
    if plain:
        return [f"{d.year}\t{d.month}\t{d.day}\t12\t" for d in dates]
    return list(dates.strftime("%Y %m %d 12\t"))


def _table_text(product: Product, starts: list[str], values: Array) -> str:
    """The line of names and one line a day; all numbers are formatted in one go."""
    date_blank = "\t" if product.plain else " "
    names = date_blank.join(("Year", "Mnth", "Day", "Hr")) + product.blank
    number = "%r" if product.plain else "%.2f"
    end = "\t".join([number] * values.shape[1]) + "\n"
    template = "".join(start + end for start in starts)
    lines = template % tuple(np.round(values, 2).ravel().tolist())
    return names + product.blank.join(product.names) + "\n" + lines


def _flow_text(gauge: str, dates: pd.DatetimeIndex, flow: Array, area: int) -> str:
    """One line a day: gauge, date, cubic feet per second, and A (approved) or M (missing)."""
    cubic_feet = flow * area * 1e6 / (MM3_IN_CUBIC_FOOT * 86400.0)
    missing = np.isnan(flow)
    flags = np.where(missing, "M", "A").tolist()
    numbers = np.where(missing, -999.0, cubic_feet).tolist()
    lines = zip(dates.strftime("%Y %m %d"), numbers, flags, strict=True)
    return "".join(f"{gauge} {day} {number:8.2f} {flag}\n" for day, number, flag in lines)


def _write_text(path: Path, text: str) -> None:
    with whole(path) as part:
        part.write_text(text, encoding="ascii")
