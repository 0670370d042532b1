"""The LSTMs of vadose.nets.lstm one step at a time, as their equations stand, every gate in sight.

Slow, for reading, for looking inside a trained net and as the reference that the fast ones match.
"""

from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vadose.nets.lstm import Lstm


class Step(NamedTuple):
    """All there is to see of one step, [unit, hidden]; of all steps, [time, unit, hidden]."""

    input: Tensor  # share of the candidate that enters the cell
    forget: Tensor  # share of the cell that stays
    candidate: Tensor  # -1..1
    leaving: Tensor  # the output gate: share of tanh(cell) that is shown
    cell: Tensor
    hidden: Tensor  # what the next step sees
    output: Tensor  # what is read: hidden, weighed by the static vector in fm


class GlassBox(nn.Module):
    """The twin of a fast LSTM with a copy of its weights, one matrix for each gate."""

    static: nn.Module  # W_s and b_s, where the kind has them
    embedding: nn.Module  # A and a, in sr

    def __init__(self, lstm: Lstm) -> None:
        super().__init__()
        self.kind, self.size = lstm.kind, lstm.recurrent.shape[1]
        self.weight, self.recurrent, self.bias = (
            nn.ParameterDict(zip("ifgo"[-lstm.gates :], stacked.split(self.size), strict=True))
            for stacked in (x.detach().clone() for x in (lstm.weight, lstm.recurrent, lstm.bias))
        )
        for name, layer in lstm.named_children():
            setattr(self, name, deepcopy(layer))

    def step(self, x: Tensor, static: Tensor, h: Tensor, c: Tensor) -> Step:
        """Go one step from x [unit, input], static [unit, static], h and c [unit, hidden]."""
        seen = torch.cat([x, static], 1) if self.kind == "ct" else x
        z = {
            gate: F.linear(seen, self.weight[gate], self.bias[gate])
            + F.linear(h, self.recurrent[gate])
            for gate in self.weight
        }
        i = self.told(static) if self.kind in ("ea", "sr") else torch.sigmoid(z["i"])
        f, g, o = torch.sigmoid(z["f"]), torch.tanh(z["g"]), torch.sigmoid(z["o"])
        c = f * c + i * g
        h = o * torch.tanh(c)
        output = self.told(static) * h if self.kind == "fm" else h
        return Step(i, f, g, o, c, h, output)

    def told(self, static: Tensor) -> Tensor:
        """Give the gate that the static vector sets by itself, [unit, hidden]."""
        described = torch.relu(self.embedding(static)) if self.kind == "sr" else static
        return torch.sigmoid(self.static(described))

    def forward(self, x: Tensor, static: Tensor) -> Step:
        """Run over series x [time, unit, input] from empty states; show every step."""
        h = c = x.new_zeros(x.shape[1], self.size)
        steps = []
        for now in x.unbind(0):
            steps.append(self.step(now, static, h, c))
            h, c = steps[-1].hidden, steps[-1].cell
        return Step(*(torch.stack(parts) for parts in zip(*steps, strict=True)))
