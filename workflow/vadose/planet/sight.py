"""What the providers of gridded data see of the miniature planet: its truth with their errors.

Series are [month, cell] of the land cells, unless a function says otherwise. The sizes of the
errors are part of the planet's definition; a test may not tune them.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

from vadose.planet.observe import STREAMFLOW_ERROR
from vadose.planet.streams import generator
from vadose.planet.world import Seen, World

Array = NDArray[np.float64]

# Rain and demand: 10 % together, less of it lasting than in a basin, as a cell has many gauges.
BIAS_ERROR, MONTHLY_ERROR = 0.03, 0.095
ET_ERROR, REANALYSIS_ET_ERROR = 0.08, 0.20
SNOW_ERROR = 0.20
DAM_ERROR = 0.02  # what is left of the seasons below a dam
REANALYSIS_PET = 4.5  # the reanalysis' demand over the true one
SHORT_RECORD_MONTHS, FORCING_GAP_MONTHS = 36, 3
STORAGE_ERROR = 15.0  # mm
FOOTPRINT = 3.0  # degrees, full width at half maximum of what GRACE can resolve
BASELINE = ("2004-01-01", "2009-12-31")
# The reanalysis' soil goes its own way for months: its error over the sd of the true wetness.
SOIL_ERROR, SOIL_ERROR_MEMORY = 0.75, 0.8
SOIL_LAYER_MONTHS = {1: 0.2, 2: 0.5, 3: 1.0, 4: 3.0}  # memory of each layer


def see(world: World, seed: int) -> Seen:
    """Everything that is published of the land cells, [time, lat, lon]; the sea is NaN.

    Errors are drawn for the grid as a whole. Leaf area is free of errors here: each sensor's are
    added where its files are written.
    # ASSUME temperature is seen without error.
    """
    spoiled = world.static["spoiled"][world.land]

    def seen(name: str, purpose: str, noise: float, bias: float = BIAS_ERROR) -> Array:
        true = getattr(world, name)[:, world.land]
        return true * error_factor(seed, purpose, true.shape, bias, noise)

    p = seen("p", "cell rain", MONTHLY_ERROR)
    p[np.ix_(_middle(len(p), FORCING_GAP_MONTHS), spoiled == "forcing_incomplete")] = np.nan
    pet = seen("pet", "cell demand", MONTHLY_ERROR)
    reanalysis = REANALYSIS_PET * error_factor(seed, "cell reanalysis demand", pet.shape, 0.3, 0.3)
    return Seen(
        p=on_grid(world, p),
        t=world.t,
        pet=on_grid(world, pet),
        pet_reanalysis=on_grid(world, pet * reanalysis),
        et=on_grid(world, seen("et", "cell evaporation", ET_ERROR)),
        et_reanalysis=on_grid(
            world, seen("et", "cell reanalysis evaporation", REANALYSIS_ET_ERROR)
        ),
        q=on_grid(world, observe_runoff(seed, world.q[:, world.land], p, spoiled)),
        swe=on_grid(world, seen("swe", "cell snow", SNOW_ERROR, 0.1)),
        soil_water=observe_soil(seed, world),
        twsa=observe_storage(seed, world),
        lai=world.lai,
    )


def error_factor(
    seed: int, purpose: str, shape: tuple[int, ...], bias: float, noise: float
) -> Array:
    """A log-normal factor of mean 1, [month, cell]: a cell's lasting bias and monthly noise."""
    rng = generator(seed, 0, purpose)
    lasting = bias * rng.standard_normal(shape[1], dtype=np.float32)
    factor = noise * rng.standard_normal(shape, dtype=np.float32) + lasting
    return np.asarray(np.exp(factor - 0.5 * (bias**2 + noise**2)))


def observe_runoff(seed: int, q: Array, p: Array, spoiled: NDArray[np.str_]) -> Array:
    """Runoff as published (mm/month): 10 % log-normal noise, and the records spoiled on purpose.

    `spoiled` gives the reason of each cell, as `cells.spoil_cells` does. A dam lets the mean
    runoff out all year; water from elsewhere adds as much as all rain; arid cells have none.
    """
    seen = q * error_factor(seed, "cell runoff", q.shape, 0.0, STREAMFLOW_ERROR)
    steady = q.mean(axis=0) * error_factor(seed, "cell dams", q.shape, 0.0, DAM_ERROR)
    dammed, gains = spoiled == "dammed", spoiled == "runoff_ratio_above_1"
    seen[:, dammed] = steady[:, dammed]
    seen[:, gains] += p[:, gains].mean(axis=0)
    seen[:, spoiled == "arid_without_runoff"] = 0.0
    seen[:, spoiled == "no_runoff_data"] = np.nan
    beyond = ~_middle(len(q), SHORT_RECORD_MONTHS)
    seen[np.ix_(beyond, spoiled == "record_too_short")] = np.nan
    return np.asarray(seen)


