"""Measure training and prediction of the residual network of storage capacity.

    .venv/bin/python -m bench.resnet [--device cpu|cuda] [--epochs 3] [--write]

Needs torch and numpy alone, so that it can be carried to a machine with a graphics card, save for
--write. The figures are those of a global run: half a degree, patches of 10 x 10 cells, 15
predictors and the mask, 18,754 labels in batches of 32, the network trained by the rule's own code.
"""

import argparse
import time

import numpy as np
import torch

from vadose.capacity.network import Design, learn, predict
from vadose.capacity.predictor_table import CAPACITY
from vadose.capacity.samples import Labels, Predictors
from vadose.training import Plan, prepare

CHANNELS, ROWS, COLUMNS = 15, 288, 720
LABELS, VALIDATION, LAND = 18_754, 512, 61_345
PUBLISHED = 16.0, 24.0, 150  # seconds an epoch of 21,432 samples, ms a batch of 32, epochs; V100
DESIGN = Design(10, 32, (16, 32, 128), "mse", 32, mirror=False)


def invented(random: np.random.Generator) -> tuple[Predictors, Labels]:
    """Give maps without meaning: only their size counts."""
    maps = random.normal(size=(CHANNELS, ROWS, COLUMNS)).astype(np.float32)
    at = random.permutation(ROWS * COLUMNS)[: LABELS + VALIDATION]
    capacity = random.uniform(*CAPACITY, at.size)
    labels = Labels(at // COLUMNS, at % COLUMNS, capacity, np.full(at.size, 50.0))
    return Predictors(maps, [f"x{k}" for k in range(CHANNELS)], wraps=True), labels


def measure(device: str, epochs: int, threads: int) -> list[tuple[str, str]]:
    """Train some epochs and predict all land cells; give what was measured."""
    random = np.random.default_rng(1)
    predictors, labels = invented(random)
    training = np.arange(LABELS + VALIDATION) < LABELS
    prepare(device, 1, threads)
    plan = Plan(epochs, ((0, 0.01),), "sgd")
    fitted = learn(predictors, labels, training, ~training, DESIGN, plan, seed=1, device=device)
    speeds = [row.samples_per_s for row in fitted.history]
    samples = LABELS // DESIGN.batch * DESIGN.batch
    epoch = samples / np.median(speeds)
    land = random.permutation(ROWS * COLUMNS)[:LAND]
    begin = time.perf_counter()
    predict(predictors, fitted, land // COLUMNS, land % COLUMNS, device=device)
    predicted = time.perf_counter() - begin
    return [
        (f"an epoch of {samples:,} samples, median of {epochs}", f"{epoch:.1f} s"),
        (
            "slowest and fastest epoch",
            f"{samples / min(speeds):.1f} and {samples / max(speeds):.1f} s",
        ),
        (
            f"a step of {DESIGN.batch}, of {samples // DESIGN.batch} an epoch",
            f"{epoch / samples * 32e3:.2f} ms",
        ),
        ("150 epochs, extrapolated", f"{150 * epoch / 60:.0f} min"),
        (f"prediction of {LAND:,} cells", f"{predicted:.1f} s"),
        ("most memory", f"{fitted.history[-1].memory_mb:.0f} MB"),
    ]


def main() -> None:
    """Measure and print; with --write, put it into the file of results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--write", action="store_true", help="write bench/results.md")
    given = parser.parse_args()
    rows = measure(given.device, given.epochs, given.threads)
    where = f"threads: {given.threads}" if given.device == "cpu" else torch.cuda.get_device_name()
    if not given.write:
        print(where, *(f"{what}: {value}" for what, value in rows), sep="\n")
        return
    from bench.common import describe_machine, publish, table

    text = table(f"ResNet-32, 16 channels of 10 x 10 cells, float32, {where} | measured", *rows)
    published = (
        "Published for the original on a V100: {} s an epoch of 21,432 samples, {} ms a batch of "
        "32, {} epochs.".format(*PUBLISHED)
    )
    publish("Residual network", [describe_machine("torch"), "", text, "", published, ""], True)


if __name__ == "__main__":
    main()
