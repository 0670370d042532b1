"""What comes from elsewhere runs no code and leaves no folder; what is secret is written nowhere.

That archives are taken out safely is shown by test_archive.py, that downloads keep to https by
test_fetch.py, where accounts are found by test_accounts.py.
"""

import ast
import base64
import json
import logging
import os
import pickle
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tenacity
import torch
import yaml
from pydantic import BaseModel
from tests.parsed import parsed
from tests.servers import File, FileServer, serve

from vadose import checkpoints
from vadose.cli import main
from vadose.codehash import reached
from vadose.config import Config, read_config
from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources import web
from vadose.sources.clients import earthdata
from vadose.sources.era5 import read_era5_monthly
from vadose.sources.registry import Route, Source, read_sources
from vadose.sources.retrieve import retrieve
from vadose.sources.wanted import Wanted

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "workflow/vadose"
CODE = sorted(path for folder in ("workflow", "bench") for path in (ROOT / folder).rglob("*.py"))
RULES = [ROOT / "Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]
# The one switch for a file that may run code, off by default (root_zone.trust_pickle), and members
# of a ZIP that Python itself keeps inside a temporary folder (a test below).
TRUSTED = [
    ("era5.py", "archive.extract"),
    ("interface.py", "pickle.load"),
    ("interface.py", "torch.load"),
]
SECRET = "hunter2-and-nobody-else"
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(1000)
FORBIDDEN = {
    "eval",
    "exec",
    "os.system",
    "os.popen",
    "pickle.load",
    "pickle.loads",
    "marshal.loads",
    "shutil.unpack_archive",
    "tempfile.mktemp",
    "yaml.load",
    "yaml.load_all",
    "yaml.full_load",
    "yaml.unsafe_load",
}


def called(node: ast.Call) -> str:
    """The name of what is called, such as torch.load; of a method only the last part."""
    function = node.func
    if isinstance(function, ast.Attribute):
        place = function.value
        return f"{place.id if isinstance(place, ast.Name) else ''}.{function.attr}"
    return function.id if isinstance(function, ast.Name) else ""


def is_unsafe(node: ast.Call) -> bool:
    name = called(node)
    given = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
    return (
        name in FORBIDDEN
        or (name == "torch.load" and given.get("weights_only") is not True)
        or given.get("allow_pickle") is True
        or given.get("shell") is True
        or ("verify" in given and given["verify"] is False)
        or name.endswith(".extractall")
        or re.fullmatch(r"\w+\.extract", name) is not None  # not that of a column of text
    )


def unsafe_calls(tree: ast.AST) -> list[str]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [called(node) for node in calls if is_unsafe(node)]


@pytest.mark.parametrize(
    "line",
    [
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "pickle.load(file)",
        "yaml.load(text, Loader=yaml.Loader)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(text, shell=True)",
        "session.get(url, verify=False)",
        "archive.extractall(folder)",
        "archive.extract(name, folder)",
        "eval(text)",
    ],
)
def test_an_unsafe_call_is_seen(line: str) -> None:
    assert len(unsafe_calls(ast.parse(line))) == 1
    fine = "torch.load(p, weights_only=True); yaml.safe_load(t); model.eval(); t.str.extract(p)"
    assert not unsafe_calls(ast.parse(fine))


def test_no_file_from_elsewhere_may_run_code() -> None:
    found = [(path.name, name) for path in CODE for name in unsafe_calls(parsed(path))]
    assert sorted(found) == sorted(TRUSTED)
    assert Config().root_zone.trust_pickle is False
    assert {path.name for path in CODE} >= {"cli.py", "checkpoints.py", "peers.py"}


def test_a_rule_gives_no_text_to_a_shell() -> None:
    directives = [re.findall(r"^ +(shell|run):", path.read_text("utf-8"), re.M) for path in RULES]
    assert not any(directives) and len(RULES) > 10


class Harm:
    """What runs code when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return os.rename, (str(self.path), f"{self.path}.gone")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.write_text("still here", encoding="utf-8")
    return path


def test_a_checkpoint_that_carries_code_is_left_alone(victim: Path, tmp_path: Path) -> None:
    torch.save({"fingerprint": "key", "weights": Harm(victim)}, tmp_path / "c.pt")
    assert checkpoints.load(tmp_path / "c.pt", "key") is None
    assert victim.is_file()
    with pytest.raises(pickle.UnpicklingError):
        torch.load(tmp_path / "c.pt", weights_only=True)


def test_a_configuration_that_carries_code_is_refused(victim: Path, tmp_path: Path) -> None:
    text = f"run: !!python/object/apply:os.rename ['{victim}', '{victim}.gone']\n"
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises((yaml.YAMLError, InputError, SystemExit)):
        main(["doctor", "--configfile", str(tmp_path / "c.yaml")])
    with pytest.raises((yaml.YAMLError, InputError)):
        read_sources(tmp_path / "c.yaml")
    assert victim.is_file()


def test_a_reply_of_the_climate_data_store_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member's name may climb as it likes: it is read in a folder that is gone afterwards."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    link = zipfile.ZipInfo("link.nc")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "reply.zip", "w") as archive:
        archive.writestr("../../../evil.nc", b"evil")
        archive.writestr(f"{tmp_path}/absolute.nc", b"evil")
        archive.writestr(link, "/etc/hostname")
    with pytest.raises(InputError):
        read_era5_monthly([tmp_path / "reply.zip"])
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {"reply.zip", "temporary"} and not (tmp_path.parent / "evil.nc").exists()


def test_every_provider_is_asked_over_https() -> None:
    rows = read_sources(ROOT / "resources/sources.yaml")
    urls = [r.url for row in rows for r in row.routes if r.url]
    options = [v for row in rows for r in row.routes for v in r.options.values() if "://" in v]
    assert urls and all(url.startswith("https://") for url in [*urls, *options])


def test_no_plain_address_stands_in_code_or_configuration() -> None:
    files = [*CODE, *RULES, *(ROOT / "config").glob("*.yaml"), ROOT / "resources/sources.yaml"]
    found = {
        (path.name, url)
        for path in files
        for url in re.findall(r"\b(?:http|ftp)://[\w.]+", path.read_text("utf-8"))
    }
    # Names of XML spaces, which nobody asks for.
    assert {url for _, url in found} <= {"http://www.unidata.ucar.edu", "http://www.w3.org"}


def keys(section: type[BaseModel]) -> Iterator[str]:
    for name, field in section.model_fields.items():
        yield name
        if isinstance(field.default, BaseModel):
            yield from keys(type(field.default))


def test_the_configuration_has_no_place_for_a_secret() -> None:
    asked = [key for key in keys(Config) if re.search(r"password|token|secret|login|api_?key", key)]
    assert asked == [] and "trust_pickle" in keys(Config)


@pytest.mark.parametrize(
    "address",
    [f"https://me:{SECRET}@example.org/data", f"https://example.org/data?token={SECRET}"],
)
@pytest.mark.parametrize("form", ["one", "many"])
def test_an_address_with_a_secret_is_refused_and_not_repeated(address: str, form: str) -> None:
    """What is configured is printed with every job and kept beside the results."""
    given = {"one": {"mirror": address}, "many": {"mirrors": {"grun": address}}}[form]
    with pytest.raises(InputError, match=r"keep the password in ~/\.netrc") as refused:
        read_config(given)
    assert SECRET not in str(refused.value)


def test_a_variable_does_not_smuggle_a_secret_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", f"https://me:{SECRET}@example.org")
    with pytest.raises(InputError) as refused:
        read_config({"mirror": "${PLACE}/data"})
    assert SECRET not in str(refused.value)
    assert read_config({"mirror": "/data/me@home"}).mirror == "/data/me@home"


def test_rules_know_no_account() -> None:
    """Snakemake keeps params and prints resources: an account must not come near either."""
    word = re.compile(r"netrc|cdsapi|password|token|earthdata_", re.I)
    assert [path.name for path in RULES if word.search(path.read_text("utf-8"))] == []
    accounts = PACKAGE / "sources/accounts.py"
    scripts = (ROOT / "workflow/scripts").glob("*.py")
    knows = [path.stem for path in scripts if accounts in reached(path, PACKAGE, skip=())]
    assert set(knows) <= {"retrieve_source"}
    told = (PACKAGE / "sources/clients").glob("*.py")
    assert any("vadose.sources.accounts" in path.read_text("utf-8") for path in told)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without accounts, no waits, and a log of everything that any library says."""
    for name in [name for name in os.environ if name.startswith(("EARTHDATA", "CDSAPI", "NETRC"))]:
        monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(web, "BACKOFF", tenacity.wait_none())
    return tmp_path / "home"


@contextmanager
def logged(path: Path) -> Iterator[None]:
    """Write a log as a job does, at the level that says most."""
    handler, root = logging.FileHandler(path), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()


def written(folder: Path) -> bytes:
    """All that was written below a folder, names as well."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"".join(str(path).encode() + path.read_bytes() for path in files)


def catalogue(server: FileServer) -> File:
    """A page of NASA's catalogue with one granule on the same server."""
    umm = {
        "GranuleUR": "a",
        "RelatedUrls": [{"URL": f"{server.url}/a.nc", "Type": "GET DATA"}],
        "DataGranule": {"ArchiveAndDistributionInformation": [{"Name": "a.nc", "Size": 1}]},
    }
    items = [{"meta": {"concept-id": "G1-HERE"}, "umm": umm}]
    return File(json.dumps({"items": items}).encode(), content_type="application/json")


def row(route: Route) -> Source:
    return Source.model_construct(
        source="secretive", version="v1", files=("a.nc",), changes=False, routes=(route,)
    )


def earthdata_route() -> Route:
    options = {"short_name": "SECRETIVE"}
    return Route.model_construct(
        kind="earthdata", url="", account="earthdata", checksum="", files=("a.nc",), options=options
    )


@contextmanager
def archive(answers: File, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """NASA's catalogue and archive on one server, which gives this answer for the data."""
    with serve({"/a.nc": answers}) as server:
        server.files["/search/granules.umm_json"] = catalogue(server)
        monkeypatch.setattr(earthdata, "CMR", server.url)
        yield server


def attempt(folder: Path) -> str:
    """Fetch with all that is said going to a log; gives the message of a refusal."""
    with logged(folder / "job.log"):
        try:
            manifest = folder / "downloads/secretive/v1/static.json"
            retrieve(row(earthdata_route()), Wanted(Extent()), manifest)
        except InputError as error:
            return str(error)
    return ""


def signed(server: FileServer) -> list[str]:
    return [one.headers["Authorization"] for one in server.asked if "Authorization" in one.headers]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("status", [200, 401, 403, 500])
def test_a_token_reaches_its_provider_and_no_file(
    status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARTHDATA_TOKEN", SECRET)
    answers = File(HDF5, statuses=[status] * 50 if status != 200 else [])
    (tmp_path / "run").mkdir()
    with archive(answers, monkeypatch) as server:
        refusal = attempt(tmp_path / "run")
        assert f"Bearer {SECRET}" in signed(server)
    assert bool(refusal) == (status != 200)
    kept = written(tmp_path / "run")
    assert SECRET not in refusal and SECRET.encode() not in kept and b"files.lock" in kept


@pytest.mark.parametrize("kind", ["variables", "netrc"])
@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_password_reaches_the_login_and_no_file(
    kind: str, status: int, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "variables":
        monkeypatch.setenv("EARTHDATA_USERNAME", "me")
        monkeypatch.setenv("EARTHDATA_PASSWORD", SECRET)
    else:
        netrc = home / ".netrc"
        netrc.write_text(f"machine urs.earthdata.nasa.gov login me password {SECRET}\n", "utf-8")
        netrc.chmod(0o600)
    page = File(b"<html>", content_type="text/html", statuses=[status] * 50 * (status != 200))
    (tmp_path / "run").mkdir()
    with serve({"/oauth": page}) as login:
        monkeypatch.setattr(earthdata, "LOGIN", login.url)
        with archive(File(b"", location=f"{login.url}/oauth"), monkeypatch) as server:
            refusal = attempt(tmp_path / "run")
            assert signed(server) == []
        basic = base64.b64encode(f"me:{SECRET}".encode()).decode()
        assert f"Basic {basic}" in signed(login)
    assert refusal and SECRET not in refusal
    kept = written(tmp_path / "run")
    assert SECRET.encode() not in kept and basic.encode() not in kept and b"files.lock" in kept


def test_a_mirror_takes_its_password_from_netrc(home: Path, tmp_path: Path) -> None:
    netrc = home / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {SECRET}\n", "utf-8")
    netrc.chmod(0o600)
    manifest = tmp_path / "run/secretive/v1/static.json"
    with serve({"/secretive/a.nc": File(HDF5)}) as server, logged(tmp_path / "job.log"):
        given = Route.model_construct(kind="mirror", url="", account="", files=(), options={})
        retrieve(row(given), Wanted(Extent()), manifest, server.url)
        assert server.asked[-1].headers["Authorization"].startswith("Basic ")
    assert manifest.is_file()
    assert SECRET.encode() not in written(tmp_path / "run") + (tmp_path / "job.log").read_bytes()


def test_doctor_says_where_an_account_is_and_not_what(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EARTHDATA_TOKEN", SECRET)
    (home / ".cdsapirc").write_text(f"url: https://x/api\nkey: {SECRET}\n", "utf-8")
    main(["doctor", "--configfile", str(ROOT / "config/global.yaml")])
    shown = capsys.readouterr()
    assert "EARTHDATA_TOKEN" in shown.out and ".cdsapirc" in "".join(shown.out.split())
    assert SECRET not in shown.out + shown.err
