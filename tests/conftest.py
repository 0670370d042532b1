"""What all tests share: the project's folder, the sample data, and no silent skips in CI."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run of continuous integration; new ones where people work.
settings.register_profile("reproducible", derandomize=True)
if os.environ.get("VADOSE_NO_SKIPS"):
    settings.load_profile("reproducible")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """Real sample data in the providers' layouts, where the machine has them."""
    folder = Path(os.environ.get("VADOSE_SAMPLE_DATA", ROOT / "../shared/data")).resolve()
    if not (folder / "Caravan-nc").is_dir():
        pytest.skip(f"no real sample data at {folder}: set VADOSE_SAMPLE_DATA to its folder")
    return folder


def pytest_sessionstart() -> None:
    """Look for no garbage while modules are imported: they make much and throw little away."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Spare what imports have left from every later collection of garbage, and collect less often.

    Both would slow the tests, which throw away little that only a collection finds.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Turn a skipped test into a failed one where VADOSE_NO_SKIPS is set.

    Save those that need a graphics card, or a machine on which a scheduler can be installed.
    """
    report = yield
    may_skip = item.get_closest_marker("gpu") or item.get_closest_marker("machine")
    if report.skipped and os.environ.get("VADOSE_NO_SKIPS") and not may_skip:
        report.outcome = "failed"
        report.longrepr = f"skipped, which is an error here: {report.longrepr}"
    return report
