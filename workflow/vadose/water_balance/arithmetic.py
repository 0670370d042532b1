"""The few transcendental functions of the monthly models, in double or in single precision.

Every model step is written once, with the functions and typed constants of an `Arithmetic`:

* double precision uses the math library and is the reference;
* single precision uses short polynomials without branches or library calls, so that a compiler
  turns a loop over candidates into vector instructions, and a GPU kernel holds no float64.

All powers in the models have a base in [0, 1], which is what keeps the polynomials short.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from vadose.compiling import Compiler, plain


class Arithmetic(NamedTuple):
    """A number type and the functions that a model step may call."""

    real: type  # turns a literal into a constant of the chosen precision
    power_unit: Callable[..., Any]  # x ** w for 0 <= x <= 1, w > 0
    root_excess: Callable[..., Any]  # (1 + y) ** (1 / w) - 1 for 0 <= y <= 1, w >= 1
    exp_negative: Callable[..., Any]  # exp(-x) for x >= 0
    square_root: Callable[..., Any]
    fu: Callable[..., Any]  # Fu's curve between a supply and a demand


def arithmetic_of(real: type, compile_: Compiler = plain) -> Arithmetic:
    """Give the arithmetic of a number type, np.float32 or np.float64."""
    return single_precision(compile_) if real is np.float32 else double_precision(compile_)


def double_precision(compile_: Compiler = plain) -> Arithmetic:
    """Give the float64 arithmetic built on the math library."""

    @compile_
    def power_unit(x, w):
        return x**w

    @compile_
    def root_excess(y, w):
        return math.expm1(math.log1p(y) / w)

    @compile_
    def exp_negative(x):
        return math.exp(-x)

    return _with_fu(np.float64, power_unit, root_excess, exp_negative, compile_)


def single_precision(compile_: Compiler = plain) -> Arithmetic:
    """Give the float32 arithmetic of polynomials.

    Their degrees are the lowest that serve: logarithms are good to 8e-6 and powers to 3e-5, which
    moves the KGE of a calibrated basin by some 2e-6; each degree more costs a tenth of the speed.
    """
    real, whole = np.float32, np.int32
    a0, a1, a2, a3, a4, a5 = _polynomial(lambda y: np.log2(1 + y) / y, 5)
    b0, b1, b2, b3, b4 = _polynomial(lambda v: (np.exp2(v) - 1) / v, 4)
    zero, one, least, log2_e = real(0), real(1), real(-126), real(1 / math.log(2))
    mantissa_bits, exponent_bias = whole(23), whole(127)
    mantissa, exponent_of_one = whole(0x007FFFFF), whole(0x3F800000)

    @compile_
    def log2_one_plus(y):  # 0 <= y <= 1
        return y * (a0 + y * (a1 + y * (a2 + y * (a3 + y * (a4 + y * a5)))))

    @compile_
    def exp2_minus_one(v):  # 0 <= v <= 1
        return v * (b0 + v * (b1 + v * (b2 + v * (b3 + v * b4))))

    @compile_
    def log2(x):
        bits = real(x).view(np.int32)
        exponent = whole((bits >> mantissa_bits) - exponent_bias)
        fraction = whole((bits & mantissa) | exponent_of_one).view(np.float32) - one
        return real(exponent) + log2_one_plus(fraction)

    @compile_
    def exp2_negative(v):  # v <= 0; below 2**-126 counts as 2**-126
        v = max(v, least)
        # The next whole number below, by what vector units and graphics cards both have.
        lower = whole(v)
        lower = whole(lower - whole(v < real(lower)))
        scale = whole((lower + exponent_bias) << mantissa_bits).view(np.float32)
        return scale * (one + exp2_minus_one(v - real(lower)))

    @compile_
    def power_unit(x, w):
        return exp2_negative(min(w * log2(x), zero)) if x > zero else zero

    @compile_
    def root_excess(y, w):
        return exp2_minus_one(log2_one_plus(y) / w)

    @compile_
    def exp_negative(x):
        return exp2_negative(-x * log2_e)

    return _with_fu(real, power_unit, root_excess, exp_negative, compile_)


def _with_fu(real, power_unit, root_excess, exp_negative, compile_) -> Arithmetic:
    zero, tiny = real(0), real(1e-30)

    @compile_
    def fu(supply, demand, w):
        """Share a supply against a demand by Fu's curve: supply + demand - (s^w + d^w)^(1/w).

        Written around the larger of the two, so that nothing overflows and the result lies
        between 0 and the smaller (Fu 1981; equation of Zhang et al. 2008).
        """
        smaller, larger = min(supply, demand), max(supply, demand)
        ratio = smaller / max(larger, tiny)
        return max(smaller - larger * root_excess(power_unit(ratio, w), w), zero)

    @compile_
    def square_root(x):
        return math.sqrt(x)

    return Arithmetic(real, power_unit, root_excess, exp_negative, square_root, fu)


def _polynomial(function: Callable[..., Any], degree: int) -> list[np.float32]:
    """Fit a near-minimax polynomial to a function on [0, 1] (Chebyshev nodes, none at 0)."""
    series = Chebyshev.interpolate(function, degree, domain=[0, 1])
    return [np.float32(c) for c in series.convert(kind=Polynomial, domain=[-1, 1]).coef]
