"""What a configuration needs: versions, routes, blocks and paths that tell data apart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from vadose.config import Config, read_config
from vadose.errors import InputError
from vadose.needs import Need, needs
from vadose.sources.registry import Source, read_sources


@pytest.fixture(scope="module")
def rows(root: Path) -> list[Source]:
    return read_sources(root / "resources/sources.yaml")


@pytest.fixture
def wanted(root: Path, rows: list[Source]) -> Callable[..., dict[str, Need]]:
    """What the full reproduction needs, with some keys changed."""
    values = yaml.safe_load((root / "config/global.yaml").read_text(encoding="utf-8"))
    values["aggregation"] = {"block_years": 10}

    def read(**other: Any) -> dict[str, Need]:
        return needs(read_config(values | other), rows)

    return read


def test_every_source_of_a_configuration_is_needed_once(rows: list[Source]) -> None:
    config = Config()
    found = needs(config, rows)
    assert list(found) == config.sources and "caravan" in found
    assert all(need.source == name for name, need in found.items())


def test_another_window_is_other_data_only_where_the_provider_cuts_it(wanted) -> None:
    window = {"window": {"west": -10.5, "south": 35, "east": 30, "north": 60}}
    whole, cut = wanted(), wanted(**window)
    assert cut["era5_land"].version == "monthly-W-10.5S35E30N60"
    changed = {name for name in whole if whole[name].version != cut[name].version}
    assert changed == {"era5_land", "modis_lai"}
    assert {name for name, need in cut.items() if need.cut_by_provider} == changed
    mirrors = {"mirrors": dict.fromkeys(changed, "/data")}
    assert wanted(**window, **mirrors)["era5_land"].version == "monthly"


def test_the_planet_has_one_version_of_all_sources(rows: list[Source]) -> None:
    first, other = (needs(read_config({"planet": {"seed": seed}}), rows) for seed in (7, 8))
    assert len({need.version for need in first.values()}) == 1
    assert first["grun"].folder.startswith("resources/downloads/grun/planet-7-")
    assert first["grun"].version != other["grun"].version
    assert not any(need.cut_by_provider for need in first.values())


def test_the_first_route_is_taken_unless_another_is_named(wanted) -> None:
    named = wanted(versions={"caravan": "1.2"}, routes={"caravan": "archive"})["caravan"]
    assert named.route.kind == "archive"
    newest = wanted(versions={"caravan": "1.6"})["caravan"]
    assert newest.route == newest.row.routes[0] and newest.route.kind == "archive"
    with pytest.raises(InputError, match="cannot be had by 'zarr', only by archive"):
        _ = wanted(routes={"caravan": "zarr"})["caravan"].route


def test_a_version_that_is_not_known_is_refused(wanted) -> None:
    with pytest.raises(InputError, match="grun has no version 'v9', it has v1"):
        wanted(versions={"grun": "v9"})


def test_a_mirror_of_one_source_goes_before_the_mirror_of_all(wanted) -> None:
    found = wanted(mirror="/all", mirrors={"grun": "/grun"})
    assert (found["grun"].mirror, found["cru"].mirror) == ("/grun", "/all")
    assert wanted()["grun"].mirror == ""


def test_blocks_are_those_of_the_period_that_the_record_has(wanted) -> None:
    found = wanted(period={"start": "1995-01-01", "end": "2020-12-31"})
    assert found["grun"].blocks == ["199501-199912", "200001-200912", "201001-201412"]
    assert found["fluxcom_xbase"].blocks[0] == "200101-200912"
    assert found["hwsd"].blocks == ["static"]
    assert wanted(period={"start": "1961-01-01", "end": "1980-12-31"})["grace_jpl"].paths == []


def test_a_longer_period_keeps_the_manifests_of_whole_blocks(wanted) -> None:
    shorter, longer = (
        wanted(period={"start": "1990-01-01", "end": end})["cru"]
        for end in ("2012-12-31", "2020-12-31")
    )
    assert longer.paths[:2] == shorter.paths[:2]
    assert longer.paths[2] != shorter.paths[2]


def test_paths_carry_source_version_and_block(wanted) -> None:
    need = wanted(period={"start": "2001-01-01", "end": "2009-12-31"})["grun"]
    assert need.paths == ["resources/downloads/grun/v1/200101-200912.json"]
    caravan = wanted(caravan={"subsets": ["camels", "hysets"]})["caravan"]
    folder = f"resources/downloads/caravan/{caravan.version}/timeseries/netcdf"
    assert caravan.paths == [f"{folder}/camels", f"{folder}/hysets"]


def test_a_version_that_comes_basin_by_basin_alone_is_refused_for_whole_sub_datasets(
    wanted, tmp_path: Path
) -> None:
    old = {"versions": {"caravan": "1.2"}}
    with pytest.raises(InputError, match=r"Caravan 1\.2: routes\.caravan 'opendap' serves a few"):
        wanted(**old)
    few = {"ids": str(tmp_path / "basins.txt"), "fields": []}
    two = {"subsets": ["camels", "camelsgb"]}
    with pytest.raises(InputError, match="name one a run"):
        wanted(**old, basins=few, caravan=two)
    assert wanted(**old, basins=few, caravan={"subsets": ["camels"]})["caravan"].asks_basin_by_basin
    assert not wanted(**old, mirror="/data")["caravan"].asks_basin_by_basin
