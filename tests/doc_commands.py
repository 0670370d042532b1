"""The shell commands of the documentation, and which of them cannot be run in a test."""

import re
import shlex
from pathlib import Path

PAGES = ("README.md", "CONTRIBUTING.md", "docs/*.md")
# Their programs are no part of the project; of these, the files that they name are looked at.
OTHERS = {"apptainer", "docker", "sinfo", ".venv/bin/pip"}
FOLLOWED = "extend.md"  # whose commands test_extend.py runs in a copy


def pages(root: Path) -> list[Path]:
    """Every page that tells what to type."""
    return sorted(path for pattern in PAGES for path in root.glob(pattern))


def commands(root: Path) -> list[str]:
    """Every command of a block of shell, once, without its comment."""
    texts = (page.read_text(encoding="utf-8") for page in pages(root) if page.name != FOLLOWED)
    blocks = [
        block for text in texts for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    ]
    lines = [re.sub(r"\s+#.*$", "", line) for block in blocks for line in block.splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


def words(command: str) -> tuple[str, list[str]]:
    """The program of a command, by its last name, and its arguments."""
    program, *arguments = shlex.split(command)
    return program if program in OTHERS else Path(program).name, arguments


def dry(arguments: list[str]) -> list[str]:
    """What Snakemake is given for a plan here: nothing that asks for a scheduler or for conda."""
    for option in ("--profile", "--sdm"):
        if option in arguments:
            at = arguments.index(option)
            arguments = arguments[:at] + arguments[at + 2 :]
    return arguments
