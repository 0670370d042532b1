"""Bad input ends with one sentence that says what and where, and leaves nothing behind."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
from tests.workflow.tiny_project import BLOCK, Project

from scripts import aggregate_basins, calibrate_basins, gather_basins
from vadose.calibrate import split_periods
from vadose.config import read_config
from vadose.errors import InputError
from vadose.planet.basins import gauge_id
from vadose.reasons import Reason, data_reason
from vadose.sources.caravan_routes import Folders, copy_from_mirror
from vadose.water_balance.model import load_model

MONTHLY = "results/tiny/aggregate/basins_monthly.nc"
FAO_PET = "potential_evaporation_sum_FAO_PENMAN_MONTEITH"
BASIN, OTHER = gauge_id(3), gauge_id(4)


class Tree:
    """Two basins of the planet in Caravan's layout, below a mirror, to be spoiled."""

    def __init__(self, planet: Path, mirror: Path) -> None:
        self.mirror, caravan = mirror, mirror / "Caravan-nc"
        self.series = caravan / "timeseries/netcdf/planet"
        self.attributes = caravan / "attributes/planet"
        self.daily = mirror / f"made/{BLOCK}.nc"
        self.output = mirror / "made/basins_monthly.nc"
        shutil.copytree(planet / "Caravan-nc/attributes/planet", self.attributes)
        self.series.mkdir(parents=True)
        for name in (BASIN, OTHER):
            shutil.copy(planet / f"Caravan-nc/timeseries/netcdf/planet/{name}.nc", self.series)
        self.file = self.series / f"{BASIN}.nc"

    @contextmanager
    def open(self) -> Iterator[netCDF4.Dataset]:
        with netCDF4.Dataset(self.file, "a") as file:
            yield file

    def table(self, name: str) -> Path:
        return self.attributes / f"attributes_{name}_planet.csv"

    def aggregate(self, ids: Path | None = None, pet: str = "best") -> None:
        gather_basins.main([self.series], ids, BLOCK, self.daily)
        aggregate_basins.main(
            [self.daily], [self.attributes], self.output, pet=pet, least_days_share=0.9
        )


@pytest.fixture
def tree(finished: Project, tmp_path: Path) -> Tree:
    return Tree(finished.planet, tmp_path / "mirror")


@contextmanager
def refused(message: str, output: Path) -> Iterator[None]:
    """Expect one line for the user, and no output, not even a part of it."""
    with pytest.raises(InputError, match=message) as caught:
        yield
    assert "\n" not in str(caught.value)
    assert not list(output.parent.glob(f"{output.name}*"))


def negative_rain(tree: Tree) -> None:
    with tree.open() as file:
        file["total_precipitation_sum"][100:103] = -1


def gap_in_dates(tree: Tree) -> None:
    with tree.open() as file:
        file["date"][100:] = file["date"][100:] + 3


def kelvin(tree: Tree) -> None:
    with tree.open() as file:
        file["temperature_2m_mean"][:] = file["temperature_2m_mean"][:] + 273.15


def truncated(tree: Tree) -> None:
    data = tree.file.read_bytes()
    tree.file.write_bytes(data[: len(data) // 2])


def basin_in_no_table(tree: Tree) -> None:
    for name in ("other", "caravan", "hydroatlas"):
        leave_out(tree, name)


def leave_out(tree: Tree, name: str) -> None:
    """Take the basin's row out of one attribute table."""
    lines = tree.table(name).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(BASIN)]
    assert len(kept) == len(lines) - 1
    tree.table(name).write_text("".join(kept), encoding="utf-8")


def no_table(tree: Tree) -> None:
    tree.table("other").unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            negative_rain,
            rf"{BASIN}\.nc: precipitation is not within 0 to .* on 3 days, first -1 on 2007-04-11",
        ),
        (gap_in_dates, rf"{BASIN}\.nc: the dates have 1 gaps, the first after 2007-04-10"),
        (kelvin, rf"{BASIN}\.nc: mean air temperature .* is not within .* to 65 degC on 3287 days"),
        (truncated, rf"{BASIN}\.nc cannot be read .*truncated; delete .* and run again"),
        (basin_in_no_table, rf"1 basins have no row in attributes_other_\*\.csv of .*: {BASIN}"),
        (no_table, r"attributes_other_planet\.csv cannot be read"),
    ],
)
def test_a_spoiled_file_is_named(tree: Tree, spoil: Callable[[Tree], None], message: str) -> None:
    spoil(tree)
    with refused(message, tree.output):
        tree.aggregate()


def repeat_row(tree: Tree) -> None:
    text = tree.table("other").read_text(encoding="utf-8")
    tree.table("other").write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")


def rename_column(tree: Tree) -> None:
    text = tree.table("other").read_text(encoding="utf-8")
    tree.table("other").write_text(text.replace("gauge_lat", "latitude"), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda tree: leave_out(tree, "hydroatlas"),
            rf"no row in attributes_hydroatlas_.*: {BASIN}",
        ),
        (lambda tree: leave_out(tree, "caravan"), rf"no row in attributes_caravan_.*: {BASIN}"),
        (repeat_row, "attributes_other_planet"),
        (rename_column, "attributes_other_planet.*gauge_lat"),
    ],
    ids=["no row in one table", "no climate indices", "two rows", "no latitude"],
)
def test_a_spoiled_attribute_table_is_named(
    tree: Tree, spoil: Callable[[Tree], None], message: str
) -> None:
    spoil(tree)
    with refused(message, tree.output):
        tree.aggregate()


