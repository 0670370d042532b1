"""Long short-term memory in five kinds that differ only in how the static vector enters.

Conventions: time is first, inside and outside: series x are [time, unit, input], static vectors
[unit, static], hidden and cell states [time, unit, hidden]; both states start at 0. Gates stand in
the order input i, forget f, candidate g, output o, with one bias vector, and

    z = W x_t + U h_{t-1} + b      c_t = f c_{t-1} + i g      h_t = o tanh(c_t)

with i, f, o = sigmoid(z) and g = tanh(z). The kinds, with s the static vector:

    plain  no static vector
    ct     x_t is replaced by [x_t, s]
    ea     i = sigmoid(W_s s + b_s), the same at all times (Kratzert et al. 2019)
    sr     as ea, of e = relu(A s + a) in place of s
    fm     what is read is p h_t with p = sigmoid(W_s s + b_s); the recurrence keeps h_t

Input and static weights start orthogonal, recurrent ones as identities, biases at 0 and the forget
gate's at 3 or what is asked. vadose.nets.glass_box shows every gate of the same nets.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vadose.nets.recurrence import by_kernel, by_steps

EMBEDDING = 512  # width of the static representation of sr


class Sizes(NamedTuple):
    """Numbers of series that enter, of static descriptors (may be 0), and of cells."""

    inputs: int
    descriptors: int
    hidden: int


class States(NamedTuple):
    """What is read at each time, and the cell states if asked for: [time, unit, hidden]."""

    output: Tensor
    cells: Tensor | None


class Lstm(nn.Module):
    """The plain LSTM: the static vector does not enter."""

    kind = "plain"
    gates = 4

    def __init__(self, sizes: Sizes, forget_bias: float = 3.0) -> None:
        super().__init__()
        inputs, _, hidden = sizes
        self.weight = nn.Parameter(torch.empty(self.gates * hidden, inputs))
        self.recurrent = nn.Parameter(torch.eye(hidden).repeat(self.gates, 1))
        self.bias = nn.Parameter(torch.zeros(self.gates * hidden))
        nn.init.orthogonal_(self.weight)
        with torch.no_grad():
            self.bias[-3 * hidden : -2 * hidden] = forget_bias

    def series(self, x: Tensor, _static: Tensor, /) -> Tensor:
        """Give what enters at each time, [time, unit, column of the weights]."""
        return x

    def entering(self, x: Tensor, static: Tensor, /) -> tuple[Tensor, Tensor, Tensor]:
        """Give the series that enter, their W, and what is added at all times, [unit, gate]."""
        return self.series(x, static), self.weight, self.bias.expand(x.shape[1], -1)

    def inlet(self, _static: Tensor, /) -> Tensor | None:
        """Give an input gate that does not change with time, before its sigmoid, or None."""
        return None

    def outlet(self, h: Tensor, _static: Tensor, /) -> Tensor:
        """Give what is read of the hidden states."""
        return h

    def forward(
        self,
        x: Tensor,
        static: Tensor | None = None,
        *,
        cells: bool = False,
        fused: bool | None = None,
    ) -> States:
        """Run over series x [time, unit, input]; give what is read, and with `cells` all c_t.

        `fused` takes the recurrent kernel of cuDNN or oneDNN in place of steps over time, by
        default on a graphics card only: see vadose.nets.recurrence for what is faster where.
        """
        # Never in half precision: sums over hundreds of days lose what they keep in mind.
        with torch.autocast(x.device.type, enabled=False):
            described = x.new_empty(x.shape[1], 0) if static is None else static
            inlet = self.inlet(described)
            if fused or (fused is None and x.is_cuda):
                weights = self.weight, self.recurrent, self.bias
                h, c = by_kernel(self.series(x, described), *weights, inlet, cells)
            else:
                h, c = by_steps(*self.entering(x, described), self.recurrent, inlet, cells)
            return States(self.outlet(h, described), c)


class Concatenated(Lstm):
    """CT: the static vector stands beside the series at every time."""

    kind = "ct"

    def __init__(self, sizes: Sizes, forget_bias: float = 3.0) -> None:
        super().__init__(sizes._replace(inputs=sizes.inputs + sizes.descriptors), forget_bias)

    def series(self, x: Tensor, static: Tensor, /) -> Tensor:
        """Give [x, s] at each time."""
        return torch.cat([x, static.expand(len(x), -1, -1)], -1)

    def entering(self, x: Tensor, static: Tensor, /) -> tuple[Tensor, Tensor, Tensor]:
        """Give x, its W and the product of s with the other W, which is computed only once."""
        of_x, of_static = self.weight.split([x.shape[-1], static.shape[-1]], 1)
        return x, of_x, F.linear(static, of_static, self.bias)


class EntityAware(Lstm):
    """EA: the static vector alone sets the input gate (Kratzert et al. 2019, HESS 23, 5089)."""

    kind = "ea"
    gates = 3

    def __init__(self, sizes: Sizes, forget_bias: float = 3.0) -> None:
        super().__init__(sizes, forget_bias)
        self.static = orthogonal_layer(sizes.descriptors, sizes.hidden)

    def inlet(self, static: Tensor, /) -> Tensor:
        """Give W_s s + b_s, [unit, hidden]."""
        return self.static(static)


class StaticRepresentation(EntityAware):
    """SR: a learned representation of the static vector sets the input gate."""

    kind = "sr"

    def __init__(self, sizes: Sizes, forget_bias: float = 3.0) -> None:
        super().__init__(sizes._replace(descriptors=EMBEDDING), forget_bias)
        self.embedding = orthogonal_layer(sizes.descriptors, EMBEDDING)

    def inlet(self, static: Tensor, /) -> Tensor:
        """Give W_s e + b_s with e = relu(A s + a), [unit, hidden]."""
        return self.static(torch.relu(self.embedding(static)))


class FeatureModulation(Lstm):
    """FM: the static vector weighs what is read of the hidden states."""

    kind = "fm"

    def __init__(self, sizes: Sizes, forget_bias: float = 3.0) -> None:
        super().__init__(sizes, forget_bias)
        self.static = orthogonal_layer(sizes.descriptors, sizes.hidden)

    def outlet(self, h: Tensor, static: Tensor, /) -> Tensor:
        """Give p h with p = sigmoid(W_s s + b_s)."""
        return torch.sigmoid(self.static(static)) * h


KINDS: dict[str, type[Lstm]] = {
    net.kind: net
    for net in (Lstm, EntityAware, Concatenated, StaticRepresentation, FeatureModulation)
}


def orthogonal_layer(inputs: int, outputs: int) -> nn.Linear:
    """Make a linear layer that starts with orthogonal weights and no bias."""
    layer = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
