"""A planet of smooth fields for tests of its writers: any size, any months, everything finite."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vadose.planet.streams import generator
from vadose.planet.world import Seen, World


def small_planet(step: float, start: str, end: str) -> tuple[World, Seen]:
    """Three bands of land, seasons and noise; cells of `step` degrees from 60 S to 84 N."""
    lat = np.arange(-60.0 + step / 2, 84.0, step)
    lon = np.arange(-180.0 + step / 2, 180.0, step)
    land = np.broadcast_to(np.cos(np.radians(3.0 * (lon + 100.0))) > 0.0, (lat.size, lon.size))
    months = pd.date_range(start, end, freq="MS")
    rng = generator(11, 0, "small planet")

    def field(low: float, high: float) -> NDArray[np.float64]:
        share = rng.random((len(months), *land.shape))
        return np.where(land, low + (high - low) * share, np.nan)

    def ground(low: float, high: float) -> NDArray[np.float64]:
        return np.where(land, low + (high - low) * rng.random(land.shape), np.nan)

    clay = ground(2.0, 50.0)
    sand = (100.0 - clay) * ground(0.1, 0.7)
    static = {"clay": clay, "sand": sand, "silt": 100.0 - clay - sand}
    static |= {"elevation": ground(0.0, 3000.0), "slope": ground(0.0, 30.0)}
    static |= {"soil_depth": ground(0.05, 2.0), "canopy_height": ground(0.0, 40.0)}
    static |= {"capacity": ground(40.0, 600.0)}
    winter = np.cos(2.0 * np.pi * months.month.to_numpy() / 12.0)[:, None, None]
    cold = np.maximum(winter * np.sign(lat)[:, None], 0.0)
    water = {layer: field(0.05, 0.5) for layer in range(1, 5)}
    p, q, et = field(0.0, 300.0), field(0.0, 80.0), field(0.0, 120.0)
    t, pet, swe = field(-30.0, 30.0), field(0.0, 200.0), field(0.0, 200.0) * cold
    twsa, lai = field(-200.0, 200.0), field(0.0, 7.0)
    world = World(lat, lon, land, months, static, p, t, pet, et, q, swe, water[1], water[4], lai)
    return world, Seen(p, t, pet, 4.5 * pet, et, 1.1 * et, q, swe, water, twsa, lai)
