"""The documentation is current and complete."""

import os
import re
import subprocess
import tokenize
from fnmatch import fnmatch
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from pydantic import BaseModel
from tests.doc_commands import commands, pages, words

from vadose import cli, metrics
from vadose.assumptions import CHAPTERS, assumptions, assumptions_text, chapter_of
from vadose.concepts.skill import skill
from vadose.config import Config
from vadose.gap_filling.skill import both_ways
from vadose.map_scores import scores as map_scores
from vadose.settings.capacity import Baseline, SplitName
from vadose.signatures import signatures
from vadose.uncertainty import INTERVALS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
HEADINGS = [
    "Why",
    "What it does",
    "Configuration",
    "Output",
    "How good, and against what",
    "Assumptions",
]
FOUNDATIONS = ("planet", "catchment_filter", "leaf_area", "calibration")
SYSTEMS = ("capacity", "concepts", "gap_filling", "regionalization", "root_zone")
DATA = re.compile(r"\w>?\.(nc|tif|csv|tsv|txt|parquet|html|gif|pt)$")
HEAVIEST = 150_000  # bytes of a figure


def read(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def code_words(text: str) -> set[str]:
    """What stands between single backticks, outside blocks of code."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)))


@pytest.mark.parametrize("name", [*FOUNDATIONS, *SYSTEMS])
def test_a_page_of_a_system_answers_the_same_questions_in_the_same_order(name: str) -> None:
    assert re.findall(r"^## (.*)$", read(name), re.M) == HEADINGS
    parts = re.split(r"^## .*$", read(name), flags=re.M)[1:]
    assert all(len(part.split()) >= 8 for part in parts)
    assert "](config.md#" in parts[2] and "](assumptions.md#" in parts[-1]


def test_every_network_has_a_page() -> None:
    assert set(Config().systems) == set(SYSTEMS)


def known_keys(section: BaseModel = Config(), path: str = "") -> set[str]:  # noqa: B008
    found = set()
    for name in type(section).model_fields:
        value = getattr(section, name)
        found.add(f"{path}{name}")
        if isinstance(value, BaseModel):
            found |= known_keys(value, f"{path}{name}.")
    return found


@pytest.mark.parametrize("page", pages(ROOT), ids=lambda path: path.stem)
def test_a_key_of_the_configuration_that_a_page_names_is_there(page: Path) -> None:
    keys = known_keys()
    sections = "|".join(key for key in keys if f"{key}." in " ".join(keys))
    named = re.compile(rf"^({sections})(\.[a-z_0-9]+)+$")
    files = {".py", ".md", ".nc", ".csv", ".smk", ".yaml", ".html", ".parquet", ".png", ".json"}
    words = code_words(page.read_text(encoding="utf-8"))
    asked = {word for word in words if named.match(word) and Path(word).suffix not in files}
    assert asked - keys == set()


def test_the_reference_of_the_configuration_has_every_key_once() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", read("config"), re.M)
    leaves = {key for key in known_keys() if f"{key}." not in " ".join(known_keys())}
    assert sorted(rows) == sorted(leaves)


def test_the_reference_says_what_a_key_takes() -> None:
    text = read("config")
    assert "| `planet.size` | `default` | `tiny`, `default`, `large` |" in text
    assert "| `calibration.restarts` | `10` | whole number from 3 to 100 |" in text
    assert "| `mirror` | `null` | text or `null` |" in text
    assert "| `capacity.test_share` | `0.3` | number above 0 below 0.8 |" in text
    assert "list of pair of `soil_water_1`" in text and "results/&lt;run&gt;/" in text


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow/svgd.py").write_text("# ASSUME that it rains.\n", encoding="utf-8")
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    assert cli.main(["docs"]) == 0
    assert (tmp_path / "docs/assumptions.md").read_text("utf-8").startswith("# Assumptions\n")


def test_no_mark_of_an_assumption_is_lost() -> None:
    """Found once more by looking at words alone: each is on the page, unless it only goes on."""
    page, lost = " ".join(read("assumptions").split()), []
    for path in sorted((ROOT / "workflow").rglob("*.py")):
        with tokenize.open(path) as file:
            text = file.read() if path.name != "assumptions.py" else ""
        for said in re.findall(r"(?:# |^\s*)ASSUME ([^\n]{12,40})", text, re.M):
            lost += [(path.name, said)] if said.strip(" .;") not in page else []
    assert lost == []


def test_an_assumption_is_read_with_the_lines_that_follow_and_the_number_below(
    tmp_path: Path,
) -> None:
    (tmp_path / "vadose").mkdir()
    (tmp_path / "vadose" / "svgd.py").write_text(
        '"""A module.\n\n# ASSUME in its text, that\ngoes on.\n\nNot this.\n"""\n'
        "x = 1  # not this\n"
        "# ASSUME a share of the water stays; half of it\n# stays long.\n"
        "SHARE = 0.3  # of a year\n\n"
        "def f():\n    # ASSUME one sentence that goes\n    # ASSUME on here.\n    return 1\n",
        encoding="utf-8",
    )
    assert [one.text for one in assumptions(tmp_path)] == [
        "in its text, that goes on",
        "a share of the water stays; half of it stays long (`SHARE = 0.3 of a year`)",
        "one sentence that goes on here",
    ]
    text = assumptions_text(tmp_path)
    assert text.index("## Storage without gaps") < text.index("`vadose/svgd.py`")


