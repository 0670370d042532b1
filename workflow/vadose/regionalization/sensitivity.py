"""How strongly a network's flow answers to each descriptor of a basin.

Conventions: static vectors are [unit, attribute], scaled as the network sees them; a unit is one
day of one basin with the weather before it. `flow` takes the vectors of all units, or several for
each of them [point, 1, attribute], and gives flow in mm/day, [unit] or [point, unit].
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from vadose.concepts.record import Scale, Span
from vadose.concepts.windows import Resident, Windows
from vadose.evaluation import long_table
from vadose.regionalization.model import FlowLstm
from vadose.regionalization.network import UNITS_AT_ONCE, Fitted, network_of, record_of
from vadose.regionalization.series import SYSTEM, Series
from vadose.regionalization.training_queue import read_networks
from vadose.regionalization.vectors import Vectors, vectors_of
from vadose.training import Device, parts_of

Flow = Callable[[Tensor], Tensor]
DESCRIPTORS = "physical"
DAYS = 12  # of each basin, at which derivatives are taken
UNITS, WALKS = 32, 10  # days of basins that walk through the ranges, and how often
RANGE = (0.05, 0.95)  # quantiles of the basins' vectors
LEVELS = 4  # of the grid on which elementary effects are taken
STEP = LEVELS / (2 * (LEVELS - 1))  # Morris' own choice: every level is reached equally often


class Effects(NamedTuple):
    """Elementary effects over the whole range of each attribute, in mm/day, [attribute]."""

    strength: np.ndarray  # mean of their sizes, mu*
    spread: np.ndarray  # their standard deviation: not linear, or depends on other attributes


class Answers(NamedTuple):
    """How the flow of one network answers to each attribute, in mm/day."""

    gradient: np.ndarray  # [basin, attribute], mean size for one standard deviation
    effects: Effects


def answers(
    series: Series, vectors: Vectors, fitted: Fitted, test: Span, *, seed: int, device: Device
) -> Answers:
    """Estimate how a network's flow answers to what it is told, on days of the test.

    Derivatives are taken on `DAYS` days of every basin, elementary effects on `UNITS` of these
    between the quantiles `RANGE` of the basins' own vectors.
    """
    model = network_of(fitted).to(device)
    data = Resident(record_of(series, vectors), fitted.scales, device)
    windows = days_of_basins(len(series.basins), test, fitted.design.window, DAYS)
    basin, first, following = data.at(windows)

    def of(units: Tensor | slice) -> Flow:
        forcing = data.gather(basin[units], first[units], following).forcing
        return flow_of(model, forcing, fitted.scales.targets)

    parts = parts_of(len(windows), UNITS_AT_ONCE)
    slopes = [gradients(of(part), data.attributes[basin[part]]) for part in parts]
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(windows), min(UNITS, len(windows)), replace=False)
    low, high = torch.quantile(data.attributes, torch.tensor(RANGE).to(data.attributes), 0)
    effects = elementary_effects(of(torch.from_numpy(chosen).to(device)), low, high, WALKS, rng)
    return Answers(mean_sizes(np.concatenate(slopes), windows.basin), effects)


def flow_of(model: FlowLstm, forcing: Tensor, scale: Scale) -> Flow:
    """Give the flow on the last day of windows [time, unit, input] as a function of what is told.

    `scale` is that of the flow that the network learnt. Flow is not below zero.
    """
    mean, std = float(scale.mean[0]), float(scale.std[0])

    def flow(static: Tensor) -> Tensor:
        points, units = static.shape[:-2], forcing.shape[1]
        told = static.expand(*points, units, -1).flatten(0, -2)
        weather = forcing.repeat(1, math.prod(points), 1)
        found: Tensor = model(weather, told, len(forcing) - 1)[0]
        return (found * std + mean).clamp(min=0).reshape(*points, units)

    return flow


def days_of_basins(basins: int, test: Span, length: int, days: int) -> Windows:
    """Lay windows of some length that end on days spread evenly over the test, in every basin."""
    ends = np.linspace(max(test.first, length - 1), test.last - 1, days).astype(int)
    basin, end = (x.ravel() for x in np.meshgrid(np.arange(basins), ends, indexing="ij"))
    return Windows(basin, end - length + 1, length)


def gradients(flow: Flow, static: Tensor) -> np.ndarray:
    """Give the flow's derivative by each attribute where the basins are, [unit, attribute].

    In mm/day for one standard deviation of the attribute, all units in one backward pass.
    """
    told = static.detach().clone().requires_grad_()
    return torch.autograd.grad(flow(told).sum(), told)[0].cpu().numpy()


def mean_sizes(values: np.ndarray, basin: np.ndarray) -> np.ndarray:
    """Average the sizes of values [unit, attribute] over the units of each basin.

    `basin` [unit] counts from 0; gives [basin, attribute].
    """
    total = np.zeros((basin.max() + 1, values.shape[1]))
    np.add.at(total, basin, np.abs(values))
    return total / np.bincount(basin)[:, None]


def trajectories(attributes: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw walks through the unit cube that change one attribute a step, each of them once.

    Gives points [walk, 1 + attributes, attribute] on `LEVELS` levels (Morris 1991, Technometrics
    33, 161-174).
    """
    lower = rng.integers(0, LEVELS // 2, (count, attributes)) / (LEVELS - 1)
    upwards = rng.integers(0, 2, (count, attributes)).astype(bool)
    turn = rng.permuted(np.tile(np.arange(attributes), (count, 1)), axis=1)
    changed = np.arange(1 + attributes)[None, :, None] > turn[:, None]
    return lower[:, None] + STEP * (changed == upwards[:, None])


def elementary_effects(
    flow: Flow, low: Tensor, high: Tensor, count: int, rng: np.random.Generator
) -> Effects:
    """Walk all units through the ranges of the attributes, and tell by which the flow changes.

    low, high [attribute] are scaled as the static vectors are. The mean size is mu* of Campolongo
    et al. (2007), Environ. Model. Softw. 22, 1509-1518; effects are those of each unit.
    # ASSUME each attribute may take any value of its range whatever the others are.
    """
    walks = trajectories(len(low), count, rng)
    points = low + torch.from_numpy(walks).to(low) * (high - low)
    with torch.inference_mode():
        found = torch.stack([flow(walk[:, None]) for walk in points])  # [walk, point, unit]
    rises = np.diff(found.cpu().numpy(), axis=1)
    moves = np.diff(walks, axis=1)  # [walk, step, attribute], one of them not 0
    which = np.abs(moves).argmax(-1)
    slopes = rises / np.take_along_axis(moves, which[..., None], -1)
    by_attribute = np.take_along_axis(slopes, which.argsort(1)[..., None], 1)
    return Effects(np.abs(by_attribute).mean((0, 2)), by_attribute.std((0, 2)))


def summary(gradients_of_basins: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Reduce answers to rows of architecture and attribute, the strongest of each first.

    `gradients_of_basins` is a long table with the mean size of each basin, `effects` has columns
    architecture, attribute, strength and spread. What stands in each is averaged over networks;
    gradient, low and high are the median and the 10 and 90 % quantiles over basins.
    """
    keys = ["architecture", "attribute"]
    table = gradients_of_basins.rename(columns={"variable": "attribute"})
    table = table.assign(architecture=table["experiment"].str.partition(" ")[0])
    by_basin = table.groupby([*keys, "unit_id"], sort=False)["value"].mean()
    ends = by_basin.groupby(keys, sort=False).quantile(np.array([0.1, 0.5, 0.9])).unstack()
    ends = ends.set_axis(["low", "gradient", "high"], axis=1)
    joint = ends.join(effects.groupby(keys).mean()).reset_index()
    return joint.sort_values(["architecture", "gradient"], ascending=[True, False])


def answer_tables(
    series: Series, path: Path, test: tuple[str, str], *, seed: int, device: Device
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Give the answers of each network of a file that was told descriptors.

    The file is named by architecture and setting, `test` are the ends of the test days. Gives rows
    of the long table with mean sizes of derivatives by basin, and a table of elementary effects.
    """
    architecture, _, setting = path.stem.partition("_")
    for member, fitted in read_networks(path).items():
        if member.vectors != DESCRIPTORS:
            continue
        chosen = series.select(np.isin(series.basins, fitted.basins))
        told = vectors_of(DESCRIPTORS, chosen.described(member.seed), fitted.basins)
        span = Span.of(chosen.days, *test, "test", SYSTEM)
        found = answers(chosen, told, fitted, span, seed=seed, device=device)
        of = {"split": setting, "period": "test", "system": SYSTEM}
        of["experiment"] = f"{architecture} {DESCRIPTORS}, seed {member.seed}"
        rows = [
            long_table({"gradient": sizes}, np.array(chosen.basins), variable=name, **of)
            for name, sizes in zip(chosen.names, found.gradient.T, strict=True)
        ]
        by_name = {"architecture": architecture, "attribute": chosen.names}
        yield (
            pd.concat(rows, ignore_index=True),
            pd.DataFrame(by_name | found.effects._asdict()),
        )
