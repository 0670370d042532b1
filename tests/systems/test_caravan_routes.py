"""Caravan arrives whole by every route, or one sentence says why it does not."""

import io
import shutil
import tarfile
from pathlib import Path

import pytest
from tests.servers import File, serve
from tests.unit.test_caravan_routes import folders, route

from vadose.errors import InputError
from vadose.planet.build import build_gauges
from vadose.sources.caravan import find_basins, read_attributes, read_polygons
from vadose.sources.caravan_routes import copy_from_mirror, fetch

NAMES = [f"planet_0000000{k}" for k in range(1, 4)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("planet")
    build_gauges(folder, seed=3, basins=3, start="2001-01-01", end="2001-12-31")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(folder / "Caravan-nc", "Caravan-nc")
    return packed.getvalue()


def test_a_subset_of_the_archive_becomes_whole_folders(archive: bytes, tmp_path: Path) -> None:
    made = folders(tmp_path / "caravan/1.6")
    with serve({"/Caravan-nc.tar.gz": File(archive)}) as server:
        fetch(route(f"{server.url}/Caravan-nc.tar.gz"), "planet", None, made)
    assert list(find_basins([made[0]])) == NAMES
    assert read_attributes([made[1]], NAMES)["area"].gt(0).all()
    assert sorted(p.name for p in made.attributes.iterdir()) == [
        f"attributes_{group}_planet.csv" for group in ("caravan", "hydroatlas", "other")
    ]
    assert list(read_polygons([made.shapefiles], NAMES).index) == NAMES
    assert not (tmp_path / "caravan/1.6/.part").exists() or not any(
        (tmp_path / "caravan/1.6/.part").iterdir()
    )


def test_a_mirror_without_polygons_serves_the_rest(archive: bytes, tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(tmp_path / "mirror", filter="data")
    shutil.rmtree(tmp_path / "mirror/Caravan-nc/shapefiles")
    made = folders(tmp_path / "caravan/1.6")
    copy_from_mirror(tmp_path / "mirror", "planet", made)
    assert list(find_basins([made.timeseries])) == NAMES
    assert made.shapefiles.is_dir() and not any(made.shapefiles.iterdir())


def test_a_subset_that_the_archive_lacks_is_named(archive: bytes, tmp_path: Path) -> None:
    made = folders(tmp_path / "caravan/1.6", "hysets")
    with (
        serve({"/a.tar.gz": File(archive)}) as server,
        pytest.raises(InputError, match=r"holds none of the wanted files .*: check the version"),
    ):
        fetch(route(f"{server.url}/a.tar.gz"), "hysets", None, made)
    assert not any(folder.exists() for folder in made)
