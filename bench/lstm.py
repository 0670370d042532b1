"""Measure the LSTMs of vadose.nets.lstm against torch's nn.LSTM, forward and backward.

    .venv/bin/python -m bench.lstm [--device cpu|cuda] [--repeats 20] [--write]

Needs torch alone, so that it can be carried to a machine with a graphics card, save for --write.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vadose.nets.glass_box import GlassBox
from vadose.nets.lstm import KINDS, Lstm, Sizes

INPUTS, DESCRIPTORS, TIMES, UNITS = 32, 27, 270, 256
HIDDEN = 64, 256
PEER = "nn.LSTM", "h"
Task = Callable[[], list[Tensor]]


def states_of(net: Lstm, x: Tensor, static: Tensor, cells: bool) -> list[Tensor]:
    """Run forward; give h, and c if asked for."""
    return [part for part in net(x, static, cells=cells) if part is not None]


def states_by_loop(net: Lstm, x: Tensor) -> list[Tensor]:
    """Run the plain LSTM a step at a time, W x + b of all times beforehand; autograd goes back."""
    hidden, weight = net.recurrent.shape[1], net.recurrent.t()
    h = c = x.new_zeros(x.shape[1], hidden)
    every_h, every_c = [], []
    for known in F.linear(x, net.weight, net.bias).unbind(0):
        i, f, g, o = torch.addmm(known, h, weight).split(hidden, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        every_h.append(h)
        every_c.append(c)
    return [torch.stack(every_h), torch.stack(every_c)]


def make_tasks(sizes: Sizes, device: str) -> dict[tuple[str, str], Task]:
    """Give forward runs by (what, states); every one gives the states that are asked for."""
    x = torch.randn(TIMES, UNITS, sizes.inputs, device=device)
    static = torch.randn(UNITS, sizes.descriptors, device=device)
    peer = nn.LSTM(sizes.inputs, sizes.hidden).to(device)
    tasks: dict[tuple[str, str], Task] = {PEER: lambda: [peer(x)[0]]}
    for kind, make in KINDS.items():
        net = make(sizes).to(device)
        tasks[kind, "h"] = partial(states_of, net, x, static, False)
        tasks[kind, "h and c"] = partial(states_of, net, x, static, True)
    plain = KINDS["plain"](sizes).to(device)
    tasks["plain, a step at a time", "h and c"] = partial(states_by_loop, plain, x)
    twin = GlassBox(plain).to(device)
    tasks["glass box, plain", "all gates"] = lambda: list(twin(x, static))[-3:]
    return tasks


def run(task: Task, device: str) -> float:
    """Run forward and backward once; give milliseconds, of processor time or of the card."""
    if device == "cuda":
        torch.cuda.synchronize()
    clock = time.perf_counter if device == "cuda" else time.process_time
    start = clock()
    states = task()
    torch.autograd.backward(states, [torch.ones_like(part) for part in states])
    if device == "cuda":
        torch.cuda.synchronize()
    return 1000 * (clock() - start)


def measure(sizes: Sizes, device: str, repeats: int) -> dict[tuple[str, str], float]:
    """Give the least milliseconds of each task, over rounds in which all take turns."""
    tasks = make_tasks(sizes, device)
    for task in tasks.values():
        for _ in range(2):
            run(task, device)
    taken = dict.fromkeys(tasks, float("inf"))
    for _ in range(repeats):
        for key, task in tasks.items():
            taken[key] = min(taken[key], run(task, device))
    return taken


def lay_out(taken: list[dict[tuple[str, str], float]]) -> list[tuple[str, ...]]:
    """Give rows of what, states, and for each size milliseconds and times of nn.LSTM."""
    return [
        (*key, *(cell for of in taken for cell in (f"{of[key]:.1f}", f"{of[key] / of[PEER]:.2f}")))
        for key in taken[0]
    ]


def explain(device: str, repeats: int) -> str:
    """Say what was measured and how."""
    where = f"one {torch.cuda.get_device_name()}" if device == "cuda" else "one core"
    clock = "wall time to the card's end of work" if device == "cuda" else "processor time"
    return (
        f"Forward and backward on {where}, float32: {UNITS} units, {TIMES} times, "
        f"{INPUTS} series, {DESCRIPTORS} static descriptors. "
        f"Least {clock} of {repeats} rounds in which all take turns. nn.LSTM sees no static vector "
        "and gives h alone."
    )


def main(device: str, repeats: int, write: bool) -> None:
    """Measure and print; write it into the file of results too where that is wanted."""
    torch.manual_seed(0)
    # ASSUME one core tells the ratios: threads that wait for each other use processor time as well.
    torch.set_num_threads(1)
    sizes = [Sizes(INPUTS, DESCRIPTORS, hidden) for hidden in HIDDEN]
    rows = lay_out([measure(one, device, repeats) for one in sizes])
    about = explain(device, repeats)
    print(about, *(" ".join(f"{cell:>16}" for cell in row) for row in rows), sep="\n")
    if write:
        from bench import common

        columns = (f"{hidden} cells: ms|x nn.LSTM" for hidden in HIDDEN)
        text = common.table("|".join(["what", "states", *columns]), *rows)
        parts = [common.describe_machine("torch") + "\n", f"{text}\n", f"{about}\n"]
        common.publish(f"LSTM on {device}", parts, write)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--repeats", type=int, help="rounds; 20, or 200 on a card, if not given")
    parser.add_argument("--write", action="store_true", help="write bench/results.md")
    given = parser.parse_args()
    main(given.device, given.repeats or (200 if given.device == "cuda" else 20), given.write)
