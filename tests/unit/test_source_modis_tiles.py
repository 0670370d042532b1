"""HDF4 tiles of MODIS: each pixel falls into the cell in which its centre lies."""

from pathlib import Path

import numpy as np
import pytest
from pyhdf.SD import SD, SDC

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.grid import Grid, cell_area
from vadose.sources.modis_tiles import (
    SPHERE_RADIUS,
    group_by_day,
    pixel_cells,
    read_modis,
    read_modis_tiles,
)

PIXELS = 24


def write_tile(
    folder: Path,
    h: int,
    v: int,
    counts: np.ndarray | int = 20,
    quality: np.ndarray | int = 0,
    day: str = "2004185",
    product: str = "MCD15A2H",
    names: tuple[str, str] = ("Lai_500m", "FparLai_QC"),
) -> Path:
    """A tile in small, as NASA writes it: two of its arrays of bytes, 255 where there is none."""
    path = folder / f"{product}.A{day}.h{h:02d}v{v:02d}.061.2020084231415.hdf"
    file = SD(str(path), SDC.WRITE | SDC.CREATE | SDC.TRUNC)
    for name, values in zip(names, (counts, quality), strict=True):
        array = file.create(name, SDC.UINT8, (PIXELS, PIXELS))
        array.setfillvalue(255)
        array[:] = np.broadcast_to(np.uint8(values), (PIXELS, PIXELS))
        array.endaccess()
    file.end()
    return path


def test_pixels_of_all_tiles_cover_the_earth_once() -> None:
    """As many as its area has; the rest of the 648 tiles lies off the Earth."""
    grid = Grid.global_(10)
    count = np.zeros(grid.size)
    for h in range(36):
        for v in range(18):
            cell = pixel_cells(h, v, PIXELS, grid)
            count += np.bincount(cell[cell >= 0], minlength=grid.size)
    pixel = (2 * np.pi * SPHERE_RADIUS / 36 / PIXELS / 1000) ** 2
    area = count.reshape(grid.shape) * pixel
    assert area.sum() == pytest.approx(cell_area(grid).sum(), rel=1e-3)
    np.testing.assert_allclose(area[3:15], cell_area(grid)[3:15], rtol=0.06)


def test_the_place_of_a_pixel_is_known() -> None:
    """The north-western pixel of h18v08 lies half a pixel east of Greenwich, south of 10 north."""
    half = 10 / PIXELS / 2
    grid = Grid.window(0, 10, 0, 10, 0.25)
    row, column = np.divmod(pixel_cells(18, 8, PIXELS, grid)[0, 0], grid.n_lon)
    assert abs(grid.lat[row] - (10 - half)) <= 0.125
    assert abs(grid.lon[column] - half / np.cos(np.deg2rad(10 - half))) <= 0.125
    eastern = pixel_cells(26, 2, PIXELS, Grid.global_(1))
    assert (eastern[0] < 0).all() and (eastern[-1] >= 0).any(), "the Earth narrows to the north"


def test_counts_become_the_mean_of_the_main_algorithm(tmp_path: Path) -> None:
    """South of 5 north a fifth of the pixels is fill, north of it half comes from the back-up."""
    counts = np.full((PIXELS, PIXELS), 20)
    counts[PIXELS // 2 :] = 30
    counts[PIXELS // 2 :, ::5] = 254
    quality = np.zeros((PIXELS, PIXELS))
    quality[: PIXELS // 2, ::2] = 2 << 5
    data = read_modis_tiles([write_tile(tmp_path, 18, 8, counts, quality)], Grid.global_(5))
    assert data["lai"].dims == ("time", "lat", "lon") and data["lai"].attrs["units"] == "m2 m-2"
    assert list(data["time"].values) == [np.datetime64("2004-07-03")]
    cells = data.isel(time=0).sel(lon=2.5, lat=[2.5, 7.5])
    np.testing.assert_allclose(cells["lai"], [3, 2], rtol=1e-6)
    np.testing.assert_allclose(cells["lai_covered"], [0.8, 0.5], atol=0.05)
    assert int(data["lai"].notnull().sum()) == 4, "10 by 10 degrees"


def test_cells_between_tiles_take_of_both(tmp_path: Path) -> None:
    paths = [write_tile(tmp_path, 17, 8, 10), write_tile(tmp_path, 18, 8, 30)]
    grid = Grid(5, 0, 4, 4, 1, 1)
    data = read_modis_tiles(paths, grid)
    assert float(data["lai"][0, 0, 0]) == pytest.approx(2)
    assert float(data["lai_covered"][0, 0, 0]) == pytest.approx(1, abs=0.02)


def test_days_are_put_in_order(tmp_path: Path) -> None:
    paths = [write_tile(tmp_path, 18, 8, 10 * i, day=f"200418{i}") for i in (5, 1, 3)]
    assert [f"{day:%j}" for day in group_by_day(paths)] == ["181", "183", "185"]
    data = read_modis_tiles(paths, Grid.global_(10))
    np.testing.assert_allclose(data["lai"].sel(lat=5, lon=5), [1, 3, 5], rtol=1e-6)


def test_either_form_of_modis_is_read_by_its_suffix(tmp_path: Path) -> None:
    paths = [write_tile(tmp_path, 18, 8, day=f"200418{i}") for i in (1, 5)]
    extent = Extent(2, 2, 4, 4, "2004-07-01", "2004-07-31")
    data = read_modis(paths, extent)
    assert dict(data.sizes) == {"time": 1, "lat": 40, "lon": 40}
    assert list(data) == ["lai"], "what every reader of leaf area gives, and no more"
    with pytest.raises(InputError, match="none of 2 MODIS tiles"):
        read_modis(paths, extent._replace(start="2004-08-01"))
    with pytest.raises(InputError, match=r"m\.nc cannot be read"):
        read_modis([tmp_path / "m.nc"], extent)


def test_what_is_no_tile_is_named(tmp_path: Path) -> None:
    grid = Grid.global_(10)
    page = tmp_path / "MCD15A2H.A2004185.h18v08.061.2020084231415.hdf"
    page.write_text("<html>Earthdata Login</html>", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as an HDF4 tile"):
        read_modis_tiles([page], grid)
    other = write_tile(tmp_path, 19, 8, names=("Fpar_500m", "FparLai_QC"))
    with pytest.raises(InputError, match="HDF4 tile with Lai_500m"):
        read_modis_tiles([other], grid)
    with pytest.raises(InputError, match=r"tile\.hdf is not named like MCD15A2H"):
        read_modis_tiles([tmp_path / "tile.hdf"], grid)


def test_tiles_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    one, grid = write_tile(tmp_path, 18, 8), Grid.global_(10)
    terra = write_tile(tmp_path, 17, 8, product="MOD15A2H")
    with pytest.raises(InputError, match="are of MCD15A2H, MOD15A2H, expected one"):
        read_modis_tiles([one, terra], grid)
    again = one.with_name(one.name.replace("2020084231415", "2021084231415"))
    again.write_bytes(one.read_bytes())
    with pytest.raises(InputError, match="this tile of this day is there twice"):
        read_modis_tiles([one, again], grid)
    with pytest.raises(InputError, match="no product"):
        read_modis_tiles([], grid)
