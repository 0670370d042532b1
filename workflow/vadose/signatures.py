"""Signatures of streamflow: what a simulation gets wrong of its level, spread and duration curve.

`simulated` and `observed` have the same shape [..., time], in mm/day; every step where either is
missing is skipped, and a value that is not defined is NaN. A flow duration curve is the flows of
all steps in falling order, each series by itself, so that timing does not count.
"""

from typing import NamedTuple

import numpy as np
from scipy.signal import find_peaks

from vadose.metrics import FEWEST_STEPS

HIGH, LOW = 0.02, 0.3  # shares of the steps with the highest and the lowest flows
SLOPE = (0.2, 0.7)  # exceedance between which the slope of the curve is taken
# ASSUME less than a thousandth of a micrometre a day is as dry as none: a logarithm needs a floor.
LEAST_FLOW = 1e-6  # mm/day
APART = 100  # steps between floods that are looked at
WINDOW = 3  # steps on either side of a flood within which its simulation is looked for


class Curves(NamedTuple):
    """Duration curves [..., rank], missing where there are no more flows, and how many flows."""

    simulated: np.ndarray
    observed: np.ndarray
    n: np.ndarray


def signatures(simulated: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
    """Give the signatures beside NSE and KGE by name, [...].

    fhv, fms and flv are in %, peak_timing is in steps.
    """
    curves = duration_curves(simulated, observed)
    return {
        "beta_nse": beta_nse(simulated, observed),
        "fhv": high_flow_bias(curves),
        "fms": slope_bias(curves),
        "flv": low_flow_bias(curves),
        "peak_timing": peak_timing(simulated, observed),
    }


def beta_nse(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Bias in units of the observed standard deviation (Gupta et al. 2009, equation 4).

    Its companion there, the ratio of standard deviations, is alpha of `vadose.metrics.kge`.
    """
    s, o, n = _paired(simulated, observed)
    count = np.where(n >= FEWEST_STEPS, n, np.nan)
    mean_s, mean_o = np.nansum(s, -1) / count, np.nansum(o, -1) / count
    spread = np.sqrt(np.nansum((o - mean_o[..., None]) ** 2, -1) / count)
    return _ratio(mean_s - mean_o, spread)


def duration_curves(simulated: np.ndarray, observed: np.ndarray) -> Curves:
    """Sort the flows of the steps that both have; where these are too few, all is missing."""
    s, o, n = _paired(simulated, observed)
    enough = (n >= FEWEST_STEPS)[..., None]
    falling_s, falling_o = (-np.sort(-np.where(enough, x, np.nan), -1) for x in (s, o))
    return Curves(falling_s, falling_o, n)


def high_flow_bias(curves: Curves, share: float = HIGH) -> np.ndarray:
    """Bias in % of the volume of the highest flows (FHV; Yilmaz et al. 2008, equation A3)."""
    s, o, n = curves
    high = np.arange(s.shape[-1]) < np.rint(share * n)[..., None]
    sum_s, sum_o = (np.where(high, curve, 0).sum(-1) for curve in (s, o))
    return 100 * _ratio(sum_s - sum_o, sum_o)


def slope_bias(curves: Curves, between: tuple[float, float] = SLOPE) -> np.ndarray:
    """Bias in % of the slope of the duration curve's middle (FMS; Yilmaz et al. 2008, A2).

    The slope is that of the logarithm of flow: steep where a basin drains fast.
    """
    s, o, n = curves
    last = s.shape[-1] - 1
    ends = [np.minimum(np.rint(x * n).astype(int), last)[..., None] for x in between]

    def slope(curve: np.ndarray) -> np.ndarray:
        upper, lower = (np.take_along_axis(curve, end, -1)[..., 0] for end in ends)
        return np.log(np.maximum(upper, LEAST_FLOW)) - np.log(np.maximum(lower, LEAST_FLOW))

    slope_s, slope_o = slope(s), slope(o)
    return 100 * _ratio(slope_s - slope_o, slope_o)


def low_flow_bias(curves: Curves, share: float = LOW) -> np.ndarray:
    """Bias in % of the volume of low flows above their least (FLV; Yilmaz et al. 2008, A4).

    Volumes are of logarithms. Above 0 the simulation's low flows are nearer to its least flow than
    the observed ones are to theirs: it falls less far in droughts.
    """
    s, o, n = curves
    rank = np.arange(s.shape[-1])
    low = (rank >= (n - np.rint(share * n))[..., None]) & (rank < n[..., None])
    last = np.maximum(n - 1, 0)[..., None]

    def volume(curve: np.ndarray) -> np.ndarray:
        least = np.take_along_axis(curve, last, -1)
        flow = np.log(np.maximum(curve, LEAST_FLOW)) - np.log(np.maximum(least, LEAST_FLOW))
        return np.where(low, flow, 0).sum(-1)

    volume_s, volume_o = volume(s), volume(o)
    return -100 * _ratio(volume_s - volume_o, volume_o)


def peak_timing(
    simulated: np.ndarray, observed: np.ndarray, window: int = WINDOW, apart: int = APART
) -> np.ndarray:
    """Give the mean error of the time of floods in steps, early or late alike, [...].

    A flood is a peak of the observations without a higher one within `apart` steps, which stands
    out by their standard deviation. Its simulation is the greatest flow within `window` steps, or
    the flow of the same step where that is a peak itself. Floods count whose window has no missing
    step; NaN where there is none (Kratzert et al. 2021, HESS 25, 2685-2703, appendix).
    """
    s, o, _ = _paired(simulated, observed)
    shape = o.shape[:-1]
    rows = zip(s.reshape(-1, s.shape[-1]), o.reshape(-1, o.shape[-1]), strict=True)
    return np.array([_peak_timing(*row, window, apart) for row in rows]).reshape(shape)


def _peak_timing(s: np.ndarray, o: np.ndarray, window: int, apart: int) -> float:
    at = np.flatnonzero(np.isfinite(o))
    s, o = s[at], o[at]
    if len(o) < FEWEST_STEPS or np.ptp(o) == 0:
        return np.nan
    spread = o.std()
    # Lower peaks cannot stand out so far; to leave them out first changes nothing but the time.
    peaks = find_peaks(o, height=o.min() + spread, distance=apart, prominence=spread)[0]
    peaks = peaks[(peaks >= window) & (peaks < len(o) - window)]
    peaks = peaks[at[peaks + window] - at[peaks - window] == 2 * window]
    if not len(peaks):
        return np.nan
    around = s[peaks[:, None] + np.arange(-window, window + 1)]
    offset = around.argmax(1) - window
    middle = around[:, window]
    is_peak = (middle > around[:, window - 1]) & (middle > around[:, window + 1])
    return float(np.where(is_peak, 0, np.abs(offset)).mean())


def _paired(
    simulated: np.ndarray, observed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give both with NaN where either is missing, and the number of steps that count."""
    s, o = np.broadcast_arrays(np.asarray(simulated, float), np.asarray(observed, float))
    known = np.isfinite(s) & np.isfinite(o)
    return np.where(known, s, np.nan), np.where(known, o, np.nan), known.sum(-1)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        value = above / below
    return np.where(np.isfinite(value), value, np.nan)
