"""Networks of streamflow told by static vectors: loss, windows, and what they may know."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from vadose.concepts.record import Span
from vadose.concepts.windows import Sampling
from vadose.errors import InputError
from vadose.nets.flops import trainable
from vadose.nets.lstm import Sizes
from vadose.regionalization.experiment import Member
from vadose.regionalization.model import Design, FlowLstm, nse_loss
from vadose.regionalization.network import (
    FORM,
    Fitted,
    learn,
    network_of,
    run,
    spread_of,
    windows_of,
)
from vadose.regionalization.series import (
    SYSTEM,
    Series,
    check_forcing,
    last_years,
    read_series,
    write_series,
)
from vadose.regionalization.training_queue import Lesson, gauged, predict_queue
from vadose.regionalization.vectors import draw, vectors_of
from vadose.training import Plan, prepare

DESIGN = Design("ct", hidden=8, dropout=0.0, forget_bias=3.0, window=60, counted_days=40)
SAMPLING = Sampling(batch=16, stride=5, updates=5)
PLAN = Plan(epochs=2, rates=((0, 0.02),), clip=1.0)
LEARNING, VALIDATION, TEST = Span(0, 400), Span(400, 500), Span(500, 700)
LESSON = Lesson({"ungauged": LEARNING}, VALIDATION, DESIGN, SAMPLING, PLAN, 1)
nan = np.nan


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def buckets(days: int = 700, basins: int = 6) -> Series:
    """Rain fills a store of which a share leaves each day; the share is the one descriptor."""
    random = np.random.default_rng(3)
    rain = random.gamma(0.3, 10.0, (basins, days)) * (random.random((basins, days)) < 0.4)
    rate = np.linspace(0.02, 0.3, basins)
    store = np.zeros((basins, days))
    for day in range(1, days):
        store[:, day] = (1 - rate) * store[:, day - 1] + rain[:, day]
    names = [f"b_{k}" for k in range(basins)]
    return Series(
        np.stack([rain, random.normal(size=rain.shape)], -1).astype(np.float32),
        (rate[:, None] * store).astype(np.float32),
        rate[:, None],
        np.stack([draw(names, 4, seed) for seed in range(2)]),
        np.stack([np.arange(basins) * 10.0, np.zeros(basins)], 1),
        names,
        pd.date_range("2001-01-01", periods=days),
        ["p", "t"],
        ["rate"],
    )


def fit(series: Series, kind: str = "physical", lesson: Lesson = LESSON) -> Fitted:
    prepare("cpu", seed=1)
    vectors = vectors_of(kind, series.described(0), series.basins)
    return learn(series, vectors, LEARNING, *lesson[1:5], seed=1)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """A network of the buckets, which no test changes."""
    return fit(buckets())


def simulate(series: Series, fitted: Fitted, span: Span, kind: str = "physical") -> np.ndarray:
    return run(series, vectors_of(kind, series.described(0), fitted.basins), fitted, span)


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("ea", (208_641, 332_801, 337_665)),
        ("ct", (296_193, 792_833, 812_289)),
        ("sr", (347_137, 595_457, 605_185)),
        ("fm", (275_713, 399_873, 404_737)),
        ("plain", (268_545, 268_545, 268_545)),
    ],
)
def test_the_published_networks_have_as_many_weights(kind: str, counts: tuple) -> None:
    design = Design(kind, 256, 0.4, 5.0, 270, 1)
    found = [trainable(FlowLstm(Sizes(5, width, 256), design)) for width in (27, 512, 531)]
    assert tuple(found) == counts


def test_the_loss_is_squared_error_over_the_spread_of_the_basin() -> None:
    observed = torch.tensor([[1.0, 10.0], [nan, 20.0], [3.0, nan]])
    predicted = torch.tensor([[2.0, 10.0], [9.0, 24.0], [3.0, 9.0]])
    found = nse_loss(predicted, observed, torch.tensor([0.9, 1.9]))
    assert float(found) == pytest.approx((1**2 / 1.0**2 + 4**2 / 2.0**2) / 4)


def test_what_is_missing_has_no_gradient() -> None:
    predicted = torch.zeros(3, 1, requires_grad=True)
    nse_loss(predicted, torch.tensor([[1.0], [nan], [2.0]]), torch.ones(1)).backward()
    assert predicted.grad is not None
    assert (predicted.grad[:, 0] != 0).tolist() == [True, False, True]


def test_the_spread_of_a_basin_skips_missing_days() -> None:
    flow = np.array([[1.0, nan, 3.0], [nan, nan, nan]])
    np.testing.assert_allclose(spread_of(flow), [1.0, 0.0])


def test_the_counted_days_of_windows_lie_in_the_learning_days_and_warm_ups_before() -> None:
    windows = windows_of(buckets(), Span(100, 200), DESIGN, stride=1)
    assert windows.first.min() == 80 and windows.first.max() == 140
    early = windows_of(buckets(), Span(5, 200), DESIGN, stride=1)
    assert early.first.min() == 0


def test_a_day_reads_the_same_whatever_the_span_when_the_window_is_the_same(fitted: Fitted) -> None:
    series = buckets()
    whole, part = (simulate(series, fitted, span) for span in (Span(0, 700), Span(500, 700)))
    np.testing.assert_allclose(whole[:, 660:], part[:, 160:], rtol=1e-4, atol=1e-5)
    assert np.isfinite(whole).all() and (whole >= 0).all()


def test_the_last_days_of_a_window_are_what_the_network_gives_for_it(fitted: Fitted) -> None:
    series = buckets()
    by = fitted.scales
    forcing = torch.from_numpy(by.forcing.scaled(series.forcing[:, 640:700])).transpose(0, 1)
    told = torch.from_numpy(by.attributes.scaled(series.attributes))
    with torch.inference_mode():
        direct = network_of(fitted)(forcing, told, warmup=20).T.numpy()
    expected = np.maximum(by.targets.restored(direct[..., None])[..., 0], 0)
    np.testing.assert_allclose(simulate(series, fitted, Span(660, 700)), expected, atol=1e-4)


def test_series_with_other_attributes_or_inputs_than_a_network_learnt_from_are_refused(
    fitted: Fitted,
) -> None:
    networks = {Member("temporal", "physical", "all", 0): fitted}
    with pytest.raises(InputError, match=r"attributes of the series and of .* \(rate, slope\)"):
        predict_queue(buckets()._replace(names=["slope"]), networks, [TEST])
    with pytest.raises(InputError, match=r"inputs of the series .* \(their order\): train it anew"):
        predict_queue(buckets()._replace(inputs=["t", "p"]), networks, [TEST])


def test_periods_and_forcing_that_cannot_be_learnt_are_named() -> None:
    series = buckets()
    with pytest.raises(InputError, match=r"there are 50 days up to .* fewer than a window of 60"):
        windows_of(series, Span(0, 50), DESIGN, stride=1)
    with pytest.raises(InputError, match=r"regionalization\.test is 2014-01-01 to None, but"):
        Span.of(series.days, "2014-01-01", None, "test", SYSTEM)
    series.forcing[2, 100:110, 0] = nan
    with pytest.raises(InputError, match=r"p of b_2 is missing between 2001-04-11 and 2001-04-20"):
        check_forcing(series)
    series.forcing[:] = 1.0
    with pytest.raises(InputError, match="p is 1 on all training days"):
        fit(series)
    silent = series._replace(forcing=buckets().forcing, q=series.q.copy())
    silent.q[:, slice(*VALIDATION)] = nan
    with pytest.raises(InputError, match=r"none of 6 basins .* regionalization\.validation"):
        fit(silent)
    series.q[:, :400] = nan
    with pytest.raises(InputError, match=r"none of 6 basins .* streamflow from 2001-01-01 to"):
        gauged(series, np.ones(6, bool), LEARNING)


def test_sparse_settings_learn_from_the_last_years() -> None:
    days = pd.date_range("2001-01-01", "2006-12-31")
    span = Span.of(days, "2001-01-01", "2004-02-29", "training", SYSTEM)
    one = last_years(days, span, 1)
    assert [str(days[k].date()) for k in (one.first, one.last - 1)] == ["2003-03-01", "2004-02-29"]
    assert last_years(days, span, None) == span
    with pytest.raises(InputError, match="sparse_5 learns from the last 5 years, but the training"):
        last_years(days, span, 5)


def test_a_file_gives_back_the_same_network_and_series(tmp_path: Path, fitted: Fitted) -> None:
    series = buckets()
    torch.save(FORM.to_file(fitted), tmp_path / "net.pt")
    again = FORM.from_file(torch.load(tmp_path / "net.pt", weights_only=True))
    assert again.history == fitted.history and again.design == fitted.design
    write_series(series, ["mm/day", "degC"], tmp_path / "series.nc")
    read = read_series(tmp_path / "series.nc")
    for one, other in zip(series, read, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(simulate(read, again, TEST), simulate(series, fitted, TEST))
