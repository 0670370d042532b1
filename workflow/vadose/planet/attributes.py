"""Attribute tables of the miniature planet: Caravan's climate indices and a part of HydroATLAS."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


def climate_indices(p: Array, pets: dict[str, Array], t: Array, months: Array) -> dict[str, float]:
    """Caravan's climate indices of one basin from its daily series (mm/d, degC), [day].

    `pets` maps the endings of the column names (ERA5_LAND, FAO_PM) to the two PET series and
    `months` gives the month 1-12 of each day. Seasonal indices rest on mean months.
    Source: Kratzert et al. (2023), Sci. Data 10, 61; Knoben et al. (2018), Water Resour. Res. 54.
    """
    p_months, t_months = monthly_means(p, months), monthly_means(t, months)
    p_mean = float(p.mean())
    indices = {"p_mean": p_mean}
    indices |= {f"pet_mean_{kind}": float(pet.mean()) for kind, pet in pets.items()}
    indices |= {f"aridity_{kind}": float(pet.mean()) / p_mean for kind, pet in pets.items()}
    indices["frac_snow"] = float(p_months[t_months < 0.0].sum() / p_months.sum())
    for kind, pet in pets.items():
        moisture = moisture_of_months(p_months, monthly_means(pet, months))
        indices[f"moisture_index_{kind}"] = float(moisture.mean())
        indices[f"seasonality_{kind}"] = float(moisture.max() - moisture.min())
    for name, days in (("high_prec", p >= 5.0 * p_mean), ("low_prec", p < 1.0)):
        indices[f"{name}_freq"] = float(days.mean())
        indices[f"{name}_dur"] = mean_spell(days)
    return indices


def monthly_means(series: Array, months: Array) -> Array:
    """Mean of each calendar month that occurs in the record."""
    return np.array([series[months == month].mean() for month in np.unique(months)])


def moisture_of_months(p: Array, pet: Array) -> Array:
    """Moisture index of each month: 1 - PET/P where rain wins, P/PET - 1 where demand wins."""
    larger = np.maximum(np.maximum(p, pet), 1e-9)
    return (p - pet) / larger


def mean_spell(days: NDArray[np.bool_]) -> float:
    """Mean length (d) of unbroken runs of true days; 0 without any."""
    starts = np.count_nonzero(days[1:] & ~days[:-1]) + int(days[0])
    return float(np.count_nonzero(days)) / starts if starts else 0.0


def hydroatlas_table(table: pd.DataFrame) -> pd.DataFrame:
    """Twenty of HydroATLAS' attributes under their real names and in their real units.

    Elevation `ele_mt_*` m; slope `slp_dg_sav` tenths of a degree; `cly`, `snd`, `slt` soil
    texture, `for`, `crp`, `pst` land cover, `snw_pc_syr` snow cover, `swc_pc_syr` soil water, all
    %; temperature `tmp_dc_*` tenths of degC; `pre`, `pet`, `aet`, `run` mm/yr; `ari_ix_sav`
    100 P / PET; `cmi_ix_syr` climate moisture index in %. They are long-term normals, free of
    weather. Source: Linke et al. (2019), Sci. Data 6, 283.
    # ASSUME evaporation of the normals by Turc-Pike, as an independent global product would have.
    """
    p, pet, ground = table["p_year"], table["pet_year"], table["elevation"]
    relief = 40.0 * table["slope"]
    aet = p / (1.0 + (p / pet) ** 2) ** 0.5
    columns = {
        "gauge_id": table["gauge_id"],
        "ele_mt_sav": ground,
        "ele_mt_smn": (ground - relief).clip(lower=0.0),
        "ele_mt_smx": ground + 1.5 * relief,
        "slp_dg_sav": 10.0 * table["slope"],
        "cly_pc_sav": table["clay"],
        "snd_pc_sav": table["sand"],
        "slt_pc_sav": table["silt"],
        "for_pc_sse": table["forest"],
        "crp_pc_sse": table["crop"],
        "pst_pc_sse": table["pasture"],
        "snw_pc_syr": 100.0 * table["snow_share"],
        "swc_pc_syr": 100.0 * aet / pet,
        "tmp_dc_syr": 10.0 * table["t_mean"],
        "tmp_dc_smn": 10.0 * table["t_coldest"],
        "tmp_dc_smx": 10.0 * table["t_warmest"],
        "pre_mm_syr": p,
        "pet_mm_syr": pet,
        "aet_mm_syr": aet,
        "run_mm_syr": p - aet,
        "ari_ix_sav": 100.0 * p / pet,
        "cmi_ix_syr": 100.0 * moisture_of_months(p.to_numpy(), pet.to_numpy()),
    }
    return pd.DataFrame(columns).round(3)
