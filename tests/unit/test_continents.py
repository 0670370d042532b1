"""Cells belong to continents, on the Earth and on an invented planet."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from vadose.capacity.cell_split import split_labelled
from vadose.continents import continents, leave_continents_out, read_outlines
from vadose.errors import InputError
from vadose.splits import Part

CITIES = {
    "Africa": {"Cairo": (30.0, 31.2), "Port Said west": (31.2, 32.0), "Tunis": (36.8, 10.2),
               "Tangier": (35.8, -5.8), "Djibouti": (11.6, 43.1), "Antananarivo": (-18.9, 47.5),
               "Praia": (14.9, -23.5), "Cape Town": (-33.9, 18.4)},
    "Asia": {"El Arish": (31.1, 33.8), "Ankara": (39.9, 32.9), "Tbilisi": (41.7, 44.8),
             "Baku": (40.4, 49.9), "Yekaterinburg": (56.8, 60.6), "Aden": (12.8, 45.0),
             "Singapore": (1.3, 103.8), "Manado": (1.5, 124.8), "Dili": (-8.6, 125.6),
             "Tokyo": (35.7, 139.7), "Petropavlovsk": (53.0, 158.7), "Provideniya": (64.4, -173.2),
             "Nicosia": (35.2, 33.4), "Male": (4.2, 73.5)},
    "Europe": {"Lisbon": (38.7, -9.1), "Reykjavik": (64.1, -21.9), "Valletta": (35.9, 14.5),
               "Rhodes": (36.4, 28.2), "Edirne": (41.7, 26.6), "Grozny": (43.3, 45.7),
               "Perm": (58.0, 56.3), "Vorkuta": (67.5, 64.0), "Ponta Delgada": (37.7, -25.7),
               "Gibraltar": (36.1, -5.35), "Longyearbyen": (78.2, 15.6)},
    "North America": {"Panama City": (9.0, -79.5), "Gambell": (63.8, -171.7), "Nuuk": (64.2, -51.7),
                      "Ittoqqortoormiit": (70.5, -22.0), "Adak": (51.9, -176.6),
                      "Attu": (52.9, 172.9), "Bridgetown": (13.1, -59.6), "Havana": (23.1, -82.4)},
    "South America": {"Bogota": (4.7, -74.1), "Cartagena": (10.4, -75.5), "Recife": (-8.1, -34.9),
                      "Stanley": (-51.7, -57.9), "Puerto Ayora": (-0.7, -90.3)},
    "Oceania": {"Darwin": (-12.5, 130.8), "Jayapura": (-2.5, 140.7), "Perth": (-31.9, 115.9),
                "Wellington": (-41.3, 174.8), "Suva": (-18.1, 178.4), "Apia": (-13.8, -171.8),
                "Honolulu": (21.3, -157.9), "Hanga Roa": (-27.2, -109.4), "Hagatna": (13.5, 144.8)},
}  # fmt: skip


@pytest.fixture(scope="module")
def outlines(root: Path) -> Path:
    return root / "resources" / "continents.geojson"


def test_cities_lie_on_their_continents(outlines: Path) -> None:
    for continent, places in CITIES.items():
        lat, lon = np.array(list(places.values())).T
        found = dict(zip(places, continents(lat, lon, 0.5, outlines), strict=True))
        assert found == dict.fromkeys(places, continent)


def test_the_outlines_part_the_earth_without_gap_or_overlap(outlines: Path) -> None:
    names, shapes = read_outlines(outlines)
    assert set(names) == set(CITIES) and outlines.stat().st_size < 10_000
    assert all(shape.is_valid for shape in shapes)
    whole = shapely.union_all(shapes)
    assert whole.equals(shapely.box(-180, -60, 180, 84))
    assert whole.area == pytest.approx(sum(shape.area for shape in shapes))


def test_a_place_in_no_polygon_takes_the_nearest_over_the_date_line(tmp_path: Path) -> None:
    path = tmp_path / "two.geojson"
    square = (
        '{{"type":"Feature","properties":{{"name":"{}"}},"geometry":{{"type":"Polygon",'
        '"coordinates":[[[{w},0],[{e},0],[{e},10],[{w},10],[{w},0]]]}}}}'
    )
    features = f"{square.format('west', w=-170, e=-160)},{square.format('east', w=100, e=110)}"
    path.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}', encoding="utf-8")
    found = continents(np.array([5.0, 5, 50]), np.array([175.0, 120, -100]), 1.0, path)
    assert list(found) == ["west", "east", "west"]


@pytest.mark.parametrize("text", ["no json", "[]", '{"features": []}', '{"features": [{}]}'])
def test_outlines_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.geojson"):
        read_outlines(path)
    with pytest.raises(InputError, match=r"none\.geojson"):
        read_outlines(tmp_path / "none.geojson")


def cells(*boxes: tuple[int, int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Centres of cells of 3 degrees in boxes of rows and columns: first, after last, each."""
    both = [
        np.stack(np.meshgrid(np.arange(a, b), np.arange(c, d)), -1).reshape(-1, 2)
        for a, b, c, d in boxes
    ]
    rows, columns = np.concatenate(both).T
    return -88.5 + 3 * rows, -178.5 + 3 * columns


