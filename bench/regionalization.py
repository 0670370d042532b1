"""Networks of streamflow against those of neuralhydrology: speed and skill on the same real basins.

    .venv/bin/python -m bench.regionalization --neuralhydrology PYTHON [--skill] [--write]

neuralhydrology has an environment of its own, made once and never mixed with this project's:

    python -m venv /somewhere && /somewhere/bin/pip install neuralhydrology
    --neuralhydrology /somewhere/bin/python
"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from bench import common
from torch.optim.optimizer import register_optimizer_step_post_hook

from vadose.basins import potential_evapotranspiration
from vadose.capacity.basin_attributes import predictors_of_basins
from vadose.concepts.record import Span
from vadose.metrics import kge, nse
from vadose.regionalization.model import Design
from vadose.regionalization.network import Sampling, learn, run
from vadose.regionalization.series import SYSTEM, Series
from vadose.regionalization.vectors import vectors_of
from vadose.sources.caravan import find_basins, read_attributes, read_daily
from vadose.training import Plan, prepare

PEERS = {"ea": "ealstm", "ct": "cudalstm"}
PERIODS = {
    "train": ("1981-10-01", "1999-09-30"),
    "validation": ("1999-10-01", "2004-09-30"),
    "test": ("2004-10-01", "2014-09-30"),
}
INPUTS, WINDOW, BATCH, EPOCH = ["p", "t", "pet"], 270, 256, 50
RATES = {0: 0.005, 8: 0.002, 12: 0.0005}  # from which of fifteen parts of the budget on
DROPOUT, FORGET_BIAS, CLIP = 0.4, 3.0, 1.0
LEFT_OUT = 5  # updates at the start, which warm up


class Task(NamedTuple):
    """What both sides train."""

    kind: str
    hidden: int
    counted: int  # days at a window's end that are learnt
    updates: int
    seed: int

    @property
    def rates(self) -> list[tuple[int, float]]:
        """Epochs and learning rates, over as many epochs as the budget has."""
        epochs = self.updates // EPOCH
        return [(part * epochs // 15, rate) for part, rate in RATES.items()]


class Found(NamedTuple):
    """What one side gave."""

    rate: float  # updates a second of processor time
    weights: int
    flow: np.ndarray | None  # [basin, time] of the test days, mm/day


def speed(clock: list[float]) -> float:
    """Give updates a second from the processor time at which each ended.

    Those count that follow another of their epoch: neither validation nor shuffling is in them.
    """
    taken, number = np.diff(clock), np.arange(1, len(clock))
    return float(1 / taken[(number % EPOCH != 0) & (number > LEFT_OUT)].mean())


def read_series(most: int | None) -> Series:
    """Read the basins that have all forcing and streamflow in the training days, or some."""
    with common.basin_tree() as (tree, subset, _):
        files = find_basins([tree / "timeseries" / "netcdf" / subset])
        names = sorted(files)[:: -(-len(files) // most) if most else 1]
        table = read_attributes([tree / "attributes" / subset], names)
        daily = read_daily([files[name] for name in names], common.DAYS)
    place = table[["lat", "lon"]].to_numpy()
    pet = potential_evapotranspiration(daily.t, daily.pet, common.DAYS, place[:, 0], "oudin")
    forcing = np.stack([daily.p, daily.t, pet], -1).astype(np.float32)
    known = predictors_of_basins(table)
    known = known.fillna(known.mean())
    q = daily.q.astype(np.float32)
    nothing = np.empty((1, len(names), 0), np.float32)
    whole = Series(
        *(forcing, q, known.to_numpy(), nothing, place, names, common.DAYS, INPUTS),
        [str(name) for name in known],
    )
    there = np.isfinite(forcing).all((1, 2))
    there &= np.isfinite(
        q[:, slice(*Span.of(common.DAYS, *PERIODS["train"], "training", SYSTEM))]
    ).any(1)
    return whole.select(there)


def ours(series: Series, task: Task, skill: bool) -> Found:
    """Train one network of ours."""
    prepare("cpu", task.seed, threads=1)
    spans = {name: Span.of(series.days, *dates, name, SYSTEM) for name, dates in PERIODS.items()}
    vectors = vectors_of("physical", series.described(0), series.basins)
    design = Design(task.kind, task.hidden, DROPOUT, FORGET_BIAS, WINDOW, task.counted)
    plan = Plan(task.updates // EPOCH, tuple(task.rates), clip=CLIP)
    clock: list[float] = []
    hook = register_optimizer_step_post_hook(lambda *_: clock.append(time.process_time()))
    fitted = learn(
        *(series, vectors, spans["train"], spans["validation"], design),
        *(Sampling(BATCH, 1, EPOCH), plan),
        seed=task.seed,
    )
    hook.remove()
    flow = run(series, vectors, fitted, spans["test"]) if skill else None
    return Found(speed(clock), sum(x.numel() for x in fitted.weights.values()), flow)


def theirs(python: Path, folder: Path, series: Series, task: Task, skill: bool) -> Found:
    """Train one network of neuralhydrology on the files that `write_for_peer` wrote."""
    predicted = folder / "flow.npy" if skill else None
    config = {
        "experiment_name": "bench",
        "run_dir": str(folder / "runs"),
        "data_dir": str(folder),
        "dataset": "generic",
        **{f"{name}_basin_file": str(folder / "basins.txt") for name in PERIODS},
        "device": "cpu",
        "num_workers": 0,
        "model": PEERS[task.kind],
        "head": "regression",
        "hidden_size": task.hidden,
        "initial_forget_bias": FORGET_BIAS,
        "output_dropout": DROPOUT,
        "optimizer": "Adam",
        "loss": "NSE",
        "learning_rate": {epoch and epoch + 1: rate for epoch, rate in task.rates},
        "batch_size": BATCH,
        "epochs": task.updates // EPOCH,
        "max_updates_per_epoch": EPOCH,
        "clip_gradient_norm": CLIP,
        "seq_length": WINDOW,
        "predict_last_n": task.counted,
        "dynamic_inputs": INPUTS,
        "static_attributes": series.names,
        "target_variables": ["q"],
        "log_tensorboard": False,
        "save_weights_every": task.updates // EPOCH,
        "seed": task.seed,
        "verbose": 0,
    }
    dates = {
        f"{name}_{end}_date": day
        for name, days in PERIODS.items()
        for end, day in zip(("start", "end"), days, strict=True)
    }
    asked = {"config": config, "dates": dates, "predicted": predicted and str(predicted)}
    (folder / "task.json").write_text(json.dumps(asked), encoding="utf-8")
    command = [str(python), str(Path(__file__).with_name("neuralhydrology_peer.py"))]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, str(folder / "task.json")],
        env={k: v for k, v in one_thread.items() if k != "PYTHONPATH"},
        stdout=subprocess.PIPE,  # where neuralhydrology tells of its errors too
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stdout)
    found = json.loads(done.stdout.splitlines()[-1])
    return Found(speed(found["clock"]), found["weights"], np.load(predicted) if predicted else None)


def write_for_peer(series: Series, folder: Path) -> None:
    """Write series in the layout of neuralhydrology's generic data set."""
    for name in ("time_series", "attributes", "runs"):
        (folder / name).mkdir()
    for basin, forcing, flow in zip(series.basins, series.forcing, series.q, strict=True):
        columns = dict(zip(series.inputs, forcing.T, strict=True)) | {"q": flow}
        data = xr.Dataset({k: ("date", v) for k, v in columns.items()}, {"date": series.days})
        data.to_netcdf(folder / "time_series" / f"{basin}.nc")
    known = pd.DataFrame(series.attributes, pd.Index(series.basins, name="id"), series.names)
    known.to_csv(folder / "attributes" / "attributes.csv")
    (folder / "basins.txt").write_text("\n".join(series.basins) + "\n", encoding="utf-8")


