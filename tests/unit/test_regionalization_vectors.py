"""Static vectors of basins: a basin keeps its own whatever the list, and leaks nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from vadose.errors import InputError
from vadose.regionalization.attributes import CAMELS_US, choose, varying
from vadose.regionalization.vectors import Described, draw, scale_of, vectors_of

BASINS = [f"b_{k}" for k in range(40)]


def described(width: int = 8) -> Described:
    random = np.random.default_rng(5)
    place = np.stack([random.uniform(-80, 80, 40), random.uniform(-180, 180, 40)], 1)
    attributes = random.normal(3.0, 2.0, (40, 3)) * [1, 10, 100]
    return Described(BASINS, attributes, draw(BASINS, width, 1), place)


def test_a_basin_keeps_its_random_vector_whatever_the_list() -> None:
    whole = draw(BASINS, 16, seed=3)
    np.testing.assert_array_equal(draw(["new", "b_7", "b_2"], 16, seed=3)[1:], whole[[7, 2]])
    np.testing.assert_array_equal(draw(BASINS, 4, seed=3), whole[:, :4])
    assert not np.isclose(draw(BASINS, 16, seed=4), whole).any()


def test_random_vectors_are_standard_normal_and_of_one_another_independent() -> None:
    values = draw([f"gauge {k}" for k in range(2000)], 10, seed=0)
    for column in values.T:
        assert stats.kstest(column, "norm").pvalue > 1e-4
    correlation = np.corrcoef(values.T)
    assert np.abs(correlation - np.eye(10)).max() < 0.1


@pytest.mark.parametrize(
    ("kind", "width"),
    [
        ("physical", 3),
        ("gaussian-5", 5),
        ("mixed-7", 7),
        ("onehot", 40),
        ("latlon", 3),
        ("none", 0),
    ],
)
def test_each_kind_has_its_width_and_scale(kind: str, width: int) -> None:
    vectors = vectors_of(kind, described(), BASINS)
    assert vectors.values.shape == (40, width)
    by = scale_of(vectors)
    scaled = by.scaled(vectors.values)
    fixed = ~vectors.scaled
    np.testing.assert_allclose(scaled[:, vectors.scaled].mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled[:, vectors.scaled].std(0), 1, rtol=1e-5)
    np.testing.assert_array_equal(scaled[:, fixed], vectors.values[:, fixed].astype(np.float32))


def test_a_mixed_vector_is_the_descriptors_and_the_first_random_numbers() -> None:
    known = described()
    values = vectors_of("mixed-7", known, BASINS).values
    np.testing.assert_array_equal(values[:, :3], known.attributes)
    np.testing.assert_array_equal(values[:, 3:], known.random[:, :4])


def test_a_vector_narrower_than_the_descriptors_or_wider_than_drawn_is_named() -> None:
    with pytest.raises(InputError, match="mixed-2 is narrower than the 3 descriptors"):
        vectors_of("mixed-2", described(), BASINS)
    with pytest.raises(InputError, match="gaussian-9 needs 9 random columns, the series hold 8"):
        vectors_of("gaussian-9", described(), BASINS)
    bare = described()._replace(attributes=np.empty((40, 0)))
    with pytest.raises(InputError, match="physical vectors need descriptors"):
        vectors_of("physical", bare, BASINS)


def test_a_one_hot_vector_is_refused_for_a_basin_never_seen_and_zero_in_a_blind_test() -> None:
    known = described()
    assert (vectors_of("onehot", known, BASINS).values == np.eye(40)).all()
    with pytest.raises(InputError, match=r"39 basins, such as b_0, have no one-hot vector"):
        vectors_of("onehot", known, ["b_1"])
    blind = vectors_of("onehot", known, ["b_1"], blind=True).values
    assert blind.tolist() == [[float(k == 1)] for k in range(40)]


def test_places_on_both_sides_of_the_date_line_are_near_each_other() -> None:
    known = described()
    known.place[:3] = [[10.0, 179.9], [10.0, -179.9], [10.0, 0.0]]
    values = vectors_of("latlon", known, BASINS).values
    np.testing.assert_allclose(np.linalg.norm(values, axis=1), 1)
    np.testing.assert_allclose(values[2], [np.cos(np.pi / 18), 0, np.sin(np.pi / 18)], atol=1e-12)
    assert np.linalg.norm(values[0] - values[1]) < 0.01


def test_what_is_the_same_in_all_basins_or_known_in_none_is_zero() -> None:
    known = described()
    known.attributes[:, 0] = 5.0
    known.attributes[:, 1] = np.nan
    known.attributes[3, 2] = np.nan
    vectors = vectors_of("physical", known, BASINS)
    scaled = np.nan_to_num(scale_of(vectors).scaled(vectors.values))
    assert (scaled[:, :2] == 0).all() and scaled[3, 2] == 0
    assert scaled[:, 2].std() > 0.5


def table(values: dict[str, list[float]]) -> pd.DataFrame:
    return pd.DataFrame(values, ["a", "b"])


def test_attributes_that_are_constant_are_left_out_and_a_basin_without_any_is_named() -> None:
    left = varying(table({"p_mean": [1, 2], "aridity": [3, 3]}))
    assert list(left) == ["p_mean"]
    with pytest.raises(InputError, match="all 1 attributes are the same in all 2 basins"):
        varying(table({"aridity": [3, 3]}))
    more = pd.DataFrame({"p_mean": [1, 2, np.nan]}, ["a", "b", "c"])
    with pytest.raises(InputError, match="no attribute of 1 basins is known, such as c"):
        varying(more)


def test_a_basin_without_a_row_and_a_descriptor_that_is_not_there_are_named() -> None:
    of = table({"p_mean": [1, 2], "aridity": [3, 4]})
    assert choose(of, ("aridity",), ["b"])["aridity"].tolist() == [4]
    with pytest.raises(InputError, match=r"no row of 1 basins, such as x"):
        choose(of, ("p_mean",), ["a", "x"])
    with pytest.raises(InputError, match="lack pet_mean, p_seasonality, frac_snow"):
        choose(of, CAMELS_US, ["a"])
    assert len(CAMELS_US) == 27
