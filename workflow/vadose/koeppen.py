"""The five main climates of Koeppen and Geiger, from the mean year.

Source: Peel, Finlayson and McMahon (2007), Hydrol. Earth Syst. Sci. 11, 1633-1644, table 1.
"""

from enum import IntEnum

import numpy as np

APRIL_TO_SEPTEMBER = slice(3, 9)


class Climate(IntEnum):
    """Main climate; UNKNOWN where a month is missing."""

    UNKNOWN = -1
    A = 0
    B = 1
    C = 2
    D = 3
    E = 4


NAMES = {
    Climate.A: "tropical",
    Climate.B: "arid",
    Climate.C: "temperate",
    Climate.D: "cold",
    Climate.E: "polar",
}


def main_climate(t: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Classify mean years: codes of Climate, int8 [...].

    t in degC and p in mm/month, both [12, ...] from January to December.
    # ASSUME where it is both polar and arid it is polar, as in Kottek et al. (2006), Meteorol. Z.
    15, 259-263: cold limits plants there before drought does.
    """
    coldest, warmest = t.min(0), t.max(0)
    known = np.isfinite(t).all(0) & np.isfinite(p).all(0)
    arid = p.sum(0) < 10 * arid_threshold(t, p)
    return np.select(
        [~known, warmest < 10, arid, coldest >= 18, coldest > 0],
        [Climate.UNKNOWN, Climate.E, Climate.B, Climate.A, Climate.C],
        Climate.D,
    ).astype(np.int8)


def arid_threshold(t: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Give the precipitation (cm/year) below which a climate is arid, from t and p [12, ...].

    It is higher where rain falls in summer, which is the warmer of the half-years October to March
    and April to September; no latitude is needed.
    """
    from_april, total = p[APRIL_TO_SEPTEMBER].sum(0), p.sum(0)
    april_is_warm = t[APRIL_TO_SEPTEMBER].mean(0) >= t.mean(0)
    summer = np.where(april_is_warm, from_april, total - from_april)
    rainy = [summer >= 0.7 * total, total - summer >= 0.7 * total]
    return 2 * t.mean(0) + np.select(rainy, [28.0, 0.0], 14.0)
