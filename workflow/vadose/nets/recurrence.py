"""Two ways to run an LSTM over time and give all its cell states, each the faster on its machine.

Conventions as in vadose.nets.lstm. On a processor a loop over time is as fast as torch's own LSTM,
as products of matrices take most of the time; on a graphics card each of its steps would wait for
a dozen small launches. There cuDNN's kernel gives all h_t in one call but keeps c_t to itself. As
every gate is a function of x_t and h_{t-1}, one product gives the gates of all times again, and
c_t = f c_{t-1} + i g is then linear in c: a scan of a few launches. Gradients through this second
computation and through the kernel add up to the full ones.

On a card torch.backends.cudnn.allow_tf32, which is on by default, decides on the kernel's accuracy.
"""

from math import ceil, sqrt
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable
from torch.nn import functional as F


def by_loop(
    product: Tensor, recurrent: Tensor, inlet: Tensor | None, cells: bool
) -> tuple[Tensor, Tensor | None]:
    """Run step by step from W x + b of all times, [time, unit, gate x hidden].

    `recurrent` is U [gate x hidden, hidden]. Where `inlet` [unit, hidden] gives the input gate
    before its sigmoid, the product holds the three other gates. Gives h and, if asked for, c.
    """
    hidden, weight = recurrent.shape[1], recurrent.t()
    fixed = None if inlet is None else torch.sigmoid(inlet)
    h = c = product.new_zeros(product.shape[1], hidden)
    every_h, every_c = [], []
    for known in product.unbind(0):
        *i, f, g, o = torch.addmm(known, h, weight).split(hidden, 1)
        entering = torch.sigmoid(i[0]) if fixed is None else fixed
        c = torch.sigmoid(f) * c + entering * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        every_h.append(h)
        every_c.append(c)
    return torch.stack(every_h), torch.stack(every_c) if cells else None


def by_kernel(
    x: Tensor, weight: Tensor, recurrent: Tensor, bias: Tensor, inlet: Tensor | None, cells: bool
) -> tuple[Tensor, Tensor | None]:
    """Run by the kernel of cuDNN or oneDNN from series x [time, unit, input].

    `weight` is W [gate x hidden, input], `recurrent` U, `bias` b, `inlet` as in `by_loop`. Gives h
    and, if asked for, c.
    """
    if inlet is None:
        h = _kernel(x, weight, recurrent, bias)
    else:
        h = _kernel(*_with_inlet(x, weight, recurrent, bias, inlet))
    return h, _cell_states(x, h, weight, recurrent, bias, inlet) if cells else None


def _with_inlet(
    x: Tensor, weight: Tensor, recurrent: Tensor, bias: Tensor, inlet: Tensor
) -> tuple[Tensor, ...]:
    """Write a fixed input gate as four gates, of which the first sees nothing but the inlet."""
    units, hidden = inlet.shape
    series = torch.cat([x, inlet.expand(len(x), units, hidden)], -1)
    identity = torch.eye(hidden, dtype=x.dtype, device=x.device)
    rows = torch.block_diag(weight, identity).roll(hidden, 0)
    return series, rows, F.pad(recurrent, (0, 0, hidden, 0)), F.pad(bias, (hidden, 0))


def _kernel(x: Tensor, weight: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
    """Give the hidden states of a plain LSTM by torch's fused kernel, whose second bias is 0."""
    parts = weight, recurrent, bias, torch.zeros_like(bias)
    # cuDNN copies weights, with a warning, that do not lie one behind the other.
    joined = torch.cat([part.flatten() for part in parts]).split([part.numel() for part in parts])
    weights = [flat.view(part.shape) for flat, part in zip(joined, parts, strict=True)]
    start = x.new_zeros(1, x.shape[1], recurrent.shape[1])
    keep = torch.is_grad_enabled()
    return torch.lstm(x, (start, start), weights, True, 1, 0.0, keep, False, False)[0]


def _cell_states(
    x: Tensor, h: Tensor, weight: Tensor, recurrent: Tensor, bias: Tensor, inlet: Tensor | None
) -> Tensor:
    """Give c of all times from h of all times; the output gate, the last, is not needed."""
    hidden = h.shape[-1]
    before = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
    z = F.linear(x, weight[:-hidden], bias[:-hidden]) + F.linear(before, recurrent[:-hidden])
    *i, f, g = z.split(hidden, -1)
    entering = torch.sigmoid(i[0] if inlet is None else inlet)
    return Scan.apply(torch.sigmoid(f), entering * torch.tanh(g))


class Scan(Function):
    """A store that keeps a share and gains something at each time: c_t = kept_t c_{t-1} + gain_t.

    All are [time, unit, hidden]; the store starts empty.
    """

    @staticmethod
    def forward(ctx: Any, kept: Tensor, gain: Tensor) -> Tensor:
        """Give the store at all times."""
        store = _accumulate(kept, gain)
        ctx.save_for_backward(kept, store)
        return store

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Run the same recurrence backwards in time, as every gain is kept from then on."""
        kept, store = ctx.saved_tensors
        empty = torch.zeros_like(store[:1])
        later = torch.cat([kept[1:], empty])
        total = _accumulate(later.flip(0), grad.flip(0)).flip(0)
        return total * torch.cat([empty, store[:-1]]), total


def _accumulate(kept: Tensor, gain: Tensor) -> Tensor:
    """Give c_t = kept_t c_{t-1} + gain_t with about 3 sqrt(time) launches.

    Time is cut into blocks. All blocks are run at once as if each started empty, with the share
    that is kept since its start; then each block receives what the one before ends with.
    """
    times, units, hidden = gain.shape
    size = ceil(sqrt(times))
    blocks = ceil(times / size)
    share, store = (x.new_zeros(blocks * size, units, hidden) for x in (kept, gain))
    share[:times], store[:times] = kept, gain
    share, store = (x.view(blocks, size, units, hidden) for x in (share, store))
    for k in range(1, size):
        store[:, k].addcmul_(share[:, k], store[:, k - 1])
        share[:, k] *= share[:, k - 1]
    for block in range(1, blocks):
        store[block].addcmul_(share[block], store[block - 1, -1])
    return store.view(blocks * size, units, hidden)[:times]
