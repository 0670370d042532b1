"""Attribute tables of CAMELS-US for basins of the planet, from their records as published.

Names, units and definitions follow Addor et al. (2017), Hydrol. Earth Syst. Sci. 21, 5293-5313.
Frequencies are days a year. What the planet does not have is NA.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vadose.planet.attributes import climate_indices, mean_spell, monthly_means
from vadose.planet.normals import DAYS_PER_YEAR

Array = NDArray[np.float64]

SEASONS = ("djf", "mam", "jja", "son")
FEWEST_DAYS = 365


def attribute_tables(
    table: pd.DataFrame, dates: pd.DatetimeIndex, seen: dict[str, Array]
) -> dict[str, pd.DataFrame]:
    """Give the seven tables by the word in their file name, one row a basin.

    `seen` holds Caravan's daily variables [day, basin] of the table's basins.
    """
    gauges = pd.DataFrame({"gauge_id": [f"{number:08d}" for number in table["number"]]})
    climate, flow = [], []
    for basin in range(len(table)):
        p, t, pet, q = (
            seen[name][:, basin]
            for name in (
                "total_precipitation_sum",
                "temperature_2m_mean",
                "potential_evaporation_sum_FAO_PENMAN_MONTEITH",
                "streamflow",
            )
        )
        climate.append(climate_attributes(p, t, pet, dates))
        flow.append(flow_signatures(p, q, dates))
    groups = _ground_tables(table) | {"clim": pd.DataFrame(climate), "hydro": pd.DataFrame(flow)}
    return {
        name: pd.concat([gauges, group.reset_index(drop=True)], axis=1)
        for name, group in groups.items()
    }


def huc(number: int) -> str:
    """The two digits of the hydrologic unit that a basin is sorted into, 01 to 18."""
    return f"{(number - 1) % 18 + 1:02d}"


def climate_attributes(
    p: Array, t: Array, pet: Array, dates: pd.DatetimeIndex
) -> dict[str, float | str]:
    """The climate of one basin from daily rain, PET (mm/d) and temperature (degC)."""
    months = dates.month.to_numpy().astype(np.float64)
    found = climate_indices(p, {"X": pet}, t, months)
    quarter = (dates.month.to_numpy() % 12) // 3
    values: dict[str, float | str] = {
        "p_mean": found["p_mean"],
        "pet_mean": found["pet_mean_X"],
        "p_seasonality": rain_seasonality(monthly_means(p, months), monthly_means(t, months)),
        "frac_snow": float(p[t < 0.0].sum() / p.sum()),
        "aridity": found["aridity_X"],
    }
    for name, days in (("high", p >= 5.0 * p.mean()), ("low", p < 1.0)):
        values[f"{name}_prec_freq"] = DAYS_PER_YEAR * float(days.mean())
        values[f"{name}_prec_dur"] = mean_spell(days)
        of_seasons = np.bincount(quarter[days], minlength=4)
        values[f"{name}_prec_timing"] = SEASONS[int(of_seasons.argmax())] if days.any() else np.nan
    return values


def rain_seasonality(p: Array, t: Array) -> float:
    """Rain in phase with warmth (above 0) or against it (below), from the twelve mean months.

    The relative amplitude of the year's sine of rain times the cosine of its distance in time
    from that of temperature. NaN for less than a year. Source: Woods (2009), Adv. Water Resour. 32.
    """
    if len(p) < 12:
        return float("nan")
    turn = np.exp(-2j * np.pi * np.arange(12) / 12.0)
    rain, warmth = 2.0 * (p * turn).mean() / p.mean(), (t * turn).mean()
    return float(abs(rain) * np.cos(np.angle(rain) - np.angle(warmth)))


def flow_signatures(p: Array, q: Array, dates: pd.DatetimeIndex) -> dict[str, float]:
    """Signatures of one basin's runoff (mm/d) on days that have it; NaN for less than a year."""
    known = np.isfinite(q)
    names = "q_mean runoff_ratio slope_fdc baseflow_index stream_elas q5 q95 high_q_freq high_q_dur"
    names += " low_q_freq low_q_dur zero_q_freq hfd_mean"
    if known.sum() < FEWEST_DAYS:
        return dict.fromkeys(names.split(), float("nan"))
    rain, flow, days = p[known], q[known], dates[known]
    high, low = flow > 9.0 * np.median(flow), flow < 0.2 * flow.mean()
    upper, lower = np.maximum(np.quantile(flow, [0.67, 0.34]), 1e-6)
    return {
        "q_mean": float(flow.mean()),
        "runoff_ratio": float(flow.mean() / rain.mean()),
        "slope_fdc": float(np.log(upper / lower) / (0.66 - 0.33)),
        "baseflow_index": baseflow_index(flow),
        "stream_elas": elasticity(rain, flow, days),
        "q5": float(np.quantile(flow, 0.05)),
        "q95": float(np.quantile(flow, 0.95)),
        "high_q_freq": DAYS_PER_YEAR * float(high.mean()),
        "high_q_dur": mean_spell(high),
        "low_q_freq": DAYS_PER_YEAR * float(low.mean()),
        "low_q_dur": mean_spell(low),
        "zero_q_freq": float((flow == 0.0).mean()),
        "hfd_mean": half_flow_day(flow, days),
    }


