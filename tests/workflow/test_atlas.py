"""The atlas in a real browser: what it shows is what the products hold, and it needs no network."""

import re
from collections.abc import Iterator
from pathlib import Path

import cartopy.crs as ccrs
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from playwright.sync_api import Browser, Page
from tests.browser import Visit, visit
from tests.scripts import script
from tests.workflow.tiny_project import Project

from vadose import contracts, kinds
from vadose.reasons import TEXT, Reason

pytestmark = pytest.mark.machine
READY = "html[data-ready]"
FULL = 0.96  # share of the canvas that the whole globe takes
COLOURS = """() => {
  const map = document.getElementById("map");
  const data = map.getContext("2d").getImageData(0, 0, map.width, map.height).data;
  return new Set(new Uint32Array(data.buffer)).size;
}"""
INKED = """(canvas) => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return data.some((value) => value > 0);
}"""


@pytest.fixture(scope="module")
def atlas(browser: Browser, finished: Project) -> Iterator[Visit]:
    """The atlas of the finished run, open."""
    with visit(browser, finished.results / "atlas.html") as opened:
        opened.page.wait_for_selector(READY)
        yield opened


@pytest.fixture
def page(atlas: Visit) -> Page:
    """The same, seen as a whole."""
    atlas.page.click("#whole")
    return atlas.page


@pytest.fixture(scope="module")
def labels(finished: Project) -> xr.Dataset:
    return contracts.read(kinds.LABELS, finished.results / "calibrate/cells/labels.nc")


def click(page: Page, lat: float, lon: float) -> None:
    """Click a place of the whole globe, where cartopy says that Equal Earth has it."""
    sphere = ccrs.Globe(semimajor_axis=1, semiminor_axis=1, ellipse=None)
    earth, degrees = ccrs.EqualEarth(globe=sphere), ccrs.PlateCarree(globe=sphere)
    x, y = earth.transform_point(lon, lat, degrees)
    (left, right), (low, high) = earth.x_limits, earth.y_limits
    box = page.locator("#map").bounding_box()
    assert box is not None
    scale = FULL * min(box["width"] / (right - left), box["height"] / (high - low))
    page.mouse.click(
        box["x"] + box["width"] / 2 + x * scale, box["y"] + box["height"] / 2 - y * scale
    )


def told(page: Page, key: str) -> str:
    return page.inner_text(f"#details td[data-layer={key}]")


def same(text: str, value: float, half: float = 0.0501) -> bool:
    """Whether a number on the page is a value of a file, rounded as the page does; or missing."""
    if np.isnan(value):
        return text == "no data"
    return abs(float(text.split()[0]) - value) <= half


def test_the_atlas_is_one_file_that_asks_for_nothing(atlas: Visit, finished: Project) -> None:
    path = finished.results / "atlas.html"
    assert atlas.asked == [path.as_uri()]
    assert path.stat().st_size < 15e6
    text = path.read_text(encoding="utf-8").partition('id="about"')[0]
    assert re.findall(r"(?:src|href)=\"([^\"]*)", text) == ["data:,"]


def test_every_map_is_offered_and_seen(page: Page, atlas: Visit) -> None:
    offered = page.eval_on_selector_all("#layer option", "all => all.map((one) => one.value)")
    for of, key in (
        *(("cells", key) for key in ("capacity", "capacity_spread", "label", "reason")),
        *(("cells", key) for key in ("agreeing", "left_over")),
        *(("storage", key) for key in ("mean", "dry", "longest", "std")),
        *(("basins", key) for key in ("label", "root_capacity", "agreeing")),
    ):
        assert f"{of}/{key}" in offered
    for name in offered:
        page.select_option("#layer", name)
        page.wait_for_timeout(30)
        assert page.evaluate(COLOURS) > 8, f"{name} is blank"
        assert page.inner_text("#layer-title") and re.match(
            r"n = \d", page.inner_text("#layer-numbers")
        )
        assert "no data" in page.inner_text("#legend")
    assert atlas.errors == []
    said = page.inner_text("#absent")  # evaporation is not averaged over the tiny planet's basins
    assert said.startswith("The water balance of basins: not made") and "\n" not in said


