"""A manifest says what a run was made from, and notices when that is no longer there."""

import hashlib
import json
from pathlib import Path

import pytest

from vadose.errors import InputError
from vadose.sources.manifest import read_manifest, sha256_of, write_manifest


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    folder = tmp_path / "grun" / "v1"
    (folder / "files" / "tree").mkdir(parents=True)
    (folder / "files" / "b.nc").write_bytes(b"bee")
    (folder / "files" / "tree" / "a.nc").write_bytes(b"ay")
    path = folder / "200001-200912.json"
    write_manifest(path, [folder / "files/b.nc", folder / "files/tree/a.nc"])
    return path


def test_a_manifest_names_its_files_and_gives_them_back_in_order(manifest: Path) -> None:
    facts = json.loads(manifest.read_text(encoding="utf-8"))
    assert (facts["source"], facts["version"], facts["block"]) == ("grun", "v1", "200001-200912")
    assert facts["files"][0] == {
        "name": "files/b.nc",
        "bytes": 3,
        "sha256": hashlib.sha256(b"bee").hexdigest(),
    }
    files = manifest.parent / "files"
    assert read_manifest(manifest) == [files / "b.nc", files / "tree/a.nc"]


def test_a_manifest_does_not_depend_on_when_it_is_written(manifest: Path) -> None:
    before = manifest.read_bytes()
    write_manifest(manifest, read_manifest(manifest))
    assert manifest.read_bytes() == before
    assert not list(manifest.parent.rglob("*.part"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Path.unlink, r"b\.nc is gone, .*200001-200912\.json lists it: delete the manifest"),
        (lambda p: p.write_bytes(b"longer"), r"b\.nc has 6 bytes, .* lists 3: delete the man"),
    ],
)
def test_a_file_that_is_gone_or_changed_is_named(manifest: Path, change, sentence: str) -> None:
    change(manifest.parent / "files" / "b.nc")
    with pytest.raises(InputError, match=sentence):
        read_manifest(manifest)


@pytest.mark.parametrize("text", ["", "[]", '{"files": [{"name": "x"}]}', '{"files": 3}'])
def test_what_is_no_manifest_is_named(manifest: Path, text: str) -> None:
    manifest.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"json is no list of files that can be read .*: delete"):
        read_manifest(manifest)


def test_a_checksum_is_computed_once_and_anew_when_the_file_changed(
    manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = manifest.parent / "files" / "b.nc"
    with monkeypatch.context() as patched:
        patched.setattr(hashlib, "file_digest", None)  # the note is enough
        assert sha256_of(file) == hashlib.sha256(b"bee").hexdigest()
    file.write_bytes(b"bees")
    assert sha256_of(file) == hashlib.sha256(b"bees").hexdigest()
    file.with_name("b.nc.sha256").write_bytes(b"\xff nonsense")
    assert sha256_of(file) == hashlib.sha256(b"bees").hexdigest()
