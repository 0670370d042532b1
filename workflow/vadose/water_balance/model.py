"""A monthly water balance model: its parameters, and the one step that everything else runs.

Conventions: a month's forcing is p, pet (mm/month) and t (degC); the stores are soil, groundwater
and snow pack (mm), kept in this order; theta holds the model's parameters and, behind them, those
of the snow option where it is on.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal, NamedTuple

import numpy as np

from vadose.compiling import Compiler, plain
from vadose.water_balance import snow as degree_day
from vadose.water_balance.arithmetic import Arithmetic
from vadose.water_balance.bounds import Bounds

Snow = Literal["none", "degree_day"]
MODELS = ("dwbm", "swbm", "tvgm", "abcd")
MOST_PARAMETERS = 8


class Model(NamedTuple):
    """One model structure with or without snow."""

    name: str
    snow: Snow
    parameters: dict[str, Bounds]
    capacity: str  # the parameter that stands for soil moisture storage capacity
    paper: str
    make_start: Callable[[Arithmetic], Callable[..., Any]]
    make_month: Callable[[Arithmetic, Compiler], Callable[..., Any]]

    @property
    def low(self) -> np.ndarray:
        """Lower bounds, in the order of `parameters`."""
        return np.array([b.low for b in self.parameters.values()])

    @property
    def high(self) -> np.ndarray:
        """Upper bounds, in the order of `parameters`."""
        return np.array([b.high for b in self.parameters.values()])

    @property
    def capacity_index(self) -> int:
        """Position of the storage capacity among the parameters."""
        return list(self.parameters).index(self.capacity)


def load_model(name: str, snow: Snow = "none") -> Model:
    """Give a model by its name; only that model's module is imported.

    Raises ValueError for a name that is not in MODELS.
    """
    if name not in MODELS:
        raise ValueError(f"no water balance model {name!r}: choose one of {', '.join(MODELS)}")
    module = import_module(f"vadose.water_balance.{name}")
    parameters = dict(module.PARAMETERS)
    if snow == "degree_day":
        parameters |= degree_day.PARAMETERS
    return Model(
        name,
        snow,
        parameters,
        module.CAPACITY,
        module.PAPER,
        module.make_start,
        _month_maker(module.make_step, len(module.PARAMETERS), snow),
    )


def _month_maker(make_step: Callable[..., Any], n_soil: int, snow: Snow):
    """Join the snow option and the soil model to one month: water in, water out, new stores."""

    def make_month(math: Arithmetic, compile_: Compiler = plain):
        step = compile_(make_step(math))

        def month(p, pet, _t, theta, soil, ground, pack):
            soil, ground, q, et = step(p, pet, theta, soil, ground)
            return soil, ground, pack, q, et

        if snow == "none":
            return compile_(month)
        snow_step = compile_(degree_day.make_step(math))

        def month_with_snow(p, pet, t, theta, soil, ground, pack):
            liquid, pack = snow_step(p, t, theta[n_soil:], pack)
            soil, ground, q, et = step(liquid, pet, theta, soil, ground)
            return soil, ground, pack, q, et

        return compile_(month_with_snow)

    return make_month
