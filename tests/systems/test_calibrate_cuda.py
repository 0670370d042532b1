"""The graphics card finds what the processor finds; its simulator shows it where there is none."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vadose.calibrate import Calibration, Forcing, calibrate, split_periods
from vadose.errors import InputError
from vadose.search import Settings
from vadose.water_balance.model import MODELS, load_model
from vadose.water_balance.simulate import simulate

ROOT = Path(__file__).resolve().parents[2]
RESTARTS = 2
# They end by themselves, and not all after the same number of evaluations.
SHORT = Settings(evaluations=60, loops_without_gain=1, least_gain_percent=25)
VARIANTS = [
    ("swbm", "degree_day", "float64"),
    ("dwbm", "none", "float32"),
]


def world(cells: int, months: int) -> Forcing:
    rng = np.random.default_rng(11)
    season = np.cos(2 * np.pi * np.arange(months) / 12)
    p = rng.gamma(2, 40, (cells, months))
    pet = 70 - 50 * season + rng.uniform(0, 30, (cells, 1))
    t = 8 - 12 * season + rng.uniform(-3, 3, (cells, 1))
    theta = rng.uniform([60, 1.5, 1.5, 0.1], [500, 3.5, 3.5, 0.9], (cells, 4))
    return Forcing(p, pet, t, simulate(load_model("dwbm"), theta, p, pet, t).q)


def search(device, forcing: Forcing, name: str, snow, **options) -> Calibration:
    return calibrate(
        load_model(name, snow),
        forcing,
        [f"cell {k}" for k in range(len(forcing.q))],
        periods=split_periods(forcing.q, 0.75),
        device=device,
        **options,
    )


def short_searches(device) -> dict[str, np.ndarray]:
    """Search in four cells with all variants; give evaluations, scores and parameters of each."""
    options = {"settings": SHORT, "restarts": RESTARTS}
    out = {}
    for name, snow, precision in VARIANTS:
        found = search(device, world(4, 40), name, snow, precision=precision, **options)
        for kind in ("evaluations", "restart_score", "restarts"):
            out[f"{name} {kind}"] = getattr(found, kind)
    return out


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The same searches on the processor, and by the simulator of cards in its own process."""
    out = tmp_path_factory.mktemp("simulated") / "found.npz"
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": str(ROOT / "workflow")}
    # Unsigned integers are meant to wrap round.
    command = [sys.executable, "-W", "ignore::RuntimeWarning", __file__, str(out)]
    subprocess.run(command, check=True, env=environment)
    return short_searches("cpu"), dict(np.load(out))


def test_a_simulated_card_goes_the_same_way_in_double_precision(both) -> None:
    processor, card = both
    for kind in ("evaluations", "restart_score", "restarts"):
        np.testing.assert_allclose(card[f"swbm {kind}"], processor[f"swbm {kind}"], rtol=1e-6)


def test_the_simulated_searches_ended_at_different_times(both) -> None:
    used = both[1]["swbm evaluations"]
    assert used.min() < used.max() <= SHORT.evaluations


def test_a_simulated_card_finds_the_same_scores_in_single_precision(both) -> None:
    scores = [one["dwbm restart_score"] for one in both]
    np.testing.assert_allclose(scores[1], scores[0], atol=1e-3)


def test_a_missing_compiler_or_card_is_said_and_nothing_else_serves(monkeypatch) -> None:
    kernel = "vadose.water_balance.kernel"
    forcing, options = world(2, 40), {"settings": SHORT, "restarts": RESTARTS}
    monkeypatch.setattr(f"{kernel}.find_spec", lambda _: None)
    with pytest.raises(InputError, match="the package numba-cuda is not installed"):
        search("cuda", forcing, "swbm", "none", **options)
    monkeypatch.setattr(f"{kernel}.find_spec", lambda _: "found")
    monkeypatch.setattr(f"{kernel}.cuda.is_available", lambda: False)
    with pytest.raises(InputError, match="no NVIDIA graphics card"):
        search("cuda", forcing, "swbm", "none", **options)


INSTRUCTIONS = """
import sys
from types import SimpleNamespace
import numpy as np
from numba import cuda, float32, int32, uint64
from numba.cuda import dispatcher
from vadose.search import Settings
from vadose.water_balance.kernel import make_kernel

# Functions that a kernel calls are compiled for the card at hand: here, for an H100.
dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=(9, 0))
kernel = make_kernel(sys.argv[1], sys.argv[2], Settings(), "kge", np.float32)
two, three = float32[:, ::1], float32[:, :, ::1]
arguments = two, three, two, uint64[:, ::1], three, two, int32[:, ::1]
print(cuda.compile_ptx(kernel, arguments, cc=(9, 0), fastmath=True)[0])
"""


@pytest.mark.gpu
@pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None, reason="numba-cuda is not installed"
)
@pytest.mark.parametrize("snow", ["none", "degree_day"])
@pytest.mark.parametrize("name", MODELS)
def test_single_precision_kernels_hold_no_double_precision(name: str, snow: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run(
        [sys.executable, "-c", INSTRUCTIONS, name, snow],
        check=True,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ".visible .entry" in done.stdout and "fma.rn" in done.stdout
    assert ".f64" not in done.stdout


def has_card() -> bool:
    if importlib.util.find_spec("numba_cuda") is None:
        return False
    from numba import cuda

    return cuda.is_available()


@pytest.mark.gpu
@pytest.mark.parametrize("snow", ["none", "degree_day"])
@pytest.mark.parametrize("name", MODELS)
def test_a_real_card_is_as_good_as_the_processor(name: str, snow: str) -> None:
    if not has_card():
        pytest.skip("no NVIDIA graphics card with numba-cuda on this machine")
    forcing = world(200, 408)
    card = search("cuda", forcing, name, snow, settings=Settings())
    reference = search("cpu", forcing, name, snow, settings=Settings(), threads=2)
    off = card.calibration.kge - reference.calibration.kge
    assert abs(np.median(off)) < 1e-3
    assert np.quantile(off, 0.05) > -0.01


if __name__ == "__main__":
    import vadose.calibrate
    from vadose.water_balance import kernel

    # Two launches, the first with threads to spare.
    vadose.calibrate.LAUNCH, kernel.THREADS = 3, 4
    np.savez(sys.argv[1], **short_searches("cuda"))
