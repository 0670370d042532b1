"""The doctor names exactly what stands in the way of a run, and what to do about it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.servers import serve

from vadose import cli, doctor
from vadose.config import read_config
from vadose.doctor import examine, free_gb, reachable, size_gb
from vadose.needs import Need, needs
from vadose.sources.manifest import write_manifest
from vadose.sources.registry import Source, read_sources

VARIABLES = (
    "CDSAPI_KEY",
    "CDSAPI_RC",
    "EARTHDATA_TOKEN",
    "EARTHDATA_USERNAME",
    "EARTHDATA_PASSWORD",
    "NETRC",
)
GRUN = "GRUN_v1_GSWP3_WGS84_05_1902_2014.nc"


def offline(_host: str) -> bool:
    return False


def online(_host: str) -> bool:
    return True


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without accounts, on a machine without network."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(doctor, "reachable", offline)
    return home


def add_accounts(home: Path) -> None:
    (home / ".cdsapirc").write_text("url: https://x\nkey: secret-of-cds\n", encoding="utf-8")
    login = "machine urs.earthdata.nasa.gov login me password secret-of-nasa\n"
    (home / ".netrc").write_text(login, encoding="utf-8")
    (home / ".netrc").chmod(0o600)


@pytest.fixture(scope="module")
def sources(root: Path) -> list[Source]:
    return read_sources(root / "resources/sources.yaml")


@pytest.fixture
def wanted(root: Path, sources: list[Source]) -> Callable[..., dict[str, Need]]:
    """What a file of config/ needs, with some keys changed."""

    def read(name: str, **other: Any) -> dict[str, Need]:
        values = yaml.safe_load((root / f"config/{name}.yaml").read_text(encoding="utf-8"))
        return needs(read_config(values | other), sources)

    return read


@pytest.fixture
def runoff(wanted) -> Callable[..., Need]:
    """GRUN of 1991 to 2010, two blocks, and nothing else of the grid."""

    def read(**other: Any) -> Need:
        period = {"period": {"start": "1991-01-01", "end": "2010-12-31"}}
        fields = {"fields": {"step": 0.5, "storage_step": 1, "q": "grun"}}
        return wanted("global", **(period | fields | other))["grun"]

    return read


def test_the_planet_needs_nothing(wanted, tmp_path: Path) -> None:
    found = [examine(need, tmp_path) for need in wanted("config").values()]
    assert {one.colour for one in found} == {"green"}
    assert not any(one.advice or one.account or size_gb(one.need) for one in found)


def test_open_data_need_a_network_and_no_account(wanted, tmp_path: Path) -> None:
    found = [examine(need, tmp_path, offline) for need in wanted("open").values()]
    assert {(one.colour, one.state, one.account) for one in found} == {("red", "no network", "")}
    assert all("does not answer: connect this machine" in one.advice for one in found)
    here = [examine(need, tmp_path, online) for need in wanted("open").values()]
    assert {(one.colour, one.state) for one in here} == {("yellow", "to fetch")}


def test_the_full_reproduction_names_each_account_and_host(wanted, tmp_path: Path) -> None:
    found = {name: examine(need, tmp_path, offline) for name, need in wanted("global").items()}
    accounts = {name: one.advice for name, one in found.items() if one.state == "no account"}
    assert accounts == {
        "era5_land": "needs an account of cds: see docs/data.md",
        "grace_jpl": "needs an account of earthdata: see docs/data.md",
        "modis_lai": "needs an account of earthdata: see docs/data.md",
    }
    others = set(found) - set(accounts)
    assert {found[name].state for name in others} == {"no network"}
    assert found["caravan"].advice.startswith("zenodo.org does not answer")
    assert {one.colour for one in found.values()} == {"red"}


def test_a_source_without_a_provider_is_had_from_a_mirror_alone(wanted, tmp_path: Path) -> None:
    fields = {"references": ["root_zone_wang"], "step": 0.5, "storage_step": 1}
    asked = wanted("open", fields=fields)
    found = examine(asked["root_zone_wang"], tmp_path, online)
    assert (found.colour, found.state) == ("red", "only from a mirror")


def test_accounts_are_found_and_their_secrets_not_shown(wanted, home: Path, tmp_path: Path) -> None:
    add_accounts(home)
    found = {name: examine(need, tmp_path, online) for name, need in wanted("global").items()}
    assert {one.colour for one in found.values()} == {"yellow"}
    assert found["era5_land"][4:] == ("found", str(home / ".cdsapirc"))
    assert found["grace_jpl"][4:] == ("found", str(home / ".netrc"))
    assert "secret" not in str(found)


def test_an_account_that_cannot_be_used_is_told(wanted, home: Path, tmp_path: Path) -> None:
    (home / ".cdsapirc").write_text("url: https://x\nkey: 12:of-old\n", encoding="utf-8")
    found = examine(wanted("global")["era5_land"], tmp_path, online)
    assert (found.colour, found.account) == ("red", "unusable") and "old form" in found.advice


def test_a_way_without_an_account_is_told(wanted, tmp_path: Path) -> None:
    fields = {"fields": {"step": 0.5, "storage_step": 1, "p": "era5"}}
    found = examine(wanted("global", **fields)["era5"], tmp_path, online)
    assert found.advice.endswith("without one: routes.era5: zarr")
    other = wanted("global", **fields, routes={"era5": "zarr"})["era5"]
    assert examine(other, tmp_path, online)[1:4] == ("yellow", "to fetch", "the run fetches it")


def make_manifest(need: Need, root: Path, block: str) -> Path:
    path = root / need.manifest(block)
    file = path.parent / "files" / f"{block}.nc"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"of some size")
    write_manifest(path, [file])
    return file


def test_what_is_on_disk_is_not_fetched_again(runoff, tmp_path: Path) -> None:
    need = runoff()
    first, *others = need.blocks
    file = make_manifest(need, tmp_path, first)
    assert (
        examine(need, tmp_path, online).state == f"1 of {len(need.blocks)} parts on disk; to fetch"
    )
    for block in others:
        make_manifest(need, tmp_path, block)
    assert examine(need, tmp_path, offline)[1:3] == ("green", "on disk")
    file.unlink()
    assert examine(need, tmp_path, offline).colour == "red", "a listed file is gone"


def test_a_mirror_is_searched_for_every_block(runoff, tmp_path: Path) -> None:
    need = runoff(mirrors={"grun": "mirror"})
    folder = tmp_path / "mirror"
    assert f"the mirror {folder} is no folder" in examine(need, tmp_path).advice
    folder.mkdir()
    found = examine(need, tmp_path)
    assert found[1:3] == ("red", "not in the mirror")
    assert found.advice.startswith(f"{folder} lacks GRUN_v1_GSWP3_WGS84_05_*.nc of grun")
    assert found.advice.endswith(f"(and {len(need.blocks) - 1} more such)")
    (folder / GRUN).touch()
    assert examine(need, tmp_path)[1:3] == ("green", "in the mirror")


def test_a_mirror_of_caravan_has_its_sub_datasets(wanted, tmp_path: Path) -> None:
    need = wanted("global", mirror=str(tmp_path), caravan={"subsets": ["camels", "hysets"]})
    tree = tmp_path / "Caravan-nc/timeseries/netcdf"
    (tree / "camels").mkdir(parents=True)
    assert f"no folder {tree / 'hysets'}: add it" in examine(need["caravan"], tmp_path).advice
    (tree / "hysets").mkdir()
    assert examine(need["caravan"], tmp_path).colour == "green"


def test_an_address_as_mirror_needs_no_account(wanted, tmp_path: Path) -> None:
    need = wanted("global", mirrors={"era5_land": "https://data.example/era5"})["era5_land"]
    found = examine(need, tmp_path)
    assert found.colour == "yellow" and found.advice.endswith("from https://data.example/era5")


def test_a_folder_may_be_called_like_an_address(runoff, tmp_path: Path) -> None:
    found = examine(runoff(mirrors={"grun": "https-copies"}), tmp_path)
    assert found.colour == "red" and f"the mirror {tmp_path / 'https-copies'} is no" in found.advice


def test_a_source_without_the_period_is_not_needed(wanted, tmp_path: Path) -> None:
    early = {"start": "1981-01-01", "end": "1990-12-31"}
    need = wanted("global", period=early)["grace_jpl"]
    assert examine(need, tmp_path)[1:3] == ("green", "not needed in this period")


def test_sizes_grow_with_the_years_of_a_record(wanted) -> None:
    """3.1 GB a year, 20 years; and 5 of one file, whatever the period."""
    period = {"start": "1991-01-01", "end": "2010-12-31"}
    need = wanted("global", period=period)
    assert size_gb(need["era5_land"]) == pytest.approx(62, rel=1e-3)
    assert size_gb(need["cru"]) == need["cru"].row.size_gb > 0


def test_free_space_is_that_of_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    assert free_gb(tmp_path / "not" / "yet") == pytest.approx(free_gb(tmp_path), rel=0.1)


def test_a_host_is_reached_while_it_listens() -> None:
    with serve({}) as server:
        port = server.server_port
        assert reachable("127.0.0.1", port)
    assert not reachable("127.0.0.1", port)


def run_doctor(
    configfile: Path, monkeypatch: pytest.MonkeyPatch, folder: Path, free: float = 1e6
) -> int:
    monkeypatch.setattr(cli, "ROOT", folder)
    monkeypatch.setattr(cli, "free_gb", lambda _path: free)
    return cli.main(["doctor", "--configfile", str(configfile)])


@pytest.mark.parametrize(("name", "code"), [("config", 0), ("open", 1), ("global", 1)])
@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_terminal_and_red_lines_end_in_an_error(
    name, code, columns, wanted, root, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run_doctor(root / f"config/{name}.yaml", monkeypatch, tmp_path) == code
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    table = lines[: next(k for k, line in enumerate(lines) if k > 2 and not line.strip())]
    rows = [line.split()[0] for line in table[3:] if line[1] != " "]
    assert rows == list(wanted(name)), "a row a source"
    assert not any("…" in line for line in lines), "nothing is cut off"


def test_the_command_tells_where_accounts_and_mirrors_are(
    root, home, tmp_path, monkeypatch, capsys
) -> None:
    add_accounts(home)
    monkeypatch.setenv("COLUMNS", "500")
    values = yaml.safe_load((root / "config/global.yaml").read_text(encoding="utf-8"))
    (tmp_path / "grun").mkdir()
    (tmp_path / "grun" / GRUN).touch()
    values["mirrors"] = {"grun": str(tmp_path / "grun")}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    monkeypatch.setattr(doctor, "reachable", online)
    assert run_doctor(path, monkeypatch, tmp_path) == 0
    out = capsys.readouterr().out
    assert f"earthdata: account found in {home / '.netrc'}" in out
    assert f"mirror: {tmp_path / 'grun'}" in out and "secret" not in out


def test_a_disk_that_is_too_small_is_an_error(root, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(doctor, "reachable", online)
    path = root / "config/open.yaml"
    assert run_doctor(path, monkeypatch, tmp_path) == 0
    assert run_doctor(path, monkeypatch, tmp_path, free=1.0) == 1
    assert "GB to fetch, 1 GB of disk free" in capsys.readouterr().out


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"none\.yaml cannot be read"):
        cli.main(["doctor", "--configfile", str(tmp_path / "none.yaml")])
    (tmp_path / "odd.yaml").write_text("run: [a\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"odd\.yaml is not YAML: (?s:.*)line 2"):
        cli.main(["doctor", "--configfile", str(tmp_path / "odd.yaml")])