def test_masses_of_land_are_continents_by_size_and_islands_join_the_nearest() -> None:
    lat, lon = cells((20, 30, 10, 16), (20, 30, 40, 50), (25, 26, 36, 37), (32, 33, 16, 17))
    found = continents(lat, lon, 3.0, None)
    assert set(found[:60]) == {"continent 2"}
    assert set(found[60:160]) == {"continent 1"}
    assert list(found[160:]) == ["continent 1", "continent 2"]


def test_land_is_one_over_the_date_line_and_at_corners() -> None:
    lat, lon = cells((20, 25, 0, 3), (25, 30, 117, 120), (40, 44, 60, 64))
    found = continents(lat, lon, 3.0, None)
    assert set(found[:30]) == {"continent 1"} and set(found[30:]) == {"continent 2"}
    order = np.random.default_rng(0).permutation(lat.size)
    np.testing.assert_array_equal(continents(lat[order], lon[order], 3.0, None), found[order])


def test_single_cells_are_continents_where_there_is_nothing_larger() -> None:
    lat, lon = np.array([-30.0, 60.0]) + 1.5, np.array([0.0, 90.0]) + 1.5
    assert list(continents(lat, lon, 3.0, None)) == ["continent 1", "continent 2"]
    assert continents(lat[:0], lon[:0], 3.0, None).size == 0


def test_labels_on_one_continent_are_no_test_of_another() -> None:
    land, labelled = np.array(["a"] * 30 + ["b"] * 30), np.arange(60) < 30
    lat, lon = np.repeat(0.5, 30), np.arange(30) + 0.5
    around = {"block": 4, "buffer": 1, "validation_share": 0.1, "seed": 1}
    with pytest.raises(InputError, match="all labels lie on one continent, a: take continents out"):
        leave_continents_out(land, labelled, lat, lon, 1.0, 5, around)


def test_a_continent_without_labels_is_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "vadose")
    land = np.repeat(["a", "b", "c"], 40)
    labelled = land != "c"
    lat, lon = np.repeat(0.5, 80), np.concatenate([np.arange(40), np.arange(80, 120)]) + 0.5
    around = {"block": 4, "buffer": 1, "validation_share": 0.1, "seed": 1}
    parts, tested = leave_continents_out(land, labelled, lat, lon, 1.0, 5, around)
    assert tested == ["a", "b"] and parts.shape == (2, 80)
    assert "c: fewer than 5 labels, never a test" in caplog.text


@pytest.mark.parametrize(("split", "folds"), [("random", 1), ("blocks", 1), ("continents", 2)])
def test_every_split_has_parts_of_the_labelled_cells_alone(split: str, folds: int) -> None:
    lat, lon = (x.ravel() for x in np.meshgrid(np.arange(12.5), np.arange(12.5), indexing="ij"))
    lon[lat > 6] += 90  # a second continent
    labelled = np.arange(len(lat)) % 3 > 0
    names, parts = split_labelled(
        *(split, lat, lon, labelled, 1.0, None),
        test_share=0.2,
        least_labels=10,
        buffer=1,
        block=2,
        validation_share=0.1,
        seed=1,
    )
    assert parts.shape == (folds, labelled.sum()) and len(names) == folds
    assert (parts == Part.TEST).any(1).all() and (parts == Part.TRAIN).any(1).all()
