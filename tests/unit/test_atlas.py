"""An atlas: its numbers come back as they went in, its scales are those of the figures."""

import base64
import gzip
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.colors import to_hex

from vadose import storage_charts
from vadose.atlas import layers, lines, stores
from vadose.atlas.content import Atlas, Chart, Layer, Line, Place, describe, legend, outlines, shown
from vadose.atlas.packing import MOST, pack, quantise
from vadose.atlas.page import page
from vadose.grid import Grid
from vadose.job import files_of
from vadose.maps import SCALES

LAT, LON = np.array([10.0, 10.5, 11.0]), np.array([-20.0, -20.0, -19.5])
CELLS = Place("cells", "Cell", LAT, LON, Grid.of_cells(LAT, LON))
VALUES = np.array([12.34, np.nan, 980.0])
LAYER = Layer("capacity", "cells", "Capacity", "Of the map", VALUES, SCALES["capacity"])


def unpacked(about: dict, text: str) -> dict[str, np.ndarray]:
    """Read numbers as the page does."""
    raw = np.frombuffer(gzip.decompress(base64.b64decode(text)), np.uint8).astype(int)
    found = {}
    for name, one in about.items():
        at, n = one["at"], one["n"]
        code = raw[at : at + n] | (raw[at + n : at + 2 * n] << 8)
        found[name] = np.where(code, one["low"] + (code - 1) * one["step"], np.nan)
    return found


@settings(max_examples=40)
@given(arrays(float, st.integers(0, 30), elements=st.floats(-1e6, 1e6)), st.floats(0.001, 10))
def test_numbers_come_back_within_half_a_step(values: np.ndarray, step: float) -> None:
    values = np.where(np.arange(len(values)) % 5 == 4, np.nan, values)
    about, text = pack({"a": (values, step)})
    found, taken = unpacked(about, text)["a"], about["a"]["step"]
    assert taken >= step
    np.testing.assert_allclose(found, values, atol=taken / 2 * (1 + 1e-6), rtol=1e-9)


def test_a_step_is_coarser_only_where_sixteen_bits_need_it() -> None:
    assert quantise(np.array([0.0, 6553.0]), 0.1).step == 0.1
    wide = quantise(np.array([0.0, 20_000.0, np.nan]), 0.1)
    assert wide.step == 0.5 and wide.codes.max() < MOST and wide.codes[-1] == 0


def test_several_arrays_stand_one_behind_the_other() -> None:
    given_ = {"a": (VALUES, 0.01), "none": (np.full(4, np.nan), 1.0), "b": (LAT, 0.5)}
    found = unpacked(*pack(given_))
    for name, (values, _) in given_.items():
        np.testing.assert_allclose(found[name], values, atol=1e-9)


def test_the_same_numbers_give_the_same_text() -> None:
    """However they lie in memory, and on whatever day: the time in gzip's head is 0."""
    field = np.arange(12.0).reshape(3, 4)
    about, text = pack({"a": (field, 0.5)})
    for other in (np.asfortranarray(field), np.repeat(field, 2, 1)[:, ::2]):
        assert pack({"a": (other, 0.5)}) == (about, text)
    np.testing.assert_array_equal(unpacked(about, text)["a"], field.ravel())
    assert base64.b64decode(text)[4:8] == bytes(4)


@pytest.mark.parametrize(
    "scale", [SCALES["capacity"], SCALES["imbalance"], storage_charts.R, stores.RANGE]
)
def test_the_page_has_the_colours_of_the_figures(scale) -> None:
    told, edges = legend(scale), np.array(scale.edges)
    middles = (edges[:-1] + edges[1:]) / 2
    assert told["colours"] == [to_hex(scale.cmap(scale.norm(value))) for value in middles]
    for name, value in (("below", edges[0] - 1), ("above", edges[-1] + 1)):
        if name in told:
            assert told[name] == to_hex(scale.cmap(scale.norm(value)))
    assert ("below" in told) == (scale.extend in ("min", "both"))
    assert ("above" in told) == (scale.extend in ("max", "both"))


def test_a_map_opens_on_the_globe_or_close_up() -> None:
    assert shown([CELLS])["centre"] == pytest.approx(-19.75)
    assert shown([CELLS])["west"] < -20 and shown([CELLS])["north"] > 11
    far = CELLS._replace(lon=np.array([-150.0, 0.0, 150.0]))
    assert shown([CELLS, far])["west"] == -180 and shown([CELLS, far])["centre"] == 0


