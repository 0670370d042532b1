"""The scientific assumptions of the project, gathered from the comments that mark them.

An assumption is what follows its mark in a comment, up to the next line that is none, or in a
docstring, up to the end of the paragraph. Where it stands above a number with a name, that is told.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

WORD = "ASS" + "UME"  # in two, for this module makes none
MARK = re.compile(rf"#?\s*\b{WORD}\b\s*")
NUMBER = re.compile(r"([A-Z][A-Z_0-9]*) = (-?[\d._e-]+|\([\d., -]+\))\s*(?:#\s*(.*))?$")
HEAD = (
    "# Assumptions\n\nWhat is taken for granted where nobody can know, as it stands in the code "
    f"behind the word `{WORD}`,\nby the file that it is in. Written by `vadose docs`.\n"
)
# The chapters in their order, and the modules or folders that belong to each.
CHAPTERS = {
    "Data sources": ("sources",),
    "Grids, basins and areas": (),
    "Leaf area": ("lai_record",),
    "Calibration": ("water_balance", "calibrate", "cells", "reasons"),
    "Storage capacity": ("capacity", "continents", "koeppen"),
    "Streamflow and stores": ("concepts",),
    "Storage without gaps": ("gap_filling", "drainage", "drought", "svgd"),
    "Ungauged basins": ("regionalization", "signatures"),
    "Root zone": ("root_zone",),
    "The systems together": ("closure", "dynamics", "rules"),
    "Products": ("deposit", "atlas", "products"),
    "The miniature planet": ("planet",),
}
SHARED = "Grids, basins and areas"  # what is named nowhere above


class Assumption(NamedTuple):
    """One assumption, and the file that makes it, named from the folder of the workflow."""

    file: str
    text: str


def assumptions(workflow: Path) -> list[Assumption]:
    """Gather the assumptions of all modules and rules below a folder, in the order of the files."""
    paths = sorted(path for end in ("py", "smk") for path in workflow.rglob(f"*.{end}"))
    return [
        Assumption(path.relative_to(workflow).as_posix(), text)
        for path in paths
        for text in _marked(path.read_text(encoding="utf-8"))
    ]


def assumptions_text(workflow: Path) -> str:
    """Write the page of assumptions: a chapter a system, in it a list for each file."""
    found = assumptions(workflow)
    page = [HEAD]
    for chapter in CHAPTERS:
        of_chapter = [one for one in found if chapter_of(one.file) == chapter]
        if of_chapter:
            page.append(f"\n## {chapter}\n")
        for file, group in groupby(of_chapter, key=lambda one: one.file):
            page += [f"\n`{file}`\n\n", *(f"- {one.text}\n" for one in group)]
    return "".join(page)


def chapter_of(file: str) -> str:
    """Name the chapter that a file belongs to, such as vadose/svgd.py or rules/evaluate.smk."""
    folder, _, below = file.partition("/")
    own = Path(below.partition("/")[0]).stem if folder == "vadose" else folder
    return next((name for name, members in CHAPTERS.items() if own in members), SHARED)


def _marked(source: str) -> Iterator[str]:
    """Go through the assumptions of a source file as sentences on one line."""
    if not MARK.search(source):
        return  # most files make none, and reading words takes a while
    for prose, number in _prose(source):
        pieces = [" ".join(piece.split()) for piece in MARK.split(prose)[1:]]
        whole = ""
        for k, piece in enumerate(pieces):
            # A sentence may go on behind a second mark on the next line.
            whole = f"{whole} {piece}" if whole else piece
            last = k == len(pieces) - 1
            if last or whole.endswith((".", ";")):
                yield whole.rstrip(".;") + (f" (`{number}`)" if number and last else "")
                whole = ""


def _prose(source: str) -> Iterator[tuple[str, str]]:
    """Go through blocks of comments and paragraphs of docstrings, with the number set below."""
    block, last, lines = [""], -1, source.splitlines()

    def ended() -> tuple[str, str]:
        found = NUMBER.match(lines[last]) if 0 < last < len(lines) else None
        words = f"{found[1]} = {found[2]} {found[3] or ''}" if found else ""
        return " ".join(block), words.strip()

    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, alone = token.start[0], not token.line[: token.start[1]].strip()
        if token.type == tokenize.COMMENT:
            if not (alone and row == last + 1):
                yield ended()
                block = []
            block.append(token.string.lstrip("# "))
            last = row if alone else -1
        elif token.type == tokenize.STRING and alone:
            for paragraph in re.split(r"\n\s*\n", token.string.strip('"')):
                yield re.sub(r"^\s*# ", " ", paragraph, flags=re.M), ""
    yield ended()
