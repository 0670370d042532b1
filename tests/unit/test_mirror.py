"""A mirror gives the files that are meant, whole, or says what it lacks and what it has."""

import errno
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from vadose.errors import InputError
from vadose.sources import mirror as mirror_module
from vadose.sources.mirror import find
from vadose.sources.registry import Route, Source
from vadose.sources.wanted import Wanted

NAMES = [["GRC.*.nc"]]


def copy_files(
    mirror: Path, source: str, names: list[list[str]], folder: Path, progress=int
) -> list[Path]:
    """Find and copy the files of a source that may come by these names."""
    first, *others = names
    routes = [Route.at("", tuple(other)) for other in others or [[]]]
    facts = dict.fromkeys(("version", "title", "licence", "citation"), "x")
    row = Source.model_validate(facts | {"source": source, "files": first, "routes": routes})
    return mirror_module.copy_files(find(mirror, row, Wanted()), folder, progress)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    for name in ("grace/deep/GRC.2024.nc", "grace/GRC.2025.nc", "other/x.nc"):
        path = tmp_path / "mirror" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        os.utime(path, (1e9, 1e9))
    return tmp_path / "mirror"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def test_the_newest_file_is_copied_with_its_time_and_the_mirror_left_alone(
    mirror: Path, folder: Path
) -> None:
    told: list[int] = []
    (copy,) = copy_files(mirror, "grace", NAMES, folder, told.append)
    assert copy == folder / "GRC.2025.nc" and copy.read_bytes() == b"grace/GRC.2025.nc"
    assert copy.stat().st_mtime == 1e9 and not copy.samefile(mirror / "grace/GRC.2025.nc")
    assert copy.stat().st_nlink == 1 and told == [len(b"grace/GRC.2025.nc")]


def test_a_copy_is_made_again_only_when_the_mirror_changed(mirror: Path, folder: Path) -> None:
    told: list[int] = []
    copy_files(mirror, "grace", NAMES, folder)
    copy_files(mirror, "grace", NAMES, folder, told.append)
    assert told == []
    (mirror / "grace/GRC.2025.nc").write_bytes(b"mended, as long")
    copy_files(mirror, "grace", NAMES, folder)
    assert (folder / "GRC.2025.nc").read_bytes() == b"mended, as long"


def test_a_mirror_of_one_source_needs_no_folder_for_it(mirror: Path, folder: Path) -> None:
    (copy,) = copy_files(mirror / "grace", "grace", [["GRC.2024.nc"]], folder)
    assert copy == folder / "GRC.2024.nc"


def test_names_that_could_be_anybodys_need_a_folder_of_the_source(
    mirror: Path, folder: Path
) -> None:
    with pytest.raises(InputError, match=r"has no folder gap \(it has grace, other\): make it"):
        copy_files(mirror, "gap", [["**.nc"]], folder)
    assert len(copy_files(mirror, "grace", [["**.nc"]], folder)) == 2


def test_the_first_names_that_are_all_there_are_taken(mirror: Path, folder: Path) -> None:
    alternatives = [["GRC.2025.nc", "mask.nc"], ["GRC.2024.nc"]]
    assert copy_files(mirror, "grace", alternatives, folder) == [folder / "GRC.2024.nc"]


def test_a_tree_keeps_its_folders(mirror: Path, folder: Path) -> None:
    for huc in ("01", "02"):
        path = mirror / "camels/v1p2/flow" / huc / f"{huc}_q.txt"
        path.parent.mkdir(parents=True)
        path.write_text(huc, encoding="utf-8")
    copies = copy_files(mirror, "camels", [["flow/**/**_q.txt"]], folder)
    assert [path.relative_to(folder).as_posix() for path in copies] == [
        "flow/01/01_q.txt",
        "flow/02/02_q.txt",
    ]


def test_what_is_missing_is_named_beside_what_is_there(mirror: Path, folder: Path) -> None:
    with pytest.raises(InputError, match=r"grace lacks ET\.nc of grace \(it has GRC\.2025\.nc, de"):
        copy_files(mirror, "grace", [["GRC.*.nc", "ET.nc"], ["x.nc"]], folder)
    with pytest.raises(InputError, match=r"nowhere is no folder that can be read: mend its path"):
        copy_files(mirror / "nowhere", "grace", NAMES, folder)
    assert list(folder.iterdir()) == []


def test_a_file_that_stands_twice_is_not_guessed(mirror: Path, folder: Path) -> None:
    shutil.copy(mirror / "grace/GRC.2025.nc", mirror / "grace/deep")
    with pytest.raises(InputError, match=r"GRC\.2025\.nc stands more than once .*: keep the one"):
        copy_files(mirror, "grace", NAMES, folder)


def test_a_disk_too_small_is_known_before_copying(
    mirror: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 3))
    with pytest.raises(
        InputError, match=r"copying from the mirror needs 1\.7e-08 GB more, .*: make r"
    ):
        copy_files(mirror, "grace", NAMES, folder)
    assert list(folder.iterdir()) == []


def test_a_disk_that_fills_up_leaves_nothing_half_copied(
    mirror: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, copy: Path) -> None:
        copy.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(mirror_module.shutil, "copyfile", full)
        with pytest.raises(InputError, match=r"copying .* failed: No space left on device .*room"):
            copy_files(mirror, "grace", NAMES, folder)
    assert list(folder.iterdir()) == []
    assert copy_files(mirror, "grace", NAMES, folder) == [folder / "GRC.2025.nc"]


def test_a_copy_that_was_broken_off_does_not_look_whole(
    mirror: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Path, copy: Path) -> None:
        copy.write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(mirror_module.shutil, "copyfile", killed)
        with pytest.raises(KeyboardInterrupt):
            copy_files(mirror, "grace", NAMES, folder)
    assert not (folder / "GRC.2025.nc").exists()
    copy_files(mirror, "grace", NAMES, folder)
    assert [path.name for path in folder.iterdir()] == ["GRC.2025.nc"]
