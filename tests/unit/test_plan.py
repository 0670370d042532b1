"""A plan in few words: why each rule runs, and what it cost last time."""

from pathlib import Path

import pytest

from vadose.plan import Job, changed_params, reasons, rows, seconds_of, seconds_of_rule


def write_benchmark(path: Path, seconds: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:00\tNA\n", encoding="utf-8")
    return path


def test_a_time_is_read_from_its_benchmark(tmp_path: Path) -> None:
    assert seconds_of(write_benchmark(tmp_path / "one.tsv", 12.5)) == 12.5
    assert seconds_of(tmp_path / "none.tsv") is None
    (tmp_path / "torn.tsv").write_text("s\th:m:s\n", encoding="utf-8")
    assert seconds_of(tmp_path / "torn.tsv") is None


def test_a_job_that_never_ran_is_timed_by_the_median_of_its_rule(tmp_path: Path) -> None:
    folder = tmp_path / "benchmarks/train_net"
    for name, seconds in (("a_0", 10), ("b/a_1", 20), ("b/a_2", 90)):
        write_benchmark(folder / f"{name}.tsv", seconds)
    assert seconds_of_rule(folder / "b/a_7.tsv", "train_net") == 20
    assert seconds_of_rule(tmp_path / "benchmarks/map_net.tsv", "map_net") is None


BEFORE = "{'epochs': 2, 'rates': [(0, 0.1)], 'seed': 1}"
NOW = "{'epochs': 3, 'rates': [(0, 0.1)], 'clip': 1.0}"


def test_changed_settings_and_files_are_named() -> None:
    text = (
        f"Union of exclusive params before and now across all output: before: {BEFORE} now: {NOW}"
    )
    assert changed_params(text) == ["epochs", "seed", "clip"]
    code = "before: 'vadose/grid.py 0123456789ab' now: 'vadose/grid.py ba9876543210'"
    assert changed_params(code) == ["vadose/grid.py"]
    both = f"before: 'vadose/a.py 0123456789ab',{BEFORE} now: 'vadose/a.py ba9876543210',{NOW}"
    assert changed_params(both) == ["epochs", "seed", "clip", "vadose/a.py"]
    assert changed_params("before: <nothing exclusive> now: 'x'") == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Missing output files: a/b.nc", ("not made yet",)),
        ("Updated input files: a/b.nc, c/d.nc", ("newer b.nc, d.nc",)),
        ("Input files updated by another job: a/b.nc", ("follows",)),
        ("Missing output files: a; Input files updated by another job: b", ("not made yet",)),
        (
            f"Code has changed since last execution; Params have changed since last execution: "
            f"before: {BEFORE} now: {NOW}",
            ("changed script", "changed epochs, seed, clip"),
        ),
        (
            "Params have changed since last execution: before: 'a; b' now: 'c'",
            ("changed settings",),
        ),
        ("A reason of tomorrow", ("a reason of tomorrow",)),
    ],
)
def test_reasons_are_put_into_few_words(said: str, words: tuple[str, ...]) -> None:
    assert reasons(said) == words


def test_hours_count_the_threads_and_cards_that_a_job_holds() -> None:
    jobs = [
        Job("train", "one", ("changed epochs",), 1800.0, True, threads=4, gpus=1),
        Job("train", "two", ("follows",), 3600.0, False, threads=2, gpus=1),
        Job("train", "three", ("not made yet",), None, False, threads=8, gpus=1),
        Job("map", "four", ("follows",), 36.0, True, threads=1, gpus=0),
    ]
    train, map_ = rows(jobs)
    assert (train.rule, train.jobs, train.guessed, train.unknown) == ("train", 3, 1, 1)
    assert train.why == ("changed epochs", "not made yet")
    assert (train.seconds, train.cpu_hours, train.gpu_hours) == (5400, 4.0, 1.5)
    assert map_.why == ("follows",) and map_[3:6] == pytest.approx((36, 0.01, 0))
