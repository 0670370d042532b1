"""Monthly snow by temperature: a share of precipitation falls as snow, a share of the pack melts.

After McCabe and Wolock (2007), the snow part of the USGS monthly water balance model.
"""

from vadose.water_balance.arithmetic import Arithmetic
from vadose.water_balance.bounds import Bounds

PARAMETERS = {
    "t_snow": Bounds(-10, 0, "degC"),
    "t_rain": Bounds(0, 8, "degC"),
    "melt": Bounds(0.1, 1, "1/month"),
}


def make_step(math: Arithmetic):
    """Give the function that turns a month's precipitation into liquid water and a new pack."""
    zero, one, least = math.real(0), math.real(1), math.real(0.1)

    def step(p, t, theta, pack):
        t_snow, t_rain, melt = theta[0], theta[1], theta[2]
        warmth = min(max((t - t_snow) / max(t_rain - t_snow, least), zero), one)
        snowfall = (one - warmth) * p
        melted = melt * warmth * (pack + snowfall)
        return p - snowfall + melted, pack + snowfall - melted

    return step