def observe_soil(seed: int, world: World) -> dict[int, Array]:
    """Water of the reanalysis' four soil layers (m3/m3, [time, lat, lon]): the deeper, the slower.

    # ASSUME layers follow the square root of relative wetness, so that dry soils differ too, with
    # ASSUME an error of the reanalysis' own that lasts for months; none of them knows groundwater.
    """
    capacity, clay = (
        world.static[name][world.land].astype(world.soil.dtype) for name in ("capacity", "clay")
    )
    wetness = np.sqrt(world.soil[:, world.land] / capacity)
    noise = generator(seed, 0, "cell soil").standard_normal(wetness.shape, dtype=np.float32)
    own = _remember(noise * (1.0 - SOIL_ERROR_MEMORY**2) ** 0.5, SOIL_ERROR_MEMORY)
    seen = wetness + SOIL_ERROR * wetness.std(axis=0) * own
    dry, full = 0.05 + 0.0035 * clay, 0.36 + 0.0025 * clay
    layers = {}
    for layer, months in SOIL_LAYER_MONTHS.items():
        keep = float(np.exp(-1.0 / months))
        relative = np.clip(_remember((1.0 - keep) * seen, keep, seen[0]), 0.0, 1.0)
        layers[layer] = on_grid(world, dry + (full - dry) * relative)
    return layers


def observe_storage(seed: int, world: World) -> Array:
    """Terrestrial water storage anomaly as a satellite sees it (mm), [time, lat, lon].

    True storage smoothed to FOOTPRINT, less its mean over 2004-2009 (or over all months, where the
    world has none of those), plus noise of STORAGE_ERROR that is smooth on the same scale.
    """
    storage = smooth_footprint(world, world.swe + world.soil + world.groundwater)
    white = generator(seed, 0, "cell storage").standard_normal(world.p.shape, dtype=np.float32)
    noise = smooth_footprint(world, white)
    storage += STORAGE_ERROR / noise[:, world.land].std() * noise
    first, last = (pd.Timestamp(day) for day in BASELINE)
    baseline = np.asarray((world.months >= first) & (world.months <= last))
    storage -= storage[baseline if baseline.any() else slice(None)].mean(axis=0)
    return storage


def smooth_footprint(world: World, field: NDArray[Any]) -> NDArray[Any]:
    """Weighted means of the land within the footprint around each land cell, [time, lat, lon]."""
    weight = _blur(world, world.land[None].astype(field.dtype))
    blurred = _blur(world, np.where(world.land, field, 0.0).astype(field.dtype))
    blurred /= np.where(world.land, weight, np.nan)
    return blurred


def _blur(world: World, field: NDArray[Any]) -> NDArray[Any]:
    step = float(world.lat[1] - world.lat[0])
    sigma = FOOTPRINT / np.sqrt(8.0 * np.log(2.0)) / step
    out = gaussian_filter1d(field, sigma, axis=1, mode="constant")
    for row, lat in enumerate(world.lat):
        wide = min(sigma / np.cos(np.radians(lat)), field.shape[2] / 8.0)
        out[:, row] = gaussian_filter1d(out[:, row], wide, axis=1, mode="wrap")
    return np.asarray(out)


def on_grid(world: World, values: Array) -> Array:
    """Put land cells into [time, lat, lon] fields of the world's precision, NaN at sea."""
    field = np.full((len(values), *world.land.shape), np.nan, world.p.dtype)
    field[:, world.land] = values
    return field


def _remember(series: Array, memory: float, start: Array | float = 0.0) -> Array:
    """Add to each month what is left of the one before; `start` is the value before the first."""
    one, decay = np.ones(1, series.dtype), np.array([1.0, -memory], series.dtype)
    before = np.broadcast_to(memory * np.asarray(start, series.dtype), series[:1].shape)
    return np.asarray(lfilter(one, decay, series, axis=0, zi=before)[0])


def _middle(length: int, kept: int) -> NDArray[np.bool_]:
    """Mark the middle `kept` of `length` steps."""
    first = max((length - kept) // 2, 0)
    step = np.arange(length)
    return (step >= first) & (step < first + kept)
