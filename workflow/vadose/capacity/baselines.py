"""What a network must beat: simple predictions of storage capacity from the same labels.

All are fitted to the training part alone; what has to be chosen (neighbours, penalty, number of
trees or epochs) is chosen by squared error on the validation part, as a network is. Units are
cells or basins.
"""

import logging
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.neighbors import BallTree
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits

from vadose.errors import InputError

NEIGHBOURS = (1, 2, 4, 8, 16, 32)
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)  # of the squared weights of standardised predictors
MOST_TREES, TREES_WITHOUT_GAIN = 1000, 30
MOST_EPOCHS, EPOCHS_WITHOUT_GAIN = 200, 20
LARGEST_BATCH, STEPS_AN_EPOCH = 256, 32
LEAST_VARIATION = 1e-9  # relative range below which a predictor is constant
log = logging.getLogger("vadose")


class Units(NamedTuple):
    """Predictors [unit, predictor], NaN where missing, and place [unit, (lat, lon)] in degrees."""

    x: np.ndarray
    place: np.ndarray

    def select(self, which: np.ndarray) -> "Units":
        """Take the units of a mask."""
        return Units(self.x[which], self.place[which])


class Task(NamedTuple):
    """What a baseline may see: labels (mm) of two parts, and the units to predict."""

    train: Units
    y_train: np.ndarray
    validation: Units
    y_validation: np.ndarray
    target: Units
    seed: int


def fit_predict(
    name: str,
    units: Units,
    y: np.ndarray,
    *,
    train: np.ndarray,
    validation: np.ndarray,
    target: Units,
    bounds: tuple[float, float],
    seed: int,
    threads: int = 1,
) -> np.ndarray:
    """Predict capacity (mm) of the target units by one of BASELINES, [target unit].

    y [unit] in mm is read where the masks `train` or `validation` [unit] are true; predictions
    are clipped to the labels' bounds (mm). Raises InputError for parts that are empty, overlap or
    have no label.
    """
    if name not in BASELINES:
        raise InputError(f"no baseline {name!r}, expected one of {', '.join(BASELINES)}")
    for part, mask in (("training", train), ("validation", validation)):
        if not mask.any():
            raise InputError(f"the {part} part has no unit: choose smaller blocks or more units")
        unlabelled = int((~np.isfinite(y[mask])).sum())
        if unlabelled:
            raise InputError(f"{unlabelled} of {mask.sum()} units of the {part} part have no label")
    if (train & validation).any():
        raise InputError(f"{(train & validation).sum()} units are in training and in validation")
    task = Task(
        units.select(train), y[train], units.select(validation), y[validation], target, seed
    )
    with threadpool_limits(threads):
        return np.clip(BASELINES[name](task), *bounds)


def _mean(task: Task) -> np.ndarray:
    """Predict the mean of the training labels everywhere."""
    return np.full(len(task.target.place), task.y_train.mean())


def _nearest(task: Task) -> np.ndarray:
    """Average the nearest training labels, by great-circle distance."""
    tree = BallTree(np.radians(task.train.place), metric="haversine")
    counts = [k for k in NEIGHBOURS if k <= len(task.y_train)]

    def averages(units: Units) -> np.ndarray:
        nearest = tree.query(np.radians(units.place), k=counts[-1], return_distance=False)
        labels = task.y_train[nearest]
        return np.stack([labels[:, :k].mean(1) for k in counts])

    best = _least_error(averages(task.validation), task.y_validation)
    log.info("nearest labels: %d", counts[best])
    return averages(task.target)[best]


def _linear(task: Task) -> np.ndarray:
    """Fit a linear regression with a penalty on its weights (ridge)."""
    train, validation, target = _standardised(task)
    fits = [Ridge(alpha=penalty).fit(train, task.y_train) for penalty in PENALTIES]
    predicted = [fit.predict(validation) for fit in fits]
    best = _least_error(predicted, task.y_validation)
    log.info("linear regression: penalty %g", PENALTIES[best])
    return fits[best].predict(target)


