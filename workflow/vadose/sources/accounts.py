"""Accounts at data providers: where one was found, and how to get one.

Secrets are read from where the providers' own tools keep them and are never shown.
"""

import netrc
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vadose.errors import InputError

CDS = "https://cds.climate.copernicus.eu"
EARTHDATA = "urs.earthdata.nasa.gov"

STEPS = {
    "cds": (
        "no account of the climate data store is found, neither CDSAPI_KEY nor ~/.cdsapirc: "
        f"(1) register at {CDS} and log in; (2) write two lines to ~/.cdsapirc, "
        f"`url: {CDS}/api` and `key: ` with the personal access token of {CDS}/profile; (3) accept "
        "the licence of each dataset once, at the foot of its download form in the browser"
    ),
    "earthdata": (
        "no account of NASA Earthdata is found, neither EARTHDATA_TOKEN nor EARTHDATA_USERNAME "
        f"with EARTHDATA_PASSWORD nor a line of {EARTHDATA} in ~/.netrc: (1) register at "
        f"https://{EARTHDATA}/users/new; (2) write `machine {EARTHDATA} login NAME password "
        "PASSWORD` to ~/.netrc and keep it to yourself (chmod 600); (3) for NSIDC authorise the "
        f"application 'NSIDC DAAC Data Access' at https://{EARTHDATA}/profile, Applications, "
        "Authorized Apps"
    ),
}


@dataclass(frozen=True)
class Account:
    """An account and where it was found: user and password, or a token that stands for both."""

    where: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def find_account(name: str) -> str | None:
    """Say where the account `cds` or `earthdata` was found, without its secret; None if nowhere.

    Raises InputError for a file or variable that is there but cannot be used.
    """
    account = _read(name)
    return account.where if account else None


def need_account(name: str) -> Account:
    """Give the account `cds` or `earthdata`, or an InputError that tells how to get one."""
    account = _read(name)
    if account is None:
        raise InputError(STEPS[name])
    return account


def need_password() -> Account:
    """Give the account `earthdata` with user and password, for services that take no token."""
    account = _earthdata_login()
    if account is None:
        token = "; EARTHDATA_TOKEN alone is not enough here" if _variable("EARTHDATA_TOKEN") else ""
        raise InputError(STEPS["earthdata"] + token)
    return account


def _read(name: str) -> Account | None:
    finders: dict[str, tuple[Callable[[], Account | None], ...]] = {
        "cds": (_cds_variable, _cds_file),
        "earthdata": (_earthdata_token, _earthdata_login),
    }
    found = (find() for find in finders[name])
    return next((account for account in found if account), None)


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip()


def _cds_variable() -> Account | None:
    key = _variable("CDSAPI_KEY")
    return _cds_account(key, "the environment variable CDSAPI_KEY") if key else None


def _cds_file() -> Account | None:
    path = Path(_variable("CDSAPI_RC") or Path.home() / ".cdsapirc")
    text = _text(path)
    if text is None:
        return None
    lines = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
    entries = {key.strip(): value.strip().strip("'\"") for key, _, value in lines}
    if not entries.get("key"):
        raise InputError(
            f"{path} has no line `key:`, expected `url: {CDS}/api` and `key: ` with the personal "
            f"access token of {CDS}/profile: write both lines"
        )
    return _cds_account(entries["key"], str(path))


def _cds_account(key: str, where: str) -> Account:
    if ":" in key or "<" in key:
        raise InputError(
            f"the key in {where} is {'of the old form uid:key' if ':' in key else 'a placeholder'},"
            f" expected the personal access token of {CDS}/profile: put that in its place, "
            "without a user number before it"
        )
    return Account(where, token=key)


def _earthdata_token() -> Account | None:
    token = _variable("EARTHDATA_TOKEN")
    return Account("the environment variable EARTHDATA_TOKEN", token=token) if token else None


def _earthdata_login() -> Account | None:
    user, password = _variable("EARTHDATA_USERNAME"), _variable("EARTHDATA_PASSWORD")
    if bool(user) != bool(password):
        raise InputError(
            "of EARTHDATA_USERNAME and EARTHDATA_PASSWORD only one is set: set both or neither"
        )
    if user:
        return Account("the environment variables EARTHDATA_USERNAME and _PASSWORD", user, password)
    named = _variable("NETRC")
    paths = [Path(named)] if named else [Path.home() / name for name in (".netrc", "_netrc")]
    found = (_netrc_login(path) for path in paths)
    return next((account for account in found if account), None)


def _netrc_login(path: Path) -> Account | None:
    if _text(path) is None:
        return None
    try:
        entry = netrc.netrc(path).hosts.get(EARTHDATA)
    except netrc.NetrcParseError as error:
        raise InputError(
            f"{path} cannot be understood (line {error.lineno}: {error.msg}), expected lines "
            f"`machine {EARTHDATA} login NAME password PASSWORD`: correct that line"
        ) from None
    if entry is None:
        return None
    user, _, password = entry
    if not (user and password):
        raise InputError(
            f"{path} lacks the {'password' if user else 'login'} of {EARTHDATA}, expected `machine "
            f"{EARTHDATA} login NAME password PASSWORD`: complete that line"
        )
    return Account(str(path), user, password)


def _text(path: Path) -> str | None:
    """The content of a small file; None where there is no such file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} cannot be read ({type(error).__name__}), expected a text file of your own: "
            "correct its permissions or write it anew"
        ) from None