def test_a_source_without_penman_monteith_is_refused_where_it_was_asked_for(tree: Tree) -> None:
    with tree.open() as file:
        file.renameVariable(FAO_PET, "something_else")
    with refused(r"fao_penman_monteith, but 1 of 2 basins .* use 'best' or 'oudin'", tree.output):
        tree.aggregate(pet="fao_penman_monteith")


def test_a_basin_that_the_mirror_lost_is_named(tree: Tree, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text(f"{BASIN}\n{OTHER}\n", encoding="utf-8")
    tree.file.unlink()
    with refused(rf"ids\.txt names 1 basins .*: {BASIN} \(it has 1, such as {OTHER}", tree.output):
        tree.aggregate(ids=ids)


def test_an_empty_list_of_basins_is_named(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").touch()
    with refused(r"ids\.txt names no basin", tree.output):
        tree.aggregate(ids=tmp_path / "ids.txt")


def test_a_folder_that_the_mirror_lacks_is_named(tree: Tree, tmp_path: Path) -> None:
    shutil.rmtree(tree.attributes)
    made = Folders(*(tmp_path / name for name in Folders._fields))
    message = r"the mirror has no folder .*attributes/planet \(beside it: nothing\)"
    with refused(message, made.attributes):
        copy_from_mirror(tree.mirror, "planet", made)


@pytest.mark.parametrize("named", [True, False], ids=["empty", "no such variable"])
def test_a_basin_without_streamflow_is_masked_with_the_reason(tree: Tree, named: bool) -> None:
    with tree.open() as file:
        file["streamflow"][:] = np.nan
        if not named:
            file.renameVariable("streamflow", "stage")
    tree.aggregate()
    with xr.open_dataset(tree.output) as file:
        p, pet, t, q = (file[name].values for name in ("p", "pet", "t", "q"))
    reason = data_reason(p, pet, t, q, split_periods(q, 0.75).calibration, 60)
    assert reason.tolist() == [Reason.NO_RUNOFF, Reason.PASSED]


def test_basins_that_all_lack_streamflow_are_refused(tree: Tree, tmp_path: Path) -> None:
    for path in tree.series.iterdir():
        with netCDF4.Dataset(path, "a") as file:
            file["streamflow"][:] = np.nan
    tree.aggregate()
    output = tmp_path / "swbm.nc"
    with refused(r"no unit can be calibrated \(no runoff data: 2\)", output):
        calibrate_basins.main(
            tree.output,
            {"none": output},
            model="swbm",
            calibration_share=0.75,
            least_months=60,
            search={},
            threads=1,
            device="cpu",
            restarts=3,
        )


def test_a_model_that_does_not_exist_is_named() -> None:
    with pytest.raises(InputError, match=r"calibration\.models.*'dwbm', .* found 'hbv'"):
        read_config({"calibration": {"models": ["hbv"]}})
    with pytest.raises(ValueError, match="no water balance model 'hbv': choose one of dwbm"):
        load_model("hbv")


def test_a_period_that_is_too_short_is_named() -> None:
    with pytest.raises(InputError, match=r"2016-01-01 to 2020-12-31 is too short: .* 6 years"):
        read_config({"period": {"start": "2016-01-01"}})


def sentence(project: Project, *arguments: str) -> tuple[str, str]:
    """Give the sentence with which a run ends, and all that it printed."""
    done = project.snakemake(*arguments)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    found = re.findall("^Error: (.*)$", done.stderr, re.M)
    assert len(found) == 1, done.stderr
    return found[0], done.stdout + done.stderr


def test_an_unknown_basin_ends_the_run_with_one_sentence(project: Project) -> None:
    (project.folder / "ids.txt").write_text("planet_99999999\n", encoding="utf-8")
    said, _ = sentence(project, "--cores", "1", MONTHLY, "--config", "basins={ids: ids.txt}")
    assert said.startswith("ids.txt names 1 basins that the source does not have: planet_99999999")
    assert said in (project.results / f"logs/gather_basins/{BLOCK}.log").read_text(encoding="utf-8")
    assert not list((project.results / "aggregate").glob("basins_daily/*"))


def test_a_mirror_without_the_data_ends_the_run_with_one_sentence(project: Project) -> None:
    mirror = project.planet.relative_to(project.folder).as_posix()
    earth = ("world=earth", "fields={step: 4.5, storage_step: 4.5}", f"mirror={mirror}")
    release = ("caravan={subsets: [camels]}", "versions={caravan: '1.6'}")
    said, _ = sentence(project, "--cores", "1", MONTHLY, "--config", *earth, *release)
    assert said.startswith(f"the mirror has no folder {mirror}/Caravan-nc/timeseries/netcdf/camels")
    assert said.endswith("(beside it: planet)")
    made = project.folder / "resources/downloads/caravan/1.6"
    assert not [path for path in made.rglob("*") if path.is_file()]


def test_a_truncated_field_ends_the_run_with_one_sentence(project: Project) -> None:
    (file,) = (project.folder / "resources/downloads/grun").glob("*/files/*.nc")
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    field = f"results/tiny/aggregate/fields/4.5/grun/{BLOCK}.nc"
    said, _ = sentence(project, "--cores", "1", field, "--forcerun", "aggregate_fields")
    assert file.name in said and "delete" in said
    assert not list(project.folder.glob(f"{field}*"))


def test_an_unknown_key_ends_the_run_with_one_sentence(finished: Project) -> None:
    said, printed = sentence(finished, "--dry-run", "--config", "planett=3")
    assert said.startswith("configuration: unknown key 'planett'")
    assert "config.py" not in printed
