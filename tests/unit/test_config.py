"""The configuration is typed, says what is wrong in one sentence, and its files are current."""

import json
from pathlib import Path
from typing import get_args

import pytest
import yaml

from vadose.capacity.baselines import BASELINES
from vadose.capacity.predictor_table import PREDICTORS
from vadose.cli import config_files
from vadose.config import Config, read_config
from vadose.errors import InputError
from vadose.settings.capacity import Baseline, PredictorName
from vadose.settings.data import Fields

OPENDAP = {"routes": {"caravan": "opendap"}, "basins": {"ids": "basins.txt"}}
TWO_SUBSETS = {"caravan": {"subsets": ["camels", "camelsgb"]}} | {"world": "earth"}
TWO_SUBSETS |= {"fields": {"step": 0.5, "storage_step": 1}}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"calibraton": {}}, r"^configuration: unknown key 'calibraton'"),
        ({"mask": {"kge": 0.3}}, "unknown key 'mask.kge'"),
        ({"planet": {"seed": "many"}}, "planet.seed: .* found 'many'"),
        ({"planet": {"size": "huge"}}, "'tiny', 'default' or 'large', found 'huge'"),
        ({"calibration": {"models": ["hbv"]}}, "'dwbm', 'swbm', 'tvgm' or 'abcd', found 'hbv'"),
        ({"calibration": {"models": ["dwbm", "dwbm"]}}, "named twice: .*dwbm"),
        ({"period": {"start": "2018-01-01"}}, "at least 6 years"),
        ({"period": {"start": "2000-01-15"}}, "first and end the last day of a month"),
        ({"calibration": {"models": ["abcd"]}}, "labels.models names .*'dwbm'"),
        ({"calibration": {"snow": ["none"]}}, "labels.snow is 'degree_day'"),
        ({"caravan": {"version": "1.6"}}, "unknown key 'caravan.version'"),
        ({"planet": {"end": "2015-12-31"}}, "leaves the planet's records"),
        ({"world": "earth"}, "'native', which only the planet has"),
        ({"window": {"south": 10, "north": 5}}, "the window is empty"),
        ({"window": {"west": 170, "east": -170}}, "the window is empty"),
        ({"routes": {"caravan": "opendap"}}, "name them in a file, basins.ids"),
        (OPENDAP | TWO_SUBSETS, r"\['camels', 'camelsgb'\], .*opendap.*one a run, .* archive"),
        ({"fields": {"lai": ["noaa_lai", "noaa_lai"]}}, "named twice"),
        ({"basin_filter": {"least_area_km2": 1e5}}, "must lie below most_area_km2"),
        ({"mirror": "${NO_SUCH_VARIABLE_HERE}"}, "NO_SUCH_VARIABLE_HERE is not set"),
        ({"run": "../outside"}, "run: .*found '../outside'"),
    ],
)
def test_a_mistake_is_named_in_one_sentence(values: dict, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_config(values)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("offered", "there"), [(PredictorName, PREDICTORS), (Baseline, BASELINES)])
def test_what_can_be_chosen_is_what_there_is(offered: object, there: dict) -> None:
    assert set(get_args(offered)) == set(there)


def test_a_predictor_without_a_source_is_named_with_the_key_that_gives_it_one() -> None:
    assert {one.source_key for one in PREDICTORS.values()} <= set(Fields.model_fields)
    names = ["p_mean", "slope"]
    given = {"capacity": {"predictors": names}, "fields": {"topography": "none"}}
    with pytest.raises(InputError, match=r"has slope, but fields\.topography names no source"):
        read_config(given)
    assert read_config({**given, "systems": []}).capacity.predictors == names
    given["capacity"] = {"predictors": ["p_mean"]}
    assert read_config(given).fields.topography == "none"


def test_values_from_the_command_line_arrive_as_text_and_are_understood() -> None:
    config = read_config({"planet": {"seed": "3"}, "mask": {"kge_above": "0.3"}})
    assert config.planet.seed == 3 and config.mask.kge_above == 0.3


def test_a_mirror_may_name_a_variable_with_a_default(monkeypatch) -> None:
    monkeypatch.setenv("SOMEWHERE", "/data/mirror")
    assert read_config({"mirror": "${SOMEWHERE}/a"}).mirror == "/data/mirror/a"
    assert read_config({"mirror": "${NO_SUCH_VARIABLE_HERE:-there}"}).mirror == "there"
    assert read_config({"mirror": ""}).mirror is None


def test_another_planet_has_another_version() -> None:
    versions = {
        read_config({"planet": {"seed": 1}}).planet_version,
        read_config({"planet": {"size": "tiny"}}).planet_version,
        read_config({"planet": {"end": "2021-12-31"}}).planet_version,
        Config().planet_version,
    }
    assert len(versions) == 4
    shorter = read_config({"period": {"end": "2019-12-31"}})
    assert shorter.planet_version == Config().planet_version


GENERATED = config_files()


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_generated_files_are_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path], "run `vadose config`"


def test_the_default_file_says_what_the_defaults_are(root: Path) -> None:
    values = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    assert read_config(values) == Config()


def test_every_key_is_commented(root: Path) -> None:
    lines = (root / "config/config.yaml").read_text(encoding="utf-8").splitlines()
    keys = [k for k, line in enumerate(lines) if line and not line.lstrip().startswith("#")]
    assert all(lines[k - 1].lstrip().startswith("#") for k in keys)


@pytest.mark.parametrize("name", ["real_sample.yaml", "open.yaml", "global.yaml"])
def test_overlays_are_valid(root: Path, name: str) -> None:
    assert read_config(yaml.safe_load((root / "config" / name).read_text(encoding="utf-8")))


def test_the_schema_refuses_unknown_keys(root: Path) -> None:
    schema = json.loads((root / "config/schema.json").read_text(encoding="utf-8"))
    assert schema["additionalProperties"] is False
    assert all(part["additionalProperties"] is False for part in schema["$defs"].values())


def test_a_system_names_the_sources_that_it_alone_reads() -> None:
    nothing = {"fields": [], "ids": "all"}
    own = {"lai": ["viirs_lai"], "snow": "caravan", "twsa": "none"}
    base = {"basins": nothing, "fields": {"lai": []}}
    there = read_config(base | {"systems": ["root_zone"], "root_zone": own}).sources
    assert "viirs_lai" in there and "ua_swe" not in there
    assert "viirs_lai" not in read_config(base | {"systems": [], "root_zone": own}).sources
    gauged = {"systems": ["regionalization"], "regionalization": {"data": "camels_us"}}
    assert "camels_us" in read_config(base | gauged).sources