@pytest.mark.parametrize("centre", [0.0, 100.0, -170.0])
def test_land_is_cut_where_the_map_ends_and_keeps_its_area(centre: float) -> None:
    land = [shapely.box(-60, -20, 40, 30), shapely.box(170, 0, 190, 10)]  # the second over the line
    rings = [np.array(ring).reshape(-1, 2) / 100 for ring in outlines(land, centre)]
    assert all((np.abs(ring[:, 0]) <= 180).all() for ring in rings)
    area = sum(shapely.Polygon(ring).area for ring in rings)
    assert area == pytest.approx(sum(one.area for one in land))


def test_nothing_of_the_data_ends_a_script_or_a_tag() -> None:
    evil = '</script><script>alert(1)</script><!-- & "'
    basins = Place("basins", "Basin", LAT, LON, names=[evil, "b", "c"])
    text = page(Atlas(evil, [basins], [LAYER._replace(of="basins", title=evil)], []))
    assert text.count("</script>") == 3  # those of the template
    assert "alert(1)</script>" not in text
    about = re.search(r'id="about">(.*?)</script>', text, re.S)[1]
    assert json.loads(about)["places"][0]["names"][0] == evil


def test_what_is_described_is_what_was_given() -> None:
    chart = Chart(
        "fluxes", "cells", "Usual year", "mm", {"rain": Line(np.ones((3, 12)), "#000000")}
    )
    about, text = describe(Atlas("run", [CELLS], [LAYER], [chart], absent=["one"], notes=["two"]))
    found = unpacked(about["arrays"], text)
    np.testing.assert_allclose(found[about["layers"][0]["values"]], VALUES, atol=0.051)
    np.testing.assert_allclose(found[about["places"][0]["lat"]], LAT)
    assert about["charts"][0]["months"] == 12 and about["absent"] == ["one"]
    json.dumps(about, allow_nan=False)


def test_the_longest_drought_is_the_longest_run_of_months() -> None:
    taken = np.array([[1, 0, 1], [1, 0, 0], [0, 0, 1], [1, 0, 1], [1, 0, 1]], bool)
    assert stores.longest_run(taken).tolist() == [2, 0, 3]


def test_too_many_basins_have_their_usual_year_in_place_of_the_series(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    months = pd.date_range("2000-01-01", periods=24, freq="MS")
    found = {"observed": np.tile(np.arange(24.0), (2, 1))}
    whole = lines.series_chart("flow", "Flow", "mm", found, months)
    assert whole.start == "2000-01" and whole.lines["observed"].values.shape == (2, 24)
    monkeypatch.setattr(lines, "MOST", 24)
    usual = lines.series_chart("flow", "Flow", "mm", found, months)
    assert usual.start == ""
    np.testing.assert_allclose(usual.lines["observed"].values[0], np.arange(12.0) + 6)


def test_daily_flow_of_whole_months_is_summed() -> None:
    days = pd.date_range("2001-01-15", "2001-03-31")
    daily = xr.DataArray(np.ones((1, len(days))), {"basin": ["a"], "time": days}, ("basin", "time"))
    months = pd.date_range("2001-01-01", periods=3, freq="MS")
    monthly = xr.Dataset(
        {"q": (("unit", "time"), np.zeros((1, 3)))}, {"unit": ["a"], "time": months}
    )
    chart = lines.flow(monthly, [], {"hybrid model": daily})
    np.testing.assert_array_equal(chart.lines["hybrid model"].values, [[np.nan, 28.0, 31.0]])


def test_estimates_are_counted_with_what_is_shown_apart() -> None:
    estimates = {layers.NETWORKS: np.array([100.0]), "DWBM": np.array([110.0])}
    estimates["mass curve"] = np.array([400.0])
    found = {one.key: one for one in layers.estimate_layers(estimates, "cells")}
    assert set(found) == {"agreeing", "median", "by_dwbm", "by_mass_curve"}
    assert found["agreeing"].values == 2 and found["median"].values == 110


def test_inputs_of_a_job_are_lists_by_name() -> None:
    given_ = {"one": "a.nc", "many": ["b.nc", "c.nc"], "none": []}
    assert files_of(given_) == {
        "one": [Path("a.nc")],
        "many": [Path("b.nc"), Path("c.nc")],
        "none": [],
    }
