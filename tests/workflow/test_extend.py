"""The worked examples of docs/extend.md work as they stand there, in a copy of the project."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/extend.md").read_text(encoding="utf-8")
COPIED = ("workflow", "config", "resources/sources.yaml", "pyproject.toml", "tests/conftest.py")
TESTED = (
    "tests/systems/test_baselines.py",
    "tests/systems/test_water_balance.py",
    "tests/unit/test_baselines.py",
    "tests/unit/test_lstm.py",
)
BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.M | re.S)
END = " (at the end)"
# By what is added: what the commands must show of it, and a snippet in which it must work.
WORKS = {
    "A water balance model": (
        "bucket",
        """
from typing import get_args
from vadose.config import read_config
from vadose.maps import MODEL_COLOURS
from vadose.settings.calibration import ModelName
from vadose.water_balance.model import MODELS

calibration = {"models": ["dwbm", "swbm", "tvgm", "bucket"]}
read = read_config({"calibration": calibration, "labels": {"models": ["dwbm", "bucket"]}})
assert read.labels.models[-1] == "bucket" and set(calibration["models"]) <= set(MODEL_COLOURS)
assert set(get_args(ModelName)) == set(MODELS)
""",
    ),
    "A baseline": (
        "forest",
        """
from typing import get_args
from vadose.capacity.baselines import BASELINES
from vadose.charts import METHOD_COLOURS
from vadose.config import read_config
from vadose.settings.capacity import Baseline

assert read_config({"capacity": {"baselines": ["forest"]}}).capacity.baselines == ["forest"]
assert "forest" in METHOD_COLOURS and set(get_args(Baseline)) == set(BASELINES)
""",
    ),
    "An architecture": (
        "gain",
        """
import torch
from vadose.config import read_config
from vadose.nets.catalogue import networks
from vadose.nets.lstm import Sizes
from vadose.regionalization.model import Design, FlowLstm
from vadose.regionalization_charts import LINES

read = read_config({"regionalization": {"architectures": ["gain"]}}).regionalization
design = Design(read.architectures[0], 4, 0.0, 3.0, window=9, counted_days=5)
flow = FlowLstm(Sizes(3, 2, 4), design)(torch.randn(9, 2, 3), torch.randn(2, 2), design.warmup)
assert flow.shape == (5, 2) and set(read.architectures) <= set(LINES)
assert "lstm gain" in [network.name for network in networks()]
""",
    ),
    "A source": (
        "our_et",
        """
import sys
from pathlib import Path
import xarray as xr
from test_source_our_et import write_our_et
from vadose.config import read_config
from vadose.needs import needs
from vadose.sources.registry import read_sources
from vadose.sources.retrieve import retrieve, wanted_part

sys.path.insert(0, "workflow/scripts")
import aggregate_fields

mirror = Path("mirror/our_et")
mirror.mkdir(parents=True)
write_our_et(mirror / "our_et_2001.nc")
fields = {"et": "our_et", "step": 0.5, "storage_step": 1}
period = {"start": "1995-01-01", "end": "2001-12-31"}
given = {"world": "earth", "fields": fields, "period": period, "mirrors": {"our_et": "mirror"}}
need = needs(read_config(given), read_sources(Path("resources/sources.yaml")))["our_et"]
(block,) = need.blocks
window = {"west": 0, "south": 50, "east": 1, "north": 51}
manifest = Path(need.manifest(block))
retrieve(need.row, wanted_part(block, window), manifest, need.mirror)
settings = window | {"steps": [0.5], "least_cell_share": 0.5}
aggregate_fields.main(manifest, "our_et", block, [Path("made.nc")], **settings)
with xr.open_dataset("made.nc") as made:
    assert block == "200101-200112" and float(made["et"][1].mean()) == 56
""",
    ),
}


def chapters() -> dict[str, str]:
    """The chapters of the page that hold blocks, by their titles."""
    _, *parts = re.split(r"^## (.*)$", PAGE, flags=re.M)
    return {k: v for k, v in zip(parts[::2], parts[1::2], strict=True) if BLOCK.search(v)}


def copy(folder: Path) -> None:
    """Copy what the examples touch or need."""
    folder.mkdir()
    skip = shutil.ignore_patterns("__pycache__")
    for name in (*COPIED, *TESTED):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        else:
            shutil.copy2(ROOT / name, folder / name)
    (folder / "docs").mkdir()


def apply(kind: str, title: str, text: str, folder: Path) -> Path:
    """Do to the copy what a block of the page says; gives the file."""
    path = folder / title.removesuffix(END)
    if kind == "diff":
        lines = text.splitlines(keepends=True)
        before, after = ("".join(x[1:] for x in lines if x[0] in signs) for signs in (" -", " +"))
        whole = path.read_text(encoding="utf-8")
        assert before and whole.count(before) == 1, f"docs/extend.md, {title}: {before!r}"
        path.write_text(whole.replace(before, after), encoding="utf-8")
    elif title.endswith(END):
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    else:
        assert not path.exists(), f"{title} is there already"
        path.write_text(text, encoding="utf-8")
    return path


def run(folder: Path, *arguments: str) -> str:
    """Run Python in the copy, on the package that stands there."""
    places = (folder / "workflow", folder / "tests/unit")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, places)), "COLUMNS": "200"}
    environment |= {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def arguments(command: str) -> list[str]:
    """What Python is given for a command of the page."""
    program, *rest = shlex.split(command)
    module = {".venv/bin/vadose": ["-m", "vadose"], ".venv/bin/python": []}
    return [*module[program], *rest]


class Extended:
    """A copy with all examples in it; what two of them ask for is asked once."""

    def __init__(self, folder: Path) -> None:
        copy(folder)
        self.folder, self.shown = folder, {}
        self.blocks = {title: BLOCK.findall(text) for title, text in chapters().items()}
        edits = [block for blocks in self.blocks.values() for block in blocks if block[1]]
        self.edited = [str(apply(*block, folder)) for block in edits]

    def command(self, text: str) -> str:
        if text not in self.shown:
            self.shown[text] = run(self.folder, *arguments(text))
        return self.shown[text]


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Extended:
    return Extended(tmp_path_factory.mktemp("extended") / "project")


@pytest.mark.parametrize("title", chapters())
def test_a_worked_example_works(title: str, extended: Extended) -> None:
    name, snippet = WORKS[title]
    commands = "".join(text for kind, _, text in extended.blocks[title] if kind == "sh")
    for command in commands.splitlines():
        shown = extended.command(command)
        assert name in shown or not command.endswith(" sources")
        assert " passed" in shown or "pytest" not in command
    assert commands.count("pytest") == 1
    assert name in (extended.folder / "config/schema.json").read_text(encoding="utf-8")
    run(extended.folder, "-c", snippet)


def test_the_examples_keep_the_style_of_the_house(extended: Extended) -> None:
    python = sorted({path for path in extended.edited if path.endswith(".py")})
    for check in (["check"], ["format", "--check", "--diff"]):
        run(extended.folder, "-m", "ruff", *check, "--no-cache", *python)


def test_an_edit_that_no_longer_fits_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one = 1\ntwo = 2\n", encoding="utf-8")
    apply("diff", "a.py", " one = 1\n-two = 2\n+two = 3\n", tmp_path)
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == "one = 1\ntwo = 3\n"
    with pytest.raises(AssertionError, match=r"docs/extend\.md, a\.py"):
        apply("diff", "a.py", "-two = 2\n+two = 4\n", tmp_path)


def test_every_chapter_with_edits_is_followed() -> None:
    assert set(chapters()) == set(WORKS)
