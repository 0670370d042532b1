"""Claims about the long tables of scores."""

import pytest

from vadose import checks
from vadose.checks_run import SCORES, Run


@pytest.mark.parametrize("name", SCORES)
def test_scores_are_possible_and_stand_once(run: Run, name: str, record_property) -> None:
    table = run.scores(name)
    record_property("rows", len(table))
    record_property("not defined", f"{table['value'].isna().mean():.1%}")
    faults = checks.table_faults(table)
    assert not faults, f"evaluate/{name}.parquet: {'; '.join(faults)}"
