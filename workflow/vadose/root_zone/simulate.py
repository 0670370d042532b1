"""Run the water balance of all basins over all days with trained networks."""

from typing import NamedTuple

import numpy as np
import torch
import xarray as xr

from vadose.root_zone.balance import Forcing, Parameters, State, Water, run, spin_up
from vadose.root_zone.describe import tell
from vadose.root_zone.folds import seeds_of_members
from vadose.root_zone.learn import Fitted
from vadose.root_zone.parameters import OF_LAND, OF_PLANTS, RootZone
from vadose.root_zone.record import Record
from vadose.root_zone.routing import triangular_weights
from vadose.root_zone.simulated import SERIES

UNITS = {name: of.unit for name, of in (OF_LAND | OF_PLANTS).items()} | {"cap": "mm"}


class Simulation(NamedTuple):
    """What all members make of all days, [time, member, basin]."""

    start: State
    water: Water
    parameters: Parameters


def simulate(record: Record, fitted: Fitted) -> Simulation:
    """Run the water balance of all basins over all days with all members, after the spin-up."""
    told, _ = tell(record, fitted.years, len(fitted.seeds), fitted.scale)
    spin = fitted.years.spin_up(record.days)
    model = RootZone(seeds_of_members(fitted.seeds, len(fitted.years.part)), fitted.design)
    model.load_state_dict(dict(fitted.weights))
    with torch.no_grad():
        of = model.eval()(told.basins)
        early = Forcing(*(x[:spin] for x in told.forcing))
        start = spin_up(early, of, rounds=fitted.rounds)
        return Simulation(start, run(told.forcing, of, start), of)


def residual(p: np.ndarray, done: Simulation) -> np.ndarray:
    """Give the error of the water balance over the whole record as mm/day, [member, basin].

    Precipitation [time, basin] less evapotranspiration and streamflow is what the stores and the
    water on its way to the gauge gained.
    """
    gained = _all_water(done.water.end, done.parameters) - _all_water(done.start, done.parameters)
    out = (done.water.q.double() + done.water.et.double()).sum(0).numpy()
    return np.abs(p.sum(0, dtype=np.float64) - out - gained) / len(p)


def _all_water(state: State, parameters: Parameters) -> np.ndarray:
    """Sum stores and water on its way, [member, basin] in mm."""
    passed = triangular_weights(parameters.maxbas.double()).cumsum(0)
    way = (state.runoff.double() * (1 - passed[:-1])).sum(0)
    stores = torch.stack(state[:4]).double().sum(0)
    return (stores + way).numpy()


def to_dataset(record: Record, fitted: Fitted, done: Simulation) -> xr.Dataset:
    """Lay a simulation out as simulated.SIMULATED."""
    folds, names = len(fitted.years.part), [name for name in UNITS if name != "cap_base"]
    fold = np.repeat(np.arange(folds), len(fitted.seeds))
    seed = np.tile(fitted.seeds, folds)
    series = {
        name: (SERIES, np.maximum(getattr(done.water, name).permute(1, 2, 0).numpy(), 0.0))
        for name in ("q", "et", "swe", "avai", "tws")
    }
    values = np.stack([getattr(done.parameters, name).numpy() for name in names])
    return xr.Dataset(
        {
            **series,
            "parameters": (("parameter", "member", "basin"), values),
            "unit": ("parameter", [UNITS[name] for name in names]),
            "residual": (("member", "basin"), residual(record.p, done)),
            "fold": ("member", fold),
            "seed": ("member", seed),
            "test_fold": ("time", fitted.years.test_fold(record.days)),
        },
        coords={
            "member": [f"{f}_{s}" for f, s in zip(fold, seed, strict=True)],
            "basin": record.basins,
            "time": record.days,
            "parameter": names,
        },
    )