def test_a_file_stands_in_the_chapter_of_its_system() -> None:
    assert chapter_of("vadose/planet/cells.py") == "The miniature planet"
    assert chapter_of("vadose/cells.py") == "Calibration"
    assert chapter_of("vadose/weights.py") == "Grids, basins and areas"
    assert chapter_of("rules/evaluate_storage.smk") == "The systems together"
    named = [name for members in CHAPTERS.values() for name in members]
    package = ROOT / "workflow/vadose"
    there = [name == "rules" or any(package.glob(f"{name}*")) for name in named]
    assert all(there) and len(named) == len(set(named))


def test_every_metric_has_its_formula_on_the_page_of_evaluation() -> None:
    x, y = np.random.default_rng(1).random((2, 3, 40))
    found = {*metrics.scores(x, y), *signatures(x, y), *map_scores(x[0], y[0]), *skill(x, y)}
    found |= {*both_ways(x.T, y.T, 0 * x.T), "nlpd", "crps", "factor", "closure"}
    found |= {f"coverage_{100 * interval:.0f}" for interval in INTERVALS}
    named = code_words(read("evaluation"))
    assert found - named == set()


def test_every_split_is_explained() -> None:
    named = code_words(read("evaluation"))
    assert {*get_args(SplitName), "time", "space", "temporal", "ungauged", "sparse_N"} <= named
    assert len(get_args(Baseline)) == 5 and "nearest labels" in read("evaluation")


def test_every_bench_is_explained_and_every_explained_one_is_there() -> None:
    results = (ROOT / "bench/results.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \|", read("performance"), re.M)
    assert set(re.findall(r"^## (.*)$", results, re.M)) <= set(rows)
    benches = {word for word in code_words(read("performance")) if word.startswith("bench.")}
    assert benches
    assert all((ROOT / f"{name.replace('.', '/')}.py").is_file() for name in benches)


@pytest.mark.parametrize("name", [*FOUNDATIONS[1:], *SYSTEMS, "evaluation", "products"])
def test_a_file_that_a_page_promises_is_made_by_a_rule(name: str) -> None:
    rules = "".join(path.read_text("utf-8") for path in (ROOT / "workflow/rules").glob("*.smk"))
    made = {re.sub(r"\{+\w+\}+", "*", part) for part in re.findall(r"[\w{}.-]+\.\w+", rules)}
    # A pattern without a letter of its own fits only a name that is all placeholders.
    own = [pattern for pattern in made if not re.fullmatch(r"[*_.-]+\.\w+", pattern)]
    output = read(name).partition("## Output")[2] or read(name)
    files = {word.rpartition("/")[2] for word in code_words(output) if DATA.search(word)}
    named = {re.sub(r"<\w+>(?:_<\w+>)*", "*", file) for file in files}
    assert {one for one in named - made if not any(fnmatch(one, made) for made in own)} == set()


@pytest.mark.parametrize("page", [*pages(ROOT), ROOT / "SECURITY.md", ROOT / "config/README.md"])
def test_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    files = {link.partition("#")[0] for link in links if "://" not in link} - {""}
    assert [name for name in files if not (page.parent / name).is_file()] == []


def test_figures_are_light_and_used() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in pages(ROOT))
    figures = list((DOCS / "figures").iterdir())
    assert figures and all(path.stat().st_size <= HEAVIEST for path in figures)
    assert [path.name for path in figures if f"figures/{path.name}" not in text] == []


def test_what_is_made_for_people_is_marked_as_the_planet() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    before = text[: text.index("docs/figures/")]
    assert "invented world" in before and "miniature planet" in before


@pytest.mark.parametrize("page", pages(ROOT), ids=lambda path: path.stem)
def test_a_sub_command_that_a_page_names_is_there(page: Path) -> None:
    lines = [*code_words(page.read_text(encoding="utf-8")), *commands(ROOT)]
    called = [re.match(r"(?:\.venv/bin/)?vadose ([a-z]+)", line) for line in lines]
    named = {found[1] for found in called if found}
    assert named and named <= set(cli.COMMANDS)


def test_targets_of_make_are_there() -> None:
    made = [command for command in commands(ROOT) if words(command)[0] == "make"]
    assert "make run" in made and "make test" in made
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    for command in made:
        done = subprocess.run(
            ["make", "--dry-run", *words(command)[1]],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