def test_a_click_on_a_cell_shows_what_the_product_holds(
    page: Page, finished: Project, labels: xr.Dataset
) -> None:
    product = contracts.read(kinds.CAPACITY_MAP, finished.results / "products/capacity.nc")
    monthly = contracts.read(kinds.UNITS_MONTHLY, finished.results / "aggregate/cells_monthly.nc")
    here = product.sel(lat=labels["lat"], lon=labels["lon"], method="nearest")
    page.select_option("#layer", "cells/capacity")
    passed = np.flatnonzero(labels["reason"].values == Reason.PASSED)
    failed = np.flatnonzero(labels["reason"].values != Reason.PASSED)
    for cell in (*passed[[0, len(passed) // 2]], *failed[[0, -1]]):
        one, lat, lon = here.isel(unit=cell), *(float(labels[n][cell]) for n in ("lat", "lon"))
        click(page, lat, lon)
        assert page.inner_text("#details h2") == f"Cell {degrees(lat, lon)}"
        for key, name in (("capacity", "capacity"), ("capacity_spread", "capacity_spread")):
            assert same(told(page, key), float(one[name]))
        assert same(told(page, "label"), float(labels["capacity"][cell]))
        assert told(page, "reason") == TEXT[Reason(int(labels["reason"][cell]))]
        for model in labels["model"].values:
            value = float(labels["model_capacity"].sel(model=model)[cell])
            assert same(told(page, f"by_{model}"), value)
    assert page.locator("#details .chart[data-chart=fluxes]").evaluate(INKED)
    june = monthly["p"].sel(time=monthly["time"].dt.month == 6).mean("time")
    expected = float(june[monthly["unit"].values == labels["unit"].values[cell]][0])
    assert abs(read_chart(page, "fluxes", 5 / 11, "precipitation") - expected) <= 0.501


def degrees(lat: float, lon: float) -> str:
    return f"{abs(lat):.2f}° {'NS'[lat < 0]}, {abs(lon):.2f}° {'EW'[lon < 0]}"


def read_chart(page: Page, key: str, share: float, name: str) -> float:
    """Point at a share of a chart's width, and read what it says of a line there."""
    chart = page.locator(f"#details .chart[data-chart={key}]")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    inner = box["width"] - 54  # without the frame's 44 and 10 pixels
    page.mouse.move(box["x"] + 44 + share * inner, box["y"] + 60)
    text = page.inner_text(f".chart[data-chart={key}] ~ .reading")
    return float(re.search(rf"{name} (-?[\d.]+)", text)[1])


def test_a_click_on_a_cell_of_storage_shows_its_droughts(page: Page, finished: Project) -> None:
    with xr.open_dataset(finished.results / "products/droughts.nc") as data:
        dry = (data["wsdi"] < -1).mean("time").where(data["wsdi"].notnull().any("time")).load()
    with xr.open_dataset(finished.results / "products/storage.nc") as data:
        mean = data["twsa"].mean("time").load()
    at = np.argwhere(dry.notnull().values)[7]
    page.select_option("#layer", "storage/dry")
    click(page, float(dry["lat"][at[0]]), float(dry["lon"][at[1]]))
    assert page.inner_text("#details h2").startswith("Storage cell")
    assert same(told(page, "dry"), 100 * float(dry.values[tuple(at)]))
    assert same(told(page, "mean"), float(mean.values[tuple(at)]))


def test_a_click_on_a_basin_shows_its_numbers_and_series(page: Page, finished: Project) -> None:
    monthly = contracts.read(kinds.UNITS_MONTHLY, finished.results / "aggregate/basins_monthly.nc")
    rows = pd.read_csv(finished.results / "root_zone/basins.csv", index_col="gauge_id")
    name = str(rows.index[2])
    basin = int(np.flatnonzero(monthly["unit"].values == name)[0])
    page.select_option("#layer", "basins/root_capacity")
    click(page, float(monthly["lat"][basin]), float(monthly["lon"][basin]))
    assert page.inner_text("#details h2") == f"Basin {name}"
    assert same(told(page, "root_capacity"), rows.loc[name, "capacity_mm"])
    for chart in ("flow", "stored"):
        assert page.locator(f"#details .chart[data-chart={chart}]").evaluate(INKED)
    q, month = monthly["q"].values[basin], 40
    assert np.isfinite(q[month])
    found = read_chart(page, "flow", month / (len(q) - 1), "observed")
    assert abs(found - q[month]) <= 0.0501


def test_the_atlas_is_used_by_keys_alone(page: Page) -> None:
    page.select_option("#layer", "cells/capacity")
    page.focus("#map")
    page.keyboard.press("+")
    search = ["ArrowLeft"] * 5 + ["ArrowUp"] + ["ArrowRight"] * 10 + ["ArrowDown"] * 2
    for key in [*search, *["ArrowLeft"] * 10]:
        page.keyboard.press(key)
        page.keyboard.press("Enter")
        if page.inner_text("#details"):
            break
    assert page.inner_text("#details h2").startswith("Cell")
    assert re.fullmatch(r"#cells/capacity/\d+", page.evaluate("location.hash"))


def test_the_address_names_a_map_and_a_unit(browser: Browser, finished: Project) -> None:
    with visit(browser, finished.results / "atlas.html") as opened:
        opened.page.wait_for_selector(READY)
        opened.page.goto((finished.results / "atlas.html").as_uri() + "#basins/label/2")
        opened.page.wait_for_function("document.querySelector('#details h2')")
        assert opened.page.input_value("#layer") == "basins/label"
        assert opened.page.inner_text("#details h2").startswith("Basin")


def test_narrow_screens_have_the_map_above_and_all_numbers_below(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    try:
        stage, aside = (page.locator(name).bounding_box() for name in ("#stage", "aside"))
        assert stage is not None and aside is not None
        assert stage["width"] == aside["width"] == 390
        assert aside["y"] >= stage["y"] + stage["height"]
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    finally:
        page.set_viewport_size({"width": 1280, "height": 800})


def test_systems_that_are_off_are_not_offered_and_said_to_be(
    browser: Browser, finished: Project, tmp_path: Path
) -> None:
    results = finished.results
    files: dict[str, list[Path]] = {name: [] for name in NAMES}
    files |= {
        "labels": [results / "calibrate/basins/labels.nc"],
        "monthly": [results / "aggregate/basins_monthly.nc"],
        "estimates": [results / "evaluate/basin_estimates.csv"],
        "dynamics": [results / "evaluate/dynamics.nc"],
    }
    path = tmp_path / "atlas.html"
    run = "<b>bare</b> & </script>"
    script("build_atlas").main(files, path, run=run, others=[], experiment="all")
    with visit(browser, path) as opened:
        opened.page.wait_for_selector(READY)
        offered = opened.page.eval_on_selector_all("option", "all => all.map((one) => one.value)")
        assert offered and all(name.startswith("basins/") for name in offered)
        said = opened.page.inner_text("#absent")
        for system in ("capacity", "gap_filling", "root_zone", "concepts", "regionalization"):
            assert f"needs {system} in systems" in said
        assert opened.page.inner_text("h1") == "Vadose atlas: <b>bare</b> & </script>"
        assert opened.errors == []


NAMES = (
    *("labels_cells", "monthly_cells", "capacity", "compared", "water_cells", "storage"),
    *("droughts", "calibrations", "root_zone", "simulated", "concepts", "water_basins"),
    *("scores_concepts", "scores_regionalization", "scores_root_zone", "products", "land"),
)
