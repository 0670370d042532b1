"""Writers of the planet's files know no reader, finish what they begin and say what is too much."""

from pathlib import Path

import numpy as np
import pytest
from tests.small_planet import small_planet

from vadose.codehash import reached
from vadose.planet.writers.files import at_days, new_netcdf
from vadose.planet.writers.soil import write_hwsd

PACKAGE = Path(__file__).resolve().parents[2] / "workflow" / "vadose"


def test_writers_know_no_reader() -> None:
    readers = set((PACKAGE / "sources").rglob("*.py"))
    for path in (PACKAGE / "planet" / "writers").glob("*.py"):
        assert not readers & set(reached(path, PACKAGE, skip=())), path.name


def test_a_file_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "source" / "a.nc"
    with pytest.raises(ValueError, match="broken off"), new_netcdf(path):
        raise ValueError("broken off")
    assert not path.exists()
    with new_netcdf(path, title="whole"):
        pass
    assert [p.name for p in path.parent.iterdir()] == ["a.nc"]


def test_days_lie_on_the_line_between_two_ends() -> None:
    field = np.array([0.0, 10.0, 40.0]).reshape(3, 1, 1)
    days = at_days(field, np.array([30.0, 40.0, 60.0]), np.array([0.0, 30.0, 35.0, 50.0, 99.0]))
    np.testing.assert_allclose(days.ravel(), [0.0, 0.0, 5.0, 25.0, 40.0])


def test_more_soils_than_numbers_are_refused(tmp_path: Path) -> None:
    world, _ = small_planet(0.5, "2000-01", "2000-01")
    many = world._replace(static=world.static | {"clay": 1e6 * world.static["clay"]})
    with pytest.raises(ValueError, match="the raster holds 65534"):
        write_hwsd(tmp_path, many)
    assert not list(tmp_path.iterdir())
