"""Probes of a trained network are fitted on the days it learnt from and judged on others."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.test_concept_network import DESIGN, HELD, LEARNING, TEST, bucket, fit

from vadose.concepts.network import Fitted
from vadose.concepts.probing import Probing, probe
from vadose.concepts.record import Record, Span
from vadose.training import prepare

HOW = Probing(alpha=1e-3, rho=0.15, shift=50, seed=1)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """A network of the bucket, which no test changes."""
    return fit(bucket())


def noisy(record: Record, span: Span) -> Record:
    """Replace the stores of all basins but the one held out by noise, on the days of a span."""
    targets = record.targets.copy()
    part = targets[:HELD, slice(*span), 1]
    part[:] = np.random.default_rng(5).gamma(2.0, 500.0, part.shape)
    return record._replace(targets=targets)


def table_of(record: Record, fitted: Fitted) -> pd.DataFrame:
    return probe(record, fitted, ("plain", "0", "1"), (LEARNING, TEST), HOW, "cpu")


def held_out(record: Record, fitted: Fitted) -> pd.Series:
    """Score the basin that the network never saw, whose own store no noise replaces.

    Its store and states stay, so that its scores change only with the probes. Controls give
    basins stores of other basins or days, and are left out.
    """
    table = table_of(record, fitted)
    own = table["experiment"].str.match(r"plain (ridge|elastic_net), ")
    found = table[own & (table["split"] == "space")]
    assert set(found["unit_id"]) == {record.basins[HELD]} and set(found["variable"]) == {"swe"}
    return found.set_index(["experiment", "metric"])["value"]


def test_the_stores_of_the_judged_days_do_not_reach_the_probes(fitted: Fitted) -> None:
    before = held_out(bucket(), fitted)
    assert set(before.index.levels[0]) == {
        "plain ridge, fold 0, seed 1",
        "plain elastic_net, fold 0, seed 1",
    }
    after = held_out(noisy(bucket(), TEST), fitted)
    pd.testing.assert_series_equal(after, before, check_exact=True)


def test_the_stores_of_the_learning_days_make_the_probes(fitted: Fitted) -> None:
    """Probes fitted on noise about 1000 mm read far more than those of a store of some 12 mm."""
    before, after = (held_out(one, fitted) for one in (bucket(), noisy(bucket(), LEARNING)))
    beta_before, beta_after = (one.xs("beta", level="metric") for one in (before, after))
    mean = bucket().targets[HELD, slice(*TEST), 1].mean()
    assert (beta_after * mean > 500).all() and (beta_before * mean < 100).all()


def test_days_on_which_the_states_warm_up_do_not_reach_the_probes(fitted: Fitted) -> None:
    warm_up = LEARNING._replace(last=DESIGN.warmup)
    before, after = (held_out(one, fitted) for one in (bucket(), noisy(bucket(), warm_up)))
    pd.testing.assert_series_equal(after, before, check_exact=True)


def test_every_method_and_control_is_scored_in_time_and_in_space(fitted: Fitted) -> None:
    table = table_of(bucket(), fitted)
    found = set(zip(table["experiment"], table["split"], strict=True))
    kinds = ("ridge", "elastic_net", "ridge shuffled", "ridge shifted")
    assert found == {(f"plain {k}, fold 0, seed 1", s) for k in kinds for s in ("time", "space")}
    scores = table[(table["metric"] == "r2") & (table["split"] == "time")]
    medians = scores.groupby("experiment")["value"].median()
    true, chance = (medians[f"plain {k}, fold 0, seed 1"] for k in ("ridge", "ridge shuffled"))
    assert true > 0.5 > 0.2 > chance