def baseflow_index(q: Array) -> float:
    """Share of runoff that flows steadily, by a digital filter run forward once (0.925).

    Source: Ladson et al. (2013), Australas. J. Water Resour. 17.
    """
    quick, total = 0.0, 0.0
    for before, now in zip(q[:-1].tolist(), q[1:].tolist(), strict=True):
        quick = 0.925 * quick + 0.5 * (1.0 + 0.925) * (now - before)
        total += now - max(quick, 0.0)
    return total / max(float(q[1:].sum()), 1e-9)


def elasticity(p: Array, q: Array, dates: pd.DatetimeIndex) -> float:
    """How many per cent a year's runoff changes with one per cent of rain, median of the years.

    Source: Sankarasubramanian et al. (2001), Water Resour. Res. 37.
    """
    years = dates.year.to_numpy()
    rain, flow = (np.array([s[years == y].mean() for y in np.unique(years)]) for s in (p, q))
    change = rain - p.mean()
    if not (np.abs(change) > 1e-9).all() or q.mean() <= 0.0:
        return float("nan")
    return float(np.median((flow - q.mean()) / change) * p.mean() / q.mean())


def half_flow_day(q: Array, dates: pd.DatetimeIndex) -> float:
    """Day of the water year (from October) by which half of its runoff has passed, on average."""
    water_year = (dates.year + (dates.month >= 10)).to_numpy()
    found = []
    for year in np.unique(water_year):
        days = dates[water_year == year]
        passed = np.cumsum(q[water_year == year])
        if passed[-1] > 0.0:
            half = days[int(np.searchsorted(passed, 0.5 * passed[-1]))]
            found.append((half - pd.Timestamp(year - 1, 9, 30)).days)
    return float(np.mean(found)) if found else float("nan")


def _ground_tables(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Names, place, soil, rock and plants.

    # ASSUME soil hydraulics by texture (Cosby et al. 1984), sandstone below, and leaves by forest.
    """
    number, sand, area = table["number"], table["sand"], table["area"]
    tables: dict[str, dict[str, object]] = {
        "name": {
            "huc_02": [huc(n) for n in number],
            "gauge_name": [f"Gauge {n} of the planet" for n in number],
        },
        "topo": {
            "gauge_lat": table["lat"].round(5),
            "gauge_lon": table["lon"].round(5),
            "elev_mean": table["elevation"].round(2),
            "slope_mean": 1000.0 * np.tan(np.radians(table["slope"])),
            "area_gages2": area.round(2),
            "area_geospa_fabric": area.round(2),
        },
        "soil": _soil(table),
        "geol": {
            "geol_1st_class": "Siliciclastic sedimentary rocks",
            "glim_1st_class_frac": 1.0,
            "geol_2nd_class": np.nan,
            "glim_2nd_class_frac": 0.0,
            "carbonate_rocks_frac": 0.0,
            "geol_porostiy": 0.05 + 0.0015 * sand,
            "geol_permeability": -15.0 + 0.025 * sand,
        },
        "vege": _plants(table["forest"] / 100.0),
    }
    return {name: pd.DataFrame(columns, index=table.index) for name, columns in tables.items()}


def _soil(table: pd.DataFrame) -> dict[str, object]:
    """Soil by its texture and the slope."""
    clay, sand = table["clay"], table["sand"]
    porosity = (50.5 - 0.142 * sand - 0.037 * clay) / 100.0
    depth = 0.4 + 1.1 * np.exp(-table["slope"] / 12.0)
    return {
        "soil_depth_pelletier": 6.0 * depth,
        "soil_depth_statsgo": depth,
        "soil_porosity": porosity,
        "soil_conductivity": 2.54 * 10.0 ** (-0.6 + 0.0126 * sand - 0.0064 * clay),
        "max_water_content": porosity * depth,
        "sand_frac": sand,
        "silt_frac": table["silt"],
        "clay_frac": clay,
        "water_frac": 0.0,
        "organic_frac": 0.0,
        "other_frac": 0.0,
    }


def _plants(forest: pd.Series) -> dict[str, object]:
    """Plants by the share of forest, from 0 to 1."""
    leaves = 0.7 + 4.3 * forest
    return {
        "frac_forest": forest,
        "lai_max": leaves,
        "lai_diff": 0.75 * leaves,
        "gvf_max": 0.35 + 0.55 * forest,
        "gvf_diff": 0.15 + 0.3 * forest,
        "dom_land_cover_frac": np.maximum(forest, 1.0 - forest),
        "dom_land_cover": np.where(forest > 0.5, "    Mixed Forests", "    Grasslands"),
        "root_depth_50": 0.17 + 0.05 * forest,
        "root_depth_99": 1.5 + 0.6 * forest,
    }
