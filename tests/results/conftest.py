"""Claims about the results of a run, asked by the rule check_results and by nothing else."""

from pathlib import Path

import pytest

from vadose.checks_run import PLUGIN


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the claims alone where no run is there to ask: in the tests of the code."""
    return None if config.pluginmanager.has_plugin(PLUGIN) else collection_path.is_file()