def row(series: Series, task: Task, who: str, found: Found, than: float) -> tuple[str, ...]:
    """Lay out one side: speed, times the peer's, weights, and medians of NSE and KGE."""
    scores = ("", "")
    if found.flow is not None:
        test = slice(*Span.of(series.days, *PERIODS["test"], "test", SYSTEM))
        pair = found.flow, series.q[:, test]
        scores = tuple(f"{np.nanmedian(x):.3f}" for x in (nse(*pair), kge(*pair).kge))
    what = f"{task.kind}, {task.hidden} cells, {who}"
    return what, f"{found.rate:.2f}", f"{found.rate / than:.2f}", f"{found.weights:,}", *scores


def main(python: Path, tasks: list[Task], basins: int | None, skill: bool, write: bool) -> None:
    """Train both sides in turn, one thread each, and lay out what they gave."""
    series, rows = read_series(basins), []
    with tempfile.TemporaryDirectory() as folder:
        write_for_peer(series, Path(folder))
        for task in tasks:
            peer = theirs(python, Path(folder), series, task, skill)
            for who, found in (("neuralhydrology", peer), ("ours", ours(series, task, skill))):
                rows.append(row(series, task, who, found, peer.rate))
                print(*rows[-1], sep=" | ", flush=True)
    head = "network|updates/s|x neuralhydrology|weights|median NSE|median KGE"
    about = (
        f"{len(series.basins)} basins, {tasks[0].updates} updates of {BATCH} windows of {WINDOW} "
        f"days, the last {tasks[0].counted} of which count; one thread, processor time of steady "
        "updates with loading and batching. Test days 2004-10 to 2014-09. Ours keeps the weights "
        "of the best validation, neuralhydrology its last."
    )
    parts = [common.describe_machine("torch"), "", common.table(head, *rows), "", about, ""]
    cells = " and ".join(str(hidden) for hidden in dict.fromkeys(task.hidden for task in tasks))
    common.publish(f"Regionalization with {cells} cells", parts, write)


if __name__ == "__main__":
    parser = common.arguments(__doc__ or "")
    parser.add_argument("--neuralhydrology", type=Path, required=True, help="its Python")
    parser.add_argument("--kinds", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--hidden", nargs="+", type=int, default=[64])
    parser.add_argument("--counted", type=int, default=180, help="1 as the original")
    parser.add_argument("--updates", type=int, default=250, help="of one training")
    parser.add_argument("--basins", type=int, help="so many alone, for a quick look")
    parser.add_argument("--skill", action="store_true", help="predict and score the test days too")
    given = parser.parse_args()
    main(
        given.neuralhydrology,
        [
            Task(kind, hidden, given.counted, given.updates, seed=1)
            for kind in given.kinds
            for hidden in given.hidden
        ],
        given.basins,
        given.skill,
        given.write,
    )
