"""Train one network of neuralhydrology in its own environment; bench/regionalization.py calls this.

    PYTHON bench/neuralhydrology_peer.py TASK.json

Knows neuralhydrology, numpy and torch alone, nothing of Vadose. The task names its configuration
and where the predicted flow of the test days goes; what is printed last is JSON with the clock.
"""

import contextlib
import json
import sys
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import torch
from neuralhydrology.datasetzoo import get_dataset
from neuralhydrology.training.basetrainer import BaseTrainer
from neuralhydrology.utils.config import Config
from torch.optim.optimizer import register_optimizer_step_post_hook


def predict(trainer: BaseTrainer, config: Config, counted: int) -> np.ndarray:
    """Predict the test days of all basins in mm/day, [basin, time], in the last days of windows."""
    scaler, model = trainer.loader.dataset.scaler, trainer.model.eval()
    mean, std = (float(scaler[f"xarray_feature_{x}"]["q"]) for x in ("center", "scale"))
    flows = []
    for basin in trainer.basins:
        days = get_dataset(config, is_train=False, period="test", basin=basin, scaler=scaler)
        starts = sorted({*range(0, len(days), counted), len(days) - 1})  # of the days that count
        batch = days.collate_fn([days[start] for start in starts])
        with torch.inference_mode():
            found = model(model.pre_model_hook(batch, is_train=False))["y_hat"][:, -counted:, 0]
        flow = np.full(len(days) + counted - 1, np.nan, np.float32)
        for start, values in zip(starts, found.numpy(), strict=True):
            flow[start : start + counted] = values
        flows.append(np.maximum(flow * std + mean, 0))
    return np.stack(flows)


def main(task: dict) -> None:
    """Train, predict where it is asked for, and print at which processor time each update ended."""
    torch.set_num_threads(1)
    clock: list[float] = []
    register_optimizer_step_post_hook(lambda *_: clock.append(time.process_time()))
    dates = {name: datetime.fromisoformat(text) for name, text in task["dates"].items()}
    rates = {int(epoch): rate for epoch, rate in task["config"]["learning_rate"].items()}
    config = Config(task["config"] | dates | {"learning_rate": rates})
    trainer = BaseTrainer(config)
    trainer.initialize_training()
    with contextlib.redirect_stdout(sys.stderr):
        trainer.train_and_validate()
    if task["predicted"]:
        np.save(task["predicted"], predict(trainer, config, config.predict_last_n))
    weights = sum(values.numel() for values in trainer.model.parameters())
    print(json.dumps({"clock": clock, "weights": weights}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
