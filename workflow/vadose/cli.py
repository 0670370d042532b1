"""The command `vadose`: what a user asks of the project besides running the workflow."""

import argparse
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import yaml
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vadose.assumptions import assumptions_text
from vadose.config import read_config
from vadose.config_file import config_text, reference_text, schema_text
from vadose.doctor import Finding, examine, free_gb, size_gb
from vadose.envs import write_environments
from vadose.errors import InputError
from vadose.needs import DOWNLOADS, needs
from vadose.plan import Row, planned, rows
from vadose.sources.registry import bibtex, read_sources
from vadose.water_balance.model import MODELS, load_model

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "resources" / "sources.yaml"


def main(arguments: list[str] | None = None) -> int:
    """Run one sub-command; a user's mistake ends in one sentence."""
    parser = argparse.ArgumentParser(prog="vadose", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        command = commands.add_parser(name, help=(function.__doc__ or "").splitlines()[0])
        if function is doctor:
            command.add_argument("--configfile", type=Path, default=ROOT / "config/config.yaml")
    known, others = parser.parse_known_args(arguments)
    options = vars(known)
    if COMMANDS[known.command] is plan:
        options["arguments"] = others
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    try:
        return COMMANDS[options.pop("command")](**options) or 0
    except InputError as error:
        sys.exit(f"Error: {error}")


def doctor(configfile: Path) -> int:
    """Tell what each source that a configuration needs lacks, and what to do about it."""
    try:
        values = yaml.safe_load(configfile.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{configfile} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{configfile} is not YAML: {error}") from error
    wanted = needs(read_config(values or {}), read_sources(SOURCES))
    findings = [examine(need, ROOT) for need in wanted.values()]
    console = Console()
    console.print(_state_table(findings))
    for found in findings:
        if found.advice:
            console.print(f"[{found.colour}]{found.need.source}[/]: {escape(found.advice)}")
    accounts = {f"{f.need.route.account}: account found in {f.where}" for f in findings if f.where}
    mirrors = {f"mirror: {f.need.mirror}" for f in findings if f.need.mirror}
    for line in (*sorted(accounts), *sorted(mirrors)):
        console.print(escape(line))
    to_fetch = sum(size_gb(found.need) for found in findings if found.colour != "green")
    free = free_gb(ROOT / DOWNLOADS)
    enough = to_fetch < free
    colour = "green" if enough else "red"
    console.print(f"[{colour}]Up to {to_fetch:.3g} GB to fetch, {free:.3g} GB of disk free.[/]")
    return int(not enough or any(found.colour == "red" for found in findings))


def _state_table(findings: list[Finding]) -> Table:
    """Lay out what was found so that it fits a terminal of 80 columns."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("source", no_wrap=True)
    table.add_column("version")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("licence", max_width=15, overflow="fold")
    table.add_column("account", no_wrap=True)
    table.add_column("state")
    for found in findings:
        size = size_gb(found.need)
        planet = found.need.config.world == "planet"
        table.add_row(
            found.need.source,
            "planet" if planet else found.need.row.version,
            f"{size:.3g} GB" if size else "-",
            "CC0-1.0" if planet else found.need.row.licence,
            found.account or "-",
            f"[{found.colour}]{found.state}[/]",
        )
    return table


def plan(arguments: list[str]) -> int:
    """Tell what a run would do and cost; takes Snakemake's arguments, ends with 3 if there is work.

    Prints one line a rule: jobs, why, how long they took last time, and hours of processors and
    graphics cards. Ends with 0 where there is nothing to do and with 1 where there is no plan.
    """
    jobs, complaints = planned(arguments)
    console = Console()
    for complaint in complaints:
        console.print(escape(complaint))
    if not jobs:
        console.print("Nothing to be done.")
        return 0
    found = rows(jobs)
    console.print(_plan_table(found))
    unknown, guessed = sum(row.unknown for row in found), sum(row.guessed for row in found)
    if guessed:
        console.print(f"~ {guessed} jobs have not run yet: they count as others of their rule did.")
    if unknown:
        console.print(f"? {unknown} jobs of rules that never ran here count for nothing.")
    return 3


def _plan_table(found: list[Row]) -> Table:
    """Lay out a plan, with the sum in the last line."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    table.add_column("rule", "all", no_wrap=True)
    table.add_column("jobs", str(sum(row.jobs for row in found)), justify="right")
    table.add_column("why", overflow="fold")
    sums = [sum(cost) for cost in zip(*(row[3:6] for row in found), strict=True)]
    for name, shown in zip(("last time", "CPU h", "GPU h"), _costs(*sums), strict=True):
        table.add_column(name, shown, justify="right", no_wrap=True)
    for row in found:
        time, *hours = _costs(*row[3:6])
        time = "?" if row.unknown == row.jobs else ("~ " if row.guessed else "") + time
        table.add_row(row.rule, str(row.jobs), escape("; ".join(row.why)), time, *hours)
    return table


def _costs(seconds: float, cpu_hours: float, gpu_hours: float) -> tuple[str, str, str]:
    time = str(timedelta(seconds=round(seconds)))
    return time, f"{cpu_hours:.2f}", f"{gpu_hours:.2f}" if gpu_hours else "-"


def models() -> None:
    """List the water balance models with their bounds, and the networks with their sizes."""
    table = Table("model", "paper", "snow", "parameters")
    for name in MODELS:
        for snow in ("none", "degree_day"):
            model = load_model(name, snow)
            bounds = [f"{n} {b.low:g}-{b.high:g} {b.unit}" for n, b in model.parameters.items()]
            table.add_row(name, model.paper, snow, "; ".join(bounds))
    Console().print(table)
    # Not above: torch takes seconds to import, and no other command needs it.
    from vadose.nets.catalogue import networks

    table = Table(box=box.SIMPLE, pad_edge=False)
    for name in ("network", "paper", "parameters", "takes", "gives", "flops a sample"):
        table.add_column(name, no_wrap=name in ("network", "parameters"))
    for network in networks():
        table.add_row(*network.row())
    Console().print(table)


def sources() -> None:
    """List the data sources with version, size, licence, account and citation."""
    table = Table("source", "version", "size", "licence", "account", "doi", "citation")
    for row in read_sources(SOURCES):
        size = f"{row.size_gb:g} GB" if row.size_gb else "-"
        cells = (row.source, row.version, size, row.licence, row.account or "none")
        table.add_row(*cells, row.doi or "-", row.citation)
    Console().print(table)


def cite() -> None:
    """Print the citations of the data sources as BibTeX."""
    sys.stdout.write("\n".join(bibtex(row) for row in read_sources(SOURCES)))


def config() -> None:
    """Write config/config.yaml, config/schema.json and docs/config.md from the typed settings."""
    for path, text in config_files().items():
        path.write_text(text, encoding="utf-8")


def envs() -> None:
    """Write one conda environment file a rule from its imports and the lock file."""
    write_environments(
        ROOT / "workflow" / "scripts",
        ROOT / "workflow" / "vadose",
        ROOT / "requirements.lock.txt",
        ROOT / "envs",
    )


def docs() -> None:
    """Write docs/assumptions.md from the comments that mark scientific assumptions."""
    page = ROOT / "docs" / "assumptions.md"
    page.write_text(assumptions_text(ROOT / "workflow"), encoding="utf-8")


def config_files() -> dict[Path, str]:
    """Give the text of each file that is generated from the typed configuration."""
    return {
        ROOT / "config" / "config.yaml": config_text(),
        ROOT / "config" / "schema.json": schema_text(),
        ROOT / "docs" / "config.md": reference_text(),
    }


COMMANDS: dict[str, Callable[..., int | None]] = {
    "cite": cite,
    "config": config,
    "docs": docs,
    "doctor": doctor,
    "envs": envs,
    "models": models,
    "plan": plan,
    "sources": sources,
}
