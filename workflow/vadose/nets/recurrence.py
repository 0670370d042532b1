"""Two ways to run an LSTM over time and give all its cell states, each the faster on its machine.

Conventions as in vadose.nets.lstm. On a processor steps over time with derivatives by hand are
faster than torch's own LSTM; on a graphics card each of them would wait for a dozen small launches.
There cuDNN's kernel gives all h_t in one call but keeps c_t to itself. As every gate is a function
of x_t and h_{t-1}, one product gives the gates of all times again, and c_t = f c_{t-1} + i g is
then linear in c: a scan of a few launches. Gradients through this second computation and through
the kernel add up to the full ones.

On a card torch.backends.cudnn.allow_tf32, which is on by default, decides on the kernel's accuracy.
"""

from collections.abc import Iterator
from math import ceil, sqrt
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable
from torch.nn import functional as F

# What torch's own derivatives of y = sigmoid(x) and y = tanh(x) use: of dL/dy and y, dL/dx.
through_sigmoid = torch.ops.aten.sigmoid_backward.grad_input
through_tanh = torch.ops.aten.tanh_backward.grad_input
BLOCK = 16  # times whose derivatives are at hand together: few enough to stay in the cache


def by_steps(
    x: Tensor,
    weight: Tensor,
    always: Tensor,
    recurrent: Tensor,
    inlet: Tensor | None,
    cells: bool,
) -> tuple[Tensor, Tensor | None]:
    """Run step by step from series x [time, unit, input].

    `weight` is W [gate x hidden, input], `always` [unit, gate x hidden] what is added to W x at all
    times, `recurrent` U [gate x hidden, hidden]. Where `inlet` [unit, hidden] gives the input gate
    before its sigmoid, the weights have the three other gates. Gives h and, if asked for, c.
    """
    fixed = None if inlet is None else torch.sigmoid(inlet)
    h, c = Steps.apply(x, weight, always, recurrent, fixed)
    return h, c if cells else None


class Steps(Function):
    """An LSTM step by step, with derivatives by hand.

    A row [h_{t-1}, x_t] of each unit enters the product of a step. So all weights receive their
    derivatives in one product over the rows of a block, and W x of all times is never laid out.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        always: Tensor,
        recurrent: Tensor,
        fixed: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """Give all h and all c."""
        times, units, inputs = x.shape
        hidden = recurrent.shape[1]
        columns = torch.cat([recurrent, weight], 1).t()
        rows = x.new_zeros(times + 1, units, hidden + inputs)
        rows[:times, :, hidden:] = x
        store = x.new_zeros(times + 1, units, hidden)
        kept = times if any(ctx.needs_input_grad) else 1
        gates, shown = (x.new_empty(kept, units, width) for width in (len(recurrent), hidden))
        for t in range(times):
            z = torch.addmm(always, rows[t], columns, out=gates[t % kept])
            *i, f, g, o = z.split(hidden, 1)
            for gate in (*i, f, o):
                gate.sigmoid_()
            c = torch.mul(f, store[t], out=store[t + 1])
            c.addcmul_(i[0] if fixed is None else fixed, g.tanh_())
            now = torch.tanh(c, out=shown[t % kept])
            torch.mul(o, now, out=rows[t + 1, :, :hidden])
        ctx.save_for_backward(rows, store, gates, shown, weight, recurrent, fixed)
        ctx.set_materialize_grads(False)
        return rows[1:, :, :hidden].contiguous(), store[1:]

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, grad_h: Tensor | None, grad_c: Tensor | None
    ) -> tuple[Tensor | None, ...]:
        """Give derivatives to all that went in."""
        rows, store, gates, shown, weight, recurrent, fixed = ctx.saved_tensors
        hidden = recurrent.shape[1]
        if grad_h is None:
            grad_h = torch.zeros_like(shown)
        told = None if fixed is None else torch.zeros_like(fixed)
        dx = gates.new_empty(*gates.shape[:2], weight.shape[1]) if ctx.needs_input_grad[0] else None
        joint = gates.new_zeros(gates.shape[2], hidden + weight.shape[1])
        always = torch.zeros_like(gates[0])
        for times, dz in _back(grad_h, grad_c, store, gates, shown, recurrent, fixed, told):
            joint.addmm_(dz.flatten(0, 1).t(), rows[times].flatten(0, 1))
            always += dz.sum(0)
            if dx is not None:
                torch.matmul(dz, weight, out=dx[times])
        return dx, joint[:, hidden:], always, joint[:, :hidden], told


def _back(
    grad_h: Tensor,
    grad_c: Tensor | None,
    store: Tensor,
    gates: Tensor,
    shown: Tensor,
    recurrent: Tensor,
    fixed: Tensor | None,
    told: Tensor | None,
) -> Iterator[tuple[slice, Tensor]]:
    """Go back in time, a block of it at once, and add up `told`'s derivatives.

    Gives the times of each block and derivatives to all gates before their sigmoids, which the
    next block overwrites.
    """
    block, dc = torch.empty_like(gates[:BLOCK]), torch.zeros_like(store[0])
    part, other = torch.empty_like(dc), torch.empty_like(dc)
    dh = grad_h[-1]
    for end in range(len(gates), 0, -BLOCK):
        times = slice(max(end - BLOCK, 0), end)
        dz = block[: times.stop - times.start]
        for t in range(times.stop - 1, times.start - 1, -1):
            *i, f, g, o = gates[t].split(recurrent.shape[1], 1)
            now = dz[t - times.start]
            *di, df, dg, do = now.split(recurrent.shape[1], 1)
            entering = i[0] if fixed is None else fixed
            through_sigmoid(torch.mul(dh, shown[t], out=part), o, grad_input=do)
            dc += through_tanh(torch.mul(dh, o, out=part), shown[t], grad_input=other)
            if grad_c is not None:
                dc += grad_c[t]
            through_sigmoid(torch.mul(dc, store[t], out=part), f, grad_input=df)
            through_tanh(torch.mul(dc, entering, out=part), g, grad_input=dg)
            if told is None:
                through_sigmoid(torch.mul(dc, g, out=part), i[0], grad_input=di[0])
            else:
                told.addcmul_(dc, g)
            dc *= f
            dh = torch.addmm(grad_h[t - 1], now, recurrent) if t else dh
        yield times, dz


def by_kernel(
    x: Tensor, weight: Tensor, recurrent: Tensor, bias: Tensor, inlet: Tensor | None, cells: bool
) -> tuple[Tensor, Tensor | None]:
    """Run by the kernel of cuDNN or oneDNN from series x [time, unit, input].

    `weight` is W [gate x hidden, input], `recurrent` U, `bias` b, `inlet` as in `by_steps`. Gives h
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
