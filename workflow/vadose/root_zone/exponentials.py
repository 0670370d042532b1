"""Powers and logarithms to base 2 of one number, which a compiler turns into vector instructions.

Written without branches or library calls, so that a loop over basins runs at full width, in either
precision and on a graphics card; good to some units in the last place of the precision.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from vadose.compiling import Compiler, plain


class Layout(NamedTuple):
    """How the bits of a number type lie, and the degrees of polynomials that serve it."""

    bits: type
    mantissa_bits: int
    bias: int  # of the exponent
    log_degree: int
    exp_degree: int


LAYOUTS: dict[type, Layout] = {
    np.float32: Layout(np.int32, 23, 127, 4, 5),
    np.float64: Layout(np.int64, 52, 1023, 9, 11),
}


def make_log2(real: type, compile_: Compiler = plain) -> Callable[..., Any]:
    """Give log2(x) for 0 < x < infinity that is not subnormal.

    By the series of the area tangent: log2(m) = s f(s^2) with s = (m - 1)/(m + 1), 1 <= m < 2.
    """
    layout = LAYOUTS[real]
    whole, one = layout.bits, real(1)
    shift, mask = whole(layout.mantissa_bits), whole((1 << layout.mantissa_bits) - 1)
    bias, exponent_of_one = np.int32(layout.bias), whole(layout.bias << layout.mantissa_bits)
    series = _polynomial(_log2_over_tangent, 1 / 9, layout.log_degree, real, compile_)

    @compile_
    def log2(x):
        bits = real(x).view(whole)
        m = whole((bits & mask) | exponent_of_one).view(real)
        tangent = (m - one) / (m + one)
        return real(np.int32(bits >> shift) - bias) + tangent * series(tangent * tangent)

    return log2


def make_exp2(real: type, compile_: Compiler = plain) -> Callable[..., Any]:
    """Give 2^v for v <= 0; v below the least exponent counts as that."""
    layout = LAYOUTS[real]
    whole, shift, bias = layout.bits, layout.bits(layout.mantissa_bits), layout.bits(layout.bias)
    one, least = real(1), real(1 - layout.bias)
    series = _polynomial(_exp2_less_one_over, 1, layout.exp_degree - 1, real, compile_)

    @compile_
    def exp2(v):
        v = max(v, least)
        towards_zero = np.int32(v)
        below = np.int32(towards_zero - np.int32(v < real(towards_zero)))
        fraction = v - real(below)
        scale = whole((whole(below) + bias) << shift).view(real)
        return scale * (one + fraction * series(fraction))

    return exp2


def _log2_over_tangent(square: np.ndarray) -> np.ndarray:
    """Give log2(m)/s as a function of s^2."""
    s = np.sqrt(square)
    return 2 * np.arctanh(s) / s / np.log(2)


def _exp2_less_one_over(v: np.ndarray) -> np.ndarray:
    """Give (2^v - 1)/v."""
    return np.expm1(v * np.log(2)) / v


def _polynomial(
    function: Callable[..., Any], end: float, degree: int, real: type, compile_: Compiler
) -> Callable[..., Any]:
    """Compile a near-minimax polynomial of a function on (0, end), by Horner's rule."""
    series = Chebyshev.interpolate(function, degree, domain=[0, end])
    coefficients = series.convert(kind=Polynomial, domain=[-1, 1]).coef
    first, *others = (real(c) for c in reversed(coefficients))
    lower = tuple(others)

    @compile_
    def horner(x):
        total = first
        for coefficient in lower:
            total = coefficient + x * total
        return total

    return horner
