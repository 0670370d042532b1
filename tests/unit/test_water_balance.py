"""The functions of the monthly models agree in both precisions and keep their bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vadose.water_balance.arithmetic import double_precision, single_precision
from vadose.water_balance.model import load_model

EXACT, SHORT = double_precision(), single_precision()


@settings(deadline=None)
@given(st.floats(0, 2000, width=32), st.floats(0, 3000, width=32), st.floats(1, 5, width=32))
def test_fu_lies_between_zero_and_the_smaller(supply: float, demand: float, w: float) -> None:
    for arithmetic in (EXACT, SHORT):
        real = arithmetic.real
        value = arithmetic.fu(real(supply), real(demand), real(w))
        assert 0 <= value <= min(supply, demand)


@settings(deadline=None)
@given(st.floats(0, 1, width=32, allow_subnormal=False), st.floats(np.float32(0.1), 5, width=32))
def test_polynomials_agree_with_the_math_library(x: float, w: float) -> None:
    f = np.float32
    assert abs(SHORT.power_unit(f(x), f(w)) - EXACT.power_unit(x, w)) < 3e-5
    assert abs(SHORT.exp_negative(f(x * 50)) - EXACT.exp_negative(x * 50)) < 1e-6
    if w >= 1:
        # the logarithm's 8e-6, times the slope of 2 ** v at v = 1
        most = 8e-6 * 2 * np.log(2) + 5e-7
        assert abs(SHORT.root_excess(f(x), f(w)) - EXACT.root_excess(x, w)) < most


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'hbv': choose one of dwbm, swbm, tvgm, abcd"):
        load_model("hbv")
