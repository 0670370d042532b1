"""What comes packed is unpacked beside its pack, once, and only what is wanted."""

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from vadose.errors import InputError
from vadose.sources.unpack import unpack

NAMES = ["HWSD2.bil", "HWSD2.hdr", "pre.dat.nc", "tree/flow/**/**_q.txt"]


def zipped(path: Path, *members: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for member in members:
            file.writestr(member, member)
    return path


def test_wanted_members_of_a_zip_come_out_with_their_folders(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip",
        "HWSD2_RASTER/HWSD2.bil",
        "HWSD2.hdr",
        "x.txt",
        "v1/tree/flow/01/7_q.txt",
    )
    plain = tmp_path / "HWSD2.sqlite"
    out = unpack([path, plain], NAMES, tmp_path)
    names = ["a.zip", "HWSD2.sqlite", "HWSD2.bil", "HWSD2.hdr", "tree/flow/01/7_q.txt"]
    assert [file.relative_to(tmp_path).as_posix() for file in out] == names
    assert (tmp_path / "HWSD2.bil").read_text(encoding="utf-8") == "HWSD2_RASTER/HWSD2.bil"


def test_a_gzipped_file_is_unpacked_once_and_anew_when_it_changed(tmp_path: Path) -> None:
    path, made = tmp_path / "pre.dat.nc.gz", tmp_path / "pre.dat.nc"
    path.write_bytes(gzip.compress(b"rain"))
    os.utime(path, (1e9, 1e9))
    assert unpack([path], NAMES, tmp_path) == [path, made] and made.read_bytes() == b"rain"
    inode = made.stat().st_ino
    unpack([path], NAMES, tmp_path)
    assert made.stat().st_ino == inode
    path.write_bytes(gzip.compress(b"more"))
    unpack([path], NAMES, tmp_path)
    assert made.read_bytes() == b"more"
    assert not list(tmp_path.glob("*.part"))


def test_a_tar_is_unpacked_as_a_zip_is(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as file:
        info = tarfile.TarInfo("deep/HWSD2.bil")
        info.size = 4
        file.addfile(info, io.BytesIO(b"soil"))
    assert unpack([path], NAMES, tmp_path)[1].read_bytes() == b"soil"


def test_what_is_itself_wanted_stays_packed(tmp_path: Path) -> None:
    path = zipped(tmp_path / "era5_2001.nc", "data_stream-moda.nc")
    also = zipped(tmp_path / "b.zip", "HWSD2.bil")
    assert unpack([path, also], ["era5_2001.nc", "b.zip"], tmp_path) == [path, also]


@pytest.mark.parametrize("cut", [10, 30])
def test_a_damaged_gzip_leaves_nothing(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "pre.dat.nc.gz"
    path.write_bytes(gzip.compress(os.urandom(1000))[:-cut])
    with pytest.raises(InputError, match=r"pre\.dat\.nc\.gz cannot be unpacked .*damaged; delete"):
        unpack([path], NAMES, tmp_path)
    path.write_bytes(b"no gzip at all")
    with pytest.raises(InputError, match=r"pre\.dat\.nc\.gz cannot be unpacked .*damaged; delete"):
        unpack([path], NAMES, tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "pre.dat.nc.gz"
    path.write_bytes(gzip.compress(b"rain" * 100_000))
    (tmp_path / "pre.dat.nc.part").symlink_to("/dev/full")
    with pytest.raises(
        InputError, match=r"pre\.dat\.nc cannot be written: No space left on device"
    ):
        unpack([path], NAMES, tmp_path)
    assert list(tmp_path.iterdir()) == [path]
