"""What a run would do, why, how long that took last time, and what it would cost.

Snakemake plans (a dry run, with all its options); its records are read as they are made, so that
nothing depends on how they are printed. Times are those of the benchmark files of earlier runs.
"""

import ast
import contextlib
import io
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from vadose.errors import InputError

# Snakemake's reasons, and what they are called here; %s is what they are about.
WHY = {
    "Missing output files": "not made yet",
    "Incomplete output files": "left unfinished",
    "Updated input files": "newer %s",
    "Input files updated by another job": "follows",
    "Set of input files has changed since last execution": "other inputs",
    "Params have changed since last execution": "changed %s",
    "Code has changed since last execution": "changed script",
    "Software environment definition has changed since last execution": "changed environment",
    "Forced execution": "asked for",
}
MACHINE = ("-c", "--cores", "-j", "--jobs", "--profile", "-e", "--executor")  # the caller's choice


class Job(NamedTuple):
    """A job that would run."""

    rule: str
    message: str
    why: tuple[str, ...]
    seconds: float | None  # it took last time, or other jobs of its rule did; None where none ran
    known: bool  # whether the time is its own
    threads: int
    gpus: int


class Row(NamedTuple):
    """What the jobs of one rule cost; hours count threads and graphics cards that are held."""

    rule: str
    jobs: int
    why: tuple[str, ...]
    seconds: float
    cpu_hours: float
    gpu_hours: float
    guessed: int  # jobs whose time is that of others of their rule
    unknown: int  # jobs without a time, which count for nothing


class _Listener(logging.Handler):
    """Keep what Snakemake records."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def jobs(self) -> Iterator[logging.LogRecord]:
        """Records of jobs that make something."""
        for record in self.records:
            event = getattr(record, "event", None)
            if event is not None and event.name == "JOB_INFO" and vars(record)["output"]:
                yield record

    def errors(self) -> list[str]:
        """What went wrong, each in one line."""
        texts = (r.getMessage() for r in self.records if r.levelno >= logging.ERROR)
        return [" ".join(text.split()) for text in texts]


def planned(arguments: Sequence[str]) -> tuple[list[Job], list[str]]:
    """Give the jobs that Snakemake would run here with these arguments, and its complaints.

    InputError with what Snakemake says where it cannot plan.
    """
    # Not above: Snakemake takes a second to import, and no other command needs it.
    from snakemake.cli import main  # type: ignore[import-untyped]

    given = any(a.startswith(MACHINE) and not a.startswith("--config") for a in arguments)
    cores = [] if given else ["--cores", "all"]
    listener, printed = _Listener(), io.StringIO()
    above = logging.getLogger("snakemake")  # Snakemake empties the list of its own logger
    above.addHandler(listener)
    try:
        with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
            main([*arguments, *cores, "--dry-run"])
    except SystemExit as end:
        if end.code:
            said = end.code if isinstance(end.code, str) else "; ".join(listener.errors())
            last = printed.getvalue().strip().splitlines()[-1:]  # of a usage, what is wrong
            raise InputError((said or "".join(last)).removeprefix("Error: ")) from None
    finally:
        above.removeHandler(listener)
    return [_job(vars(record)) for record in listener.jobs()], listener.errors()


def _job(record: dict[str, Any]) -> Job:
    rule, benchmark = record["rule_name"], Path(record["benchmark"] or "")
    own = seconds_of(benchmark)
    return Job(
        rule,
        record["rule_msg"] or rule,
        reasons(record["reason"]),
        seconds_of_rule(benchmark, rule) if own is None else own,
        own is not None,
        record["threads"],
        int(record["resources"].get("gpu", 0)),
    )


def seconds_of(benchmark: Path) -> float | None:
    """Read how long a job took from its benchmark file; None where there is none."""
    try:
        names, values = benchmark.read_text(encoding="utf-8").splitlines()[:2]
        return float(dict(zip(names.split("\t"), values.split("\t"), strict=True))["s"])
    except (OSError, ValueError, KeyError):
        return None


def seconds_of_rule(benchmark: Path, rule: str) -> float | None:
    """Median time of the other jobs of a rule, whose benchmarks lie below a folder of its name."""
    folder = next((path for path in benchmark.parents if path.name == rule), None)
    times = [seconds_of(path) for path in sorted(folder.rglob("*.tsv"))] if folder else []
    return median(found) if (found := [time for time in times if time is not None]) else None


def reasons(text: str) -> tuple[str, ...]:
    """Put Snakemake's reasons into few words; that a job follows others only where it is all."""
    found = []
    for part in re.split(f"; (?={'|'.join(WHY)})", text):
        reason, _, about = part.partition(": ")
        words = WHY.get(reason, reason[:1].lower() + reason[1:])
        found.append(words.replace("%s", _about(reason, about)))
    return tuple(word for word in found if word != "follows") or ("follows",)


def _about(reason: str, text: str) -> str:
    if reason.startswith("Params"):
        names = changed_params(text) or ["settings"]
    else:
        names = [Path(path).name for path in text.split(", ")]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def changed_params(text: str) -> list[str]:
    """Name the settings and files of code that differ between `before: ...` and `now: ...`."""
    before, _, now = text.partition("before: ")[2].partition(" now: ")
    code: dict[str, None] = dict.fromkeys(re.findall(r"'(\S+\.py) [0-9a-f]{12}'", text))
    old, new = _mapping(before), _mapping(now)
    settings = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [*settings, *sorted(code)]


def _mapping(text: str) -> dict[str, Any]:
    """All mappings among values that are written side by side, as one; none where unreadable."""
    try:
        values = ast.literal_eval(f"[{text}]")
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, Any] = {}
    for value in values:
        found |= value if isinstance(value, dict) else {}
    return found


def rows(jobs: Iterable[Job]) -> list[Row]:
    """Sum jobs up by rule, in the order of the plan."""
    by_rule: dict[str, list[Job]] = {}
    for job in jobs:
        by_rule.setdefault(job.rule, []).append(job)
    return [_row(rule, members) for rule, members in by_rule.items()]


def _row(rule: str, jobs: Sequence[Job]) -> Row:
    why = dict.fromkeys(word for job in jobs for word in job.why)
    if len(why) > 1:
        why.pop("follows", None)
    times = [job.seconds or 0.0 for job in jobs]
    return Row(
        rule,
        len(jobs),
        tuple(why),
        sum(times),
        sum(t * job.threads for t, job in zip(times, jobs, strict=True)) / 3600,
        sum(t * job.gpus for t, job in zip(times, jobs, strict=True)) / 3600,
        sum(job.seconds is not None and not job.known for job in jobs),
        sum(job.seconds is None for job in jobs),
    )
