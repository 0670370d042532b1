"""A network whose cell state is water: its loss, its probes, and what it may know."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from vadose.checkpoints import save
from vadose.concepts.model import ConceptLstm, Design, pooled_loss, window_loss
from vadose.concepts.network import (
    FORM,
    Fitted,
    learn,
    learnt_from,
    network_of,
    read_networks,
    run,
)
from vadose.concepts.record import Record, Span
from vadose.concepts.windows import Sampling
from vadose.errors import InputError
from vadose.nets.flops import trainable
from vadose.nets.lstm import Sizes
from vadose.training import Plan, prepare

DESIGN = Design(
    kind="ct",
    hidden=8,
    dropout=0.0,
    forget_bias=3.0,
    stores=("swe",),
    weights=(0.7, 0.3),
    loss="pooled",
    window=60,
    warmup=20,
    alpha=1e-4,
    rho=0.15,
)
SAMPLING = Sampling(batch=16, stride=5, updates=5)
PLAN = Plan(epochs=3, rates=((0, 0.02),), clip=1.0)
LEARNING, VALIDATION, TEST = Span(0, 400), Span(400, 500), Span(500, 700)
HELD = 4  # the last of five basins
nan = np.nan


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def bucket(days: int = 700, basins: int = 5) -> Record:
    """Rain fills a store of which a share leaves each day: flow and store are known exactly."""
    random = np.random.default_rng(3)
    rain = random.gamma(0.3, 10.0, (basins, days)) * (random.random((basins, days)) < 0.4)
    rate = np.linspace(0.04, 0.08, basins)
    store = np.zeros((basins, days))
    for day in range(1, days):
        store[:, day] = (1 - rate) * store[:, day - 1] + rain[:, day]
    flow = rate[:, None] * store
    return Record(
        np.stack([rain, random.normal(size=rain.shape)], -1).astype(np.float32),
        np.stack([flow, store], -1).astype(np.float32),
        rate[:, None],
        [f"b_{k}" for k in range(basins)],
        pd.date_range("2001-01-01", periods=days),
        ["p", "t"],
        ["q", "swe"],
        ["rate"],
    )


def fit(record: Record, design: Design = DESIGN, plan: Plan = PLAN, updates: int = 5) -> Fitted:
    prepare("cpu", seed=1)
    training_basins = np.arange(len(record.basins)) != HELD
    record = record.keep(["q", *design.stores])
    sampling = SAMPLING._replace(updates=updates)
    return learn(record, training_basins, LEARNING, VALIDATION, design, sampling, plan, seed=1)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """A network of the bucket, which no test changes."""
    return fit(bucket())


def test_the_published_network_has_as_many_weights() -> None:
    original = DESIGN._replace(kind="plain", hidden=64)
    assert trainable(ConceptLstm(Sizes(32, 0, 64), original)) == 24_962
    told = original._replace(kind="ct")
    assert trainable(ConceptLstm(Sizes(5, 27, 64), told)) == 24_962


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"attribute_names": ["area"]}, r"attributes .*it did not see: area; now missing: rate\)"),
        (
            {"inputs": ["t", "p"]},
            r"inputs are not .* \(they stand in another order\): train it anew",
        ),
        ({"inputs": ["p", "srad"]}, r"inputs .*it did not see: srad; now missing: t\)"),
    ],
)
def test_series_of_as_many_but_other_columns_than_the_network_learnt_from_are_refused(
    columns: dict[str, list[str]], message: str, fitted: Fitted
) -> None:
    with pytest.raises(InputError, match=message):
        run(bucket()._replace(**columns), fitted, TEST)


def test_a_day_reads_the_same_whatever_the_span_when_the_warm_up_is_the_same(
    fitted: Fitted,
) -> None:
    record = bucket()
    whole, part = run(record, fitted, Span(0, 700)), run(record, fitted, Span(500, 700))
    np.testing.assert_allclose(whole.targets[:, 660:], part.targets[:, 160:], rtol=1e-4, atol=1e-5)
    assert np.isfinite(whole.targets).all() and np.isfinite(whole.cells).all()
    assert (whole.targets >= 0).all()
    assert whole.cells.shape == (5, 700, 8)


def test_the_last_days_of_a_window_are_what_the_network_gives_for_it(fitted: Fitted) -> None:
    record = bucket()
    model, by = network_of(fitted), fitted.scales
    forcing = torch.from_numpy(by.forcing.scaled(record.forcing[:, 640:700])).transpose(0, 1)
    told = torch.from_numpy(by.attributes.scaled(record.attributes))
    with torch.inference_mode():
        direct = model(forcing, told).cells[20:].transpose(0, 1).numpy()
    np.testing.assert_allclose(run(record, fitted, Span(660, 700)).cells, direct, atol=1e-5)


def test_a_file_gives_back_the_same_network(tmp_path: Path, fitted: Fitted) -> None:
    record = bucket()
    save(tmp_path / "net.pt", {"0_1": FORM.to_file(fitted)})
    again = read_networks(tmp_path / "net.pt")["0_1"]
    assert again.history == fitted.history and again.sizes == fitted.sizes
    assert (again.inputs, again.attributes) == (["p", "t"], ["rate"])
    np.testing.assert_array_equal(
        run(record, fitted, TEST).targets, run(record, again, TEST).targets
    )
    assert learnt_from(again, [*record.basins, "new"]).tolist() == [True] * 4 + [False] * 2


def test_the_plain_network_has_no_probe_and_needs_no_store() -> None:
    design = DESIGN._replace(stores=(), weights=(0.7,))
    record = bucket()
    record.targets[..., 1] = nan
    found = run(record.keep(["q"]), fit(record, design), TEST)
    assert found.targets.shape == (5, 200, 1) and found.cells.shape == (5, 200, 8)


def test_gaps_in_the_forcing_stop_the_training_and_the_prediction(fitted: Fitted) -> None:
    record = bucket()
    record.forcing[2, 100, 0] = nan
    with pytest.raises(InputError, match="p of b_2 is missing on 1 days from 2001-04-11"):
        fit(record)
    with pytest.raises(InputError, match="p of b_2 is missing"):
        run(record, fitted, TEST)


def test_days_without_observations_cannot_choose_the_weights() -> None:
    record = bucket()
    record.targets[:, slice(*VALIDATION)] = nan
    with pytest.raises(InputError, match=r"none of .* has an observation .* concepts\.validation"):
        fit(record)


def series(*columns: list[float]) -> torch.Tensor:
    """Stack targets of one window as [time, 1, target]."""
    return torch.tensor(columns).T[:, None]


def test_the_loss_of_a_window_is_its_error_over_its_variance() -> None:
    observed = series([1.0, 2.0, 3.0, nan], [nan] * 4)
    predicted = series([1.0, 2.0, 5.0, 9.0], [4.0] * 4)
    # SSE 4; SST 2 about the window's mean; a target without observations costs nothing
    assert float(window_loss(predicted, observed, torch.tensor([0.7, 0.3]))) == pytest.approx(
        0.7 * 4 / 2.5
    )
    assert float(pooled_loss(predicted, observed, torch.tensor([0.7, 0.3]))) == pytest.approx(
        0.7 * 4 / 3
    )


@pytest.mark.parametrize("loss", [window_loss, pooled_loss])
def test_what_is_missing_has_no_gradient(loss) -> None:
    observed = series([1.0, nan, 3.0], [nan, nan, nan])
    predicted = torch.zeros(3, 1, 2, requires_grad=True)
    loss(predicted, observed, torch.ones(2)).backward()
    assert predicted.grad is not None
    np.testing.assert_array_equal(
        predicted.grad[:, 0].numpy() != 0, [[True, False], [False, False], [True, False]]
    )


def test_a_window_without_the_target_does_not_thin_the_others() -> None:
    one = series([1.0, 2.0, 3.0])
    both = torch.cat([one, torch.full_like(one, nan)], 1)
    weights = torch.ones(1)
    for loss in (window_loss, pooled_loss):
        alone = loss(torch.zeros_like(one), one, weights)
        torch.testing.assert_close(loss(torch.zeros_like(both), both, weights), alone)
