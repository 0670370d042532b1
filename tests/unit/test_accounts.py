"""Accounts are found where the providers' own tools keep them; secrets are never shown."""

from pathlib import Path

import pytest

from vadose.errors import InputError
from vadose.sources.accounts import find_account, need_account, need_password

VARIABLES: tuple[str, ...] = ("CDSAPI_KEY", "CDSAPI_URL", "CDSAPI_RC", "NETRC")
VARIABLES += ("EARTHDATA_TOKEN", "EARTHDATA_USERNAME", "EARTHDATA_PASSWORD")
TOKEN = "0a1b2c3d-1111-2222-3333-444455556666"
MACHINE = "machine urs.earthdata.nasa.gov"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("cds", ["register at https://cds", ".cdsapirc", "accept the licence of each dataset"]),
        ("earthdata", ["users/new", "~/.netrc", "'NSIDC DAAC Data Access'"]),
    ],
)
def test_who_has_no_account_is_told_how_to_get_one(name: str, steps: list[str]) -> None:
    assert find_account(name) is None
    with pytest.raises(InputError) as raised:
        need_account(name)
    assert all(step in str(raised.value) for step in [*steps, "(1)", "(2)", "(3)"])


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_the_key_of_the_climate_data_store_is_read_from_its_file(home: Path, quote: str) -> None:
    path = write(
        home / ".cdsapirc",
        f"url: https://cds.climate.copernicus.eu/api\nkey: {quote}{TOKEN}{quote}",
    )
    assert find_account("cds") == str(path)
    assert need_account("cds").token == TOKEN


def test_a_variable_goes_before_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / ".cdsapirc", "url: x\nkey: other\n")
    monkeypatch.setenv("CDSAPI_KEY", TOKEN)
    assert find_account("cds") == "the environment variable CDSAPI_KEY"
    assert need_account("cds").token == TOKEN


def test_another_file_may_be_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(home / "store", f"key: {TOKEN}\n")
    monkeypatch.setenv("CDSAPI_RC", str(path))
    assert find_account("cds") == str(path)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("url: https://cds.climate.copernicus.eu/api/v2\nkey: 1234:abcd-ef", "old form uid:key"),
        ("url: https://cds.climate.copernicus.eu/api\n", "no line `key:`"),
        ("# key: abc\nkey:   \n", "no line `key:`"),
        ("key: <PERSONAL-ACCESS-TOKEN>", "a placeholder"),
    ],
)
def test_a_file_that_cannot_work_is_explained(home: Path, text: str, match: str) -> None:
    path = write(home / ".cdsapirc", text)
    with pytest.raises(InputError, match=match) as raised:
        find_account("cds")
    assert str(path) in str(raised.value)
    assert "abcd-ef" not in str(raised.value)


def test_a_file_that_is_no_text_is_explained(home: Path) -> None:
    (home / ".cdsapirc").write_bytes(b"\xff\xfe\x00key")
    with pytest.raises(InputError, match=r"\.cdsapirc cannot be read"):
        find_account("cds")


def test_earthdata_is_found_in_netrc(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(
        home / ".netrc", f"machine other login x password y\n{MACHINE} login me password p#1\n"
    )
    account = need_account("earthdata")
    assert (account.where, account.user, account.password) == (str(path), "me", "p#1")
    other = write(home / "mine", f"{MACHINE}\n  login you\n  password q\n")
    monkeypatch.setenv("NETRC", str(other))
    assert need_account("earthdata").user == "you"


@pytest.mark.parametrize(
    "text", ["", "machine other login x password y\n", "default login any password z\n"]
)
def test_logins_of_other_machines_are_none(home: Path, text: str) -> None:
    write(home / ".netrc", text)
    assert find_account("earthdata") is None


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (f"{MACHINE} login me\n", "lacks the password"),
        (f"{MACHINE} password me\n", "lacks the login"),
        ("machin x login y password z\n", "line 1"),
    ],
)
def test_a_netrc_that_cannot_work_is_explained(home: Path, text: str, match: str) -> None:
    path = write(home / ".netrc", text)
    with pytest.raises(InputError, match=match) as raised:
        find_account("earthdata")
    assert str(path) in str(raised.value)


def test_variables_go_before_netrc_and_a_token_before_all(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home / ".netrc", f"{MACHINE} login file password p\n")
    monkeypatch.setenv("EARTHDATA_USERNAME", "variable")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "secret")
    assert need_account("earthdata").user == "variable"
    monkeypatch.setenv("EARTHDATA_TOKEN", TOKEN)
    account = need_account("earthdata")
    assert account.token == TOKEN and account.user == ""
    assert need_password().user == "variable"


def test_half_a_login_is_no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARTHDATA_USERNAME", "me")
    with pytest.raises(InputError, match="only one is set"):
        find_account("earthdata")


def test_a_token_alone_is_refused_where_a_password_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EARTHDATA_TOKEN", TOKEN)
    with pytest.raises(InputError, match="EARTHDATA_TOKEN alone is not enough"):
        need_password()


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDSAPI_KEY", TOKEN)
    monkeypatch.setenv("EARTHDATA_USERNAME", "me")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "hidden")
    for name in ("cds", "earthdata"):
        shown = f"{find_account(name)} {need_account(name)}"
        assert TOKEN not in shown and "hidden" not in shown
