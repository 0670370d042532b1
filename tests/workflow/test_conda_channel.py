"""Conda's real solver takes the environment files, from a channel of what is installed."""

import asyncio
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.conda.channel import PLATFORM, build
from tests.conda.standin import FROM_CONDA, closure

rattler = pytest.importorskip("rattler", reason="pip install py-rattler: conda's solver is missing")

RULES = ("calibrate_cells", "train_concepts")


def lines_of(root: Path, rule: str) -> list[str]:
    text = (root / f"envs/{rule}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["dependencies"]


@pytest.fixture(scope="module")
def channel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("channel")
    lines = {line for rule in RULES for line in lines_of(root, rule)}
    names = {line.split()[0] for line in lines} - {"python"}
    build(sorted(closure([FROM_CONDA.get(name, name) for name in names])), folder)
    asyncio.run(rattler.index.index_fs(folder))
    return folder


def test_every_line_is_a_strict_match_spec(root: Path) -> None:
    files = sorted(root.glob("envs/*.yaml"))
    assert files
    for file in files:
        for line in lines_of(root, file.stem):
            assert rattler.MatchSpec(line, strict=True).name is not None


@pytest.mark.parametrize("rule", RULES)
def test_an_environment_is_solved_and_its_script_imports(
    channel: Path, root: Path, tmp_path: Path, rule: str
) -> None:
    async def install() -> list[str]:
        records = await rattler.solve(
            [channel.as_uri()],
            lines_of(root, rule),
            platforms=[PLATFORM, "noarch"],
            virtual_packages=rattler.VirtualPackage.detect(),
        )
        place = {"cache_dir": tmp_path / "cache", "show_progress": False}
        await rattler.install(records, tmp_path / "env", **place)
        return [record.name.normalized for record in records]

    names = asyncio.run(install())
    assert {line.split()[0] for line in lines_of(root, rule)} <= set(names)
    done = subprocess.run(
        [tmp_path / "env/bin/python", "-c", f"import scripts.{rule}"],
        cwd=root / "workflow",
        env={"PYTHONPATH": str(root / "workflow"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
