"""What architectures and static vectors are worth: scores of each basin, medians, differences.

A setting is how basins and days were parted (temporal, ungauged, sparse_1 and so on). An experiment
is named "architecture vectors, run", where the run is one seed or the ensemble, whose flow is the
mean of the seeds' flows. Of a seed, a basin has the mean flow of the networks that may tell of it:
in the ungauged setting those that never learnt from it, else those that did.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from vadose import contracts, metrics
from vadose.concepts.record import Span
from vadose.evaluation import climatology, long_table
from vadose.regionalization.experiment import NONE, PLAIN, UNGAUGED, Member
from vadose.regionalization.files import PREDICTED
from vadose.regionalization.series import SYSTEM, Series
from vadose.signatures import signatures

ENSEMBLE = "ensemble"
# The baseline: means of calendar months over the days that were learnt from.
CLIMATOLOGY = f"climatology {NONE}"
TITLE = "Streamflow by architecture and static vector: medians of basins in the test days"
# What the page shows, in this order: metric, column of the summary, words.
SHOWN = {
    "NSE, median": ("nse", "median"),
    "NSE, mean": ("nse", "mean"),
    "basins with NSE below 0": ("nse", "below_zero"),
    "KGE, median": ("kge", "median"),
    "KGE: correlation": ("kge_r", "median"),
    "KGE and NSE: alpha, ratio of deviations": ("kge_alpha", "median"),
    "KGE: beta, ratio of means": ("kge_beta", "median"),
    "NSE: beta, bias in deviations": ("beta_nse", "median"),
    "FHV, top 2 % (%)": ("fhv", "median"),
    "FMS, slope 20-70 % (%)": ("fms", "median"),
    "FLV, lowest 30 % (%)": ("flv", "median"),
    "peak timing (days)": ("peak_timing", "median"),
}
KEYS = ["split", "period", "architecture", "vectors"]


class Difference(NamedTuple):
    """A difference of two medians over the same basins and the 90 % interval of its bootstrap."""

    median: float
    low: float
    high: float
    n: int  # basins that have both scores


def scores(simulated: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
    """Score daily flow [basin, time] in mm/day and give its signatures, [basin]; NaN undefined."""
    return metrics.scores(simulated, observed) | signatures(simulated, observed)


def flows_of_runs(
    flow: np.ndarray, learnt: np.ndarray, seeds: Sequence[int], setting: str
) -> dict[str, np.ndarray]:
    """Join the networks of one kind of vector to one flow a seed and that of their ensemble.

    `flow` [network, basin, time], `learnt` [network, basin] a mask, `seeds` [network]; gives flows
    [basin, time] by the name of the run, NaN for basins of which no network may tell.
    """
    tells = (~learnt if setting == UNGAUGED else learnt)[..., None]
    of_seed = np.array(seeds)

    def mean(chosen: np.ndarray) -> np.ndarray:
        count = tells[chosen].sum(0)
        total = np.where(tells[chosen], flow[chosen], 0).sum(0, dtype=float)
        return np.where(count, total / np.maximum(count, 1), np.nan)

    runs = {f"seed {seed}": mean(of_seed == seed) for seed in dict.fromkeys(seeds)}
    return runs | {ENSEMBLE: np.mean(list(runs.values()), 0)}


def skill_table(
    flows: Mapping[str, np.ndarray],
    days: pd.DatetimeIndex,
    series: Series,
    experiment: str,
    setting: str,
    periods: Mapping[str, Span],
) -> pd.DataFrame:
    """Score the flows of runs [basin, time] on `days` in periods of the series: the long table.

    Basins of which a run tells nothing have no rows, nor have periods without one of the days.
    """
    at, rows = series.days.get_indexer(days), []
    for period, span in periods.items():
        inside = (at >= span.first) & (at < span.last)
        for run, flow in flows.items():
            there = np.isfinite(flow[:, inside]).any(-1)
            pair = flow[there][:, inside], series.q[there][:, at[inside]]
            found = metrics.in_blocks(scores, *pair)
            rows.append(
                long_table(
                    found,
                    np.array(series.basins)[there],
                    system=SYSTEM,
                    experiment=f"{experiment}, {run}",
                    variable="q",
                    split=setting,
                    period=period,
                )
            )
    return pd.concat(rows, ignore_index=True)


def skill_of_file(
    path: Path, series: Series, architecture: str, periods: Mapping[str, Mapping[str, Span]]
) -> Iterator[pd.DataFrame]:
    """Score the networks of a job's predictions, one kind of vector at a time in memory.

    `periods` are those of each setting.
    """
    with contracts.opened(path) as data:
        members = [Member.of(str(name)) for name in data["network"].values]
        days = pd.DatetimeIndex(data["time"].values)
        for setting, vectors in dict.fromkeys(member[:2] for member in members):
            mine = [k for k, member in enumerate(members) if member[:2] == (setting, vectors)]
            part = data.isel(network=mine).load()
            contracts.check(part, PREDICTED, path)
            parts = part["q"].values, part["learnt"].values == 1
            flows = flows_of_runs(*parts, [members[k].seed for k in mine], setting)
            experiment = f"{architecture} {vectors}"
            yield skill_table(flows, days, series, experiment, setting, periods[setting])


def skill_of_climatology(
    series: Series, learnt: Span, setting: str, periods: Mapping[str, Span]
) -> pd.DataFrame:
    """Score means of calendar months over the days that were learnt from."""
    day = np.arange(len(series.days))
    taught = (day >= learnt.first) & (day < learnt.last)
    flow = climatology(series.q, taught, series.days.month.to_numpy())
    return skill_table({ENSEMBLE: flow}, series.days, series, CLIMATOLOGY, setting, periods)


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """Add columns with the architecture, the vectors and the run of each row's experiment."""
    parts = table["experiment"].str.extract(r"(?P<architecture>\S+) (?P<vectors>\S+), (?P<run>.+)")
    return pd.concat([table, parts], axis=1)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Reduce the long table to medians and means over basins, single and ensemble.

    What is said of single networks is the median over seeds. Gives a row for each of `KEYS`, kind
    and metric, with median, mean, the number n of basins, and how many of these are below 0.
    """
    known = labelled(table).dropna(subset="value")
    keys = [*KEYS, "metric", "run"]
    grouped = known.groupby(keys, sort=False)["value"]
    by_run = grouped.agg(["median", "mean", "count"]).rename(columns={"count": "n"})
    by_run["below_zero"] = (known["value"] < 0).groupby([known[k] for k in keys], sort=False).sum()
    by_run = by_run.reset_index()
    by_run["kind"] = np.where(by_run["run"] == ENSEMBLE, ENSEMBLE, "single")
    found = by_run.drop(columns="run").groupby([*KEYS, "kind", "metric"], sort=False).median()
    return found.reset_index()


def bootstrap(one: np.ndarray, other: np.ndarray, draws: int = 1000, seed: int = 0) -> Difference:
    """Compare the medians of two scores [basin], one less other, with basins drawn anew in pairs.

    # ASSUME basins are independent: neighbours share weather, so that the interval is too narrow.
    Percentiles as in Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    both = np.isfinite(one) & np.isfinite(other)
    n = int(both.sum())
    if not n:
        return Difference(np.nan, np.nan, np.nan, 0)
    pair = np.stack([one[both], other[both]])
    drawn = pair[:, np.random.default_rng(seed).integers(0, n, (draws, n))]
    above, below = np.median(drawn, -1)
    low, high = np.quantile(above - below, [0.05, 0.95])
    median = np.median(pair[0]) - np.median(pair[1])
    return Difference(float(median), float(low), float(high), n)