def _trees(task: Task) -> np.ndarray:
    """Fit gradient-boosted trees, which take missing predictors as they are."""
    train, validation, target = _varying(task)
    fit = HistGradientBoostingRegressor(
        learning_rate=0.05,
        max_iter=MOST_TREES,
        early_stopping=True,
        n_iter_no_change=TREES_WITHOUT_GAIN,
        random_state=task.seed,
    ).fit(train, task.y_train, X_val=validation, y_val=task.y_validation)
    best = _least_error(list(fit.staged_predict(validation)), task.y_validation)
    log.info("boosted trees: %d", best + 1)
    return next(islice(fit.staged_predict(target), best, None))


def _mlp(task: Task) -> np.ndarray:
    """Fit a small network to the predictors of the unit alone, without its neighbours."""
    train, validation, target = _standardised(task)
    middle, scale = task.y_train.mean(), task.y_train.std() or 1.0
    y = (task.y_train - middle) / scale
    # A generator, not a number, which would shuffle every epoch alike.
    fit = MLPRegressor(
        hidden_layer_sizes=(64, 64),
        batch_size=int(np.clip(len(y) // STEPS_AN_EPOCH, 1, LARGEST_BATCH)),
        random_state=np.random.RandomState(task.seed),
    )
    weights = _weights(fit.partial_fit(train, y))
    least, best, kept = np.inf, 0, weights
    for epoch in range(1, MOST_EPOCHS + 1):
        error = _squared_error(middle + scale * fit.predict(validation), task.y_validation)
        if error < least:
            least, best, kept = error, epoch, [values.copy() for values in weights]
        if epoch - best == EPOCHS_WITHOUT_GAIN:
            break
        fit.partial_fit(train, y)
    for values, good in zip(weights, kept, strict=True):
        values[...] = good
    log.info("network of single units: %d epochs", best)
    return middle + scale * fit.predict(target)


def _weights(fit: MLPRegressor) -> list[np.ndarray]:
    """Give the arrays that training changes in place."""
    return [*fit.coefs_, *fit.intercepts_]


BASELINES: dict[str, Callable[[Task], np.ndarray]] = {
    "mean": _mean,
    "nearest": _nearest,
    "linear": _linear,
    "trees": _trees,
    "mlp": _mlp,
}


def _varying(task: Task) -> tuple[np.ndarray, ...]:
    """Keep the predictors that vary in training: of training, validation and target."""
    x = task.train.x
    known = np.isfinite(x)
    low, high = np.where(known, x, np.inf).min(0), np.where(known, x, -np.inf).max(0)
    varies = high - low > LEAST_VARIATION * np.maximum(np.abs(low), np.abs(high))
    if not varies.any():
        raise InputError(
            f"none of the {x.shape[1]} predictors varies over the {len(x)} units of the training "
            "part: give other predictors or a larger part"
        )
    kept = [part.x[:, varies] for part in (task.train, task.validation, task.target)]
    return tuple(np.where(np.isfinite(x), x, np.nan).astype(np.float64) for x in kept)


def _standardised(task: Task) -> tuple[np.ndarray, ...]:
    """Scale varying predictors by the training part, whose mean stands for what is missing."""
    parts = _varying(task)
    mean, deviation = np.nanmean(parts[0], 0), np.nanstd(parts[0], 0)
    return tuple(np.nan_to_num((x - mean) / deviation) for x in parts)


def _least_error(predicted: Sequence[np.ndarray] | np.ndarray, observed: np.ndarray) -> int:
    """Give the number of the prediction [choice, unit] with the least squared error."""
    return int(np.argmin([_squared_error(one, observed) for one in predicted]))


def _squared_error(predicted: np.ndarray, observed: np.ndarray) -> float:
    return float(np.mean((predicted - observed) ** 2))
