"""A small world of storage that follows one predictor, for tests of the gap filling."""

import numpy as np
import pandas as pd

from vadose.gap_filling.maps import Maps, Periods, Storage, finish

PERIODS = Periods(
    ("2003-01-01", "2006-12-31"),
    ("2007-01-01", "2007-12-31"),
    ("2008-01-01", None),
    [("2008-06-01", "2008-09-30")],
    detrend=False,
)
MISSING = [5, 17, 40]  # months without a solution


def storage(seed: int = 0, months: int = 84, shape: tuple[int, int] = (8, 16)) -> Storage:
    """Give noise on the western half of a world; the eastern half is sea."""
    times = pd.date_range("2003-01-01", periods=months, freq="MS")
    values = np.random.default_rng(seed).normal(0, 50, (months, *shape))
    values[:, :, shape[1] // 2 :] = np.nan
    values[MISSING] = np.nan
    values[(times >= "2008-06-01") & (times < "2008-10-01")] = np.nan
    lat = np.arange(shape[0]) * 10.0 - 35
    lon = np.arange(shape[1]) * 10.0 - 75
    return Storage(values, times, lat, lon)


def world(noise: float = 20.0, periods: Periods = PERIODS, seed: int = 0) -> Maps:
    """Give storage that is 40 mm times a smooth predictor, plus Gaussian noise in mm."""
    record, random = storage(seed), np.random.default_rng(seed + 1)
    months, shape = len(record.months), record.twsa.shape[1:]
    coarse = random.normal(size=(2, months, 2, 4))
    smooth = np.kron(coarse, np.ones((1, 1, shape[0] // 2, shape[1] // 4)))
    told = (smooth - smooth[:, :48].mean((1, 2, 3), keepdims=True)).astype(np.float32)
    seen = 40 * told[0] + noise * random.normal(size=told[0].shape)
    twsa = np.where(np.isfinite(record.twsa), seen, np.nan)
    told[:, :, :, shape[1] // 2 :] = np.nan
    simulated = (30 * told[0]).astype(np.float32)
    return finish(
        record._replace(twsa=twsa), told, ["a_0", "b_0"], ["mm", "mm"], simulated, periods
    )