def differences(table: pd.DataFrame, metric: str = "nse", seed: int = 0) -> pd.DataFrame:
    """Compare ensembles in the test days with physical descriptors and with no static input.

    Gives rows of split, architecture, vectors, what they are compared with, and `Difference`.
    """
    known = labelled(table)
    chosen = (known["run"] == ENSEMBLE) & (known["period"] == "test") & (known["metric"] == metric)
    rows = []
    for split, part in known[chosen].groupby("split", sort=False):
        wide = part.pivot(index="unit_id", columns=["architecture", "vectors"], values="value")
        names = wide.columns.to_frame(index=False).to_numpy(str)
        cells = {(a, v): column for (a, v), column in zip(names, wide.to_numpy().T, strict=True)}
        for (architecture, vectors), values in cells.items():
            for against in ((architecture, "physical"), (PLAIN, NONE)):
                if against in cells and against != (architecture, vectors):
                    found = bootstrap(values, cells[against], seed=seed)
                    rows.append((split, architecture, vectors, " ".join(against), *found))
    columns = ["split", "architecture", "vectors", "against", *Difference._fields]
    return pd.DataFrame(rows, columns=columns)


def layout(found: pd.DataFrame) -> pd.DataFrame:
    """Lay out the summary of the test days: a row an architecture, a column a kind of vector.

    Combinations that did not run say so; those that do not exist, such as no vector for an
    architecture that takes one, are empty.
    """
    test = found[found["period"] == "test"]
    columns, rows = list(dict.fromkeys(test["vectors"])), {}
    for (setting, kind), part in test.groupby(["split", "kind"], sort=False):
        for words, (metric, column) in SHOWN.items():
            of_metric = part[part["metric"] == metric]
            cells = of_metric.set_index(["architecture", "vectors"])[column]
            for architecture in dict.fromkeys(part["architecture"]):
                rows[setting, words, kind, architecture] = [
                    _cell(cells.get((architecture, vectors)), architecture, vectors, column)
                    for vectors in columns
                ]
    index = pd.MultiIndex.from_tuples(rows, names=["setting", "score", "networks", "architecture"])
    return pd.DataFrame(list(rows.values()), index, columns)


def _cell(value: float | None, architecture: str, vectors: str, column: str) -> str:
    if value is not None:
        return f"{value:.0f}" if column == "below_zero" else f"{value:.2f}"
    exists = (vectors == NONE) == (architecture in (PLAIN, CLIMATOLOGY.split()[0]))
    return "not run" if exists else ""
