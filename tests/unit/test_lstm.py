"""Five kinds of LSTM: their fast ways and their glass box say the same, gradients included."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from vadose.nets.glass_box import GlassBox, Step
from vadose.nets.lstm import KINDS, Lstm, Sizes
from vadose.nets.recurrence import Scan

SIZES = Sizes(inputs=5, descriptors=7, hidden=6)
TIMES, UNITS = 24, 9
ROUTES = pytest.mark.parametrize("fused", [False, True], ids=["loop", "kernel"])
CELLS = pytest.mark.parametrize("cells", [False, True], ids=["h", "h and c"])
EACH = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def _same_numbers_on_one_thread() -> Iterator[None]:
    """Nets as small as these wait longer for a second thread than it helps."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(3)
    yield
    torch.set_num_threads(threads)


def lively(kind: str, sizes: Sizes = SIZES, dtype: torch.dtype = torch.float32) -> Lstm:
    """A net whose weights are no longer those it starts with."""
    net = KINDS[kind](sizes).to(dtype)
    with torch.no_grad():
        net.recurrent.zero_()
        for weights in net.parameters():
            weights.add_(0.15 * torch.randn_like(weights))
    return net


def data(sizes: Sizes = SIZES, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    x = torch.randn(TIMES, UNITS, sizes.inputs, dtype=dtype)
    return x, torch.randn(UNITS, sizes.descriptors, dtype=dtype)


def gradient(twin: GlassBox, name: str) -> Tensor:
    """The twin's gradient of a parameter of the fast net, its gates one behind the other."""
    gates = [p.grad for key, p in twin.named_parameters() if f"{key}.".startswith(f"{name}.")]
    return torch.cat([part for part in gates if part is not None])


def loss_of(h: Tensor, c: Tensor | None) -> Tensor:
    """A loss that weighs every number differently."""
    torch.manual_seed(8)
    both = h[None] if c is None else torch.stack([h, c])
    return (torch.randn_like(both) * both).sum()


def assert_agree(
    net: Lstm, x: Tensor, static: Tensor, cells: bool, fused: bool, tolerance: float
) -> None:
    """Outputs, and gradients with respect to all that goes in, relative to the largest."""
    twin = GlassBox(net)
    fast = net(x.requires_grad_(), static.requires_grad_(), cells=cells, fused=fused)
    seen = twin(x, static)
    assert (fast.cells is not None) == cells
    pairs = [(fast.output, seen.output)] + ([(fast.cells, seen.cell)] if cells else [])
    loss_of(fast.output, fast.cells).backward()
    grads = [data.grad for data in (x, static)]
    x.grad = static.grad = None
    loss_of(seen.output, seen.cell if cells else None).backward()
    pairs += [(a, b.grad) for a, b in zip(grads, (x, static), strict=True) if a is not None]
    pairs += [(p.grad, gradient(twin, name)) for name, p in net.named_parameters()]
    for one, other in pairs:
        assert one.shape == other.shape
        largest = float(other.detach().abs().max())
        assert largest > 1e-3
        assert float((one - other).detach().abs().max()) <= tolerance * max(1.0, largest)


@EACH
@ROUTES
@CELLS
def test_the_fast_net_and_its_glass_box_agree(kind: str, fused: bool, cells: bool) -> None:
    assert_agree(lively(kind), *data(), cells, fused, tolerance=1e-5)


@EACH
@ROUTES
def test_in_double_precision_no_gradient_is_missed_or_counted_twice(kind: str, fused: bool) -> None:
    net = lively(kind, dtype=torch.float64)
    assert_agree(net, *data(dtype=torch.float64), cells=True, fused=fused, tolerance=1e-12)


@ROUTES
def test_the_plain_net_is_the_lstm_of_torch(fused: bool) -> None:
    net, (x, _) = lively("plain"), data()
    theirs = nn.LSTM(SIZES.inputs, SIZES.hidden)
    second = torch.zeros_like(net.bias)
    parts = zip(theirs.state_dict(), (net.weight, net.recurrent, net.bias, second), strict=True)
    theirs.load_state_dict(dict(parts))
    output, (_, last) = theirs(x)
    ours = net(x, cells=True, fused=fused)
    torch.testing.assert_close(ours.output, output)
    torch.testing.assert_close(ours.cells[-1:], last)


def parameters(kind: str, sizes: Sizes, heads: int = 1) -> int:
    net = nn.ModuleList([KINDS[kind](sizes), *(nn.Linear(sizes.hidden, 1) for _ in range(heads))])
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


@pytest.mark.parametrize(
    ("kind", "descriptors", "published"),
    [
        ("ea", 27, 208_641),
        ("ea", 512, 332_801),
        ("ea", 531, 337_665),
        ("ct", 27, 296_193),
        ("ct", 512, 792_833),
        ("ct", 531, 812_289),
        ("sr", 27, 347_137),
        ("sr", 512, 595_457),
        ("sr", 531, 605_185),
        ("fm", 27, 275_713),
        ("fm", 512, 399_873),
        ("fm", 531, 404_737),
        ("plain", 0, 268_545),
        ("plain", 27, 268_545),
        ("ct", 0, 268_545),
    ],
)
def test_parameters_are_as_many_as_published(kind: str, descriptors: int, published: int) -> None:
    assert parameters(kind, Sizes(5, descriptors, 256)) == published


def test_the_net_that_is_mapped_to_stores_is_as_large_as_published() -> None:
    assert parameters("plain", Sizes(32, 0, 64), heads=2) == 24_962


@EACH
def test_a_net_starts_as_stated(kind: str) -> None:
    net = KINDS[kind](SIZES, forget_bias=5.0)
    bias = dict(zip("ifgo"[-net.gates :], net.bias.split(SIZES.hidden), strict=True))
    assert {gate: set(b.tolist()) for gate, b in bias.items()} == {
        gate: {5.0 if gate == "f" else 0.0} for gate in bias
    }
    for block in net.recurrent.split(SIZES.hidden):
        assert torch.equal(block, torch.eye(SIZES.hidden))
    layers = [layer for layer in net.children() if isinstance(layer, nn.Linear)]
    assert all(set(layer.bias.tolist()) == {0.0} for layer in layers)
    for weight in (net.weight, *(layer.weight for layer in layers)):
        narrow = weight if weight.shape[0] < weight.shape[1] else weight.t()
        torch.testing.assert_close(narrow @ narrow.t(), torch.eye(len(narrow)))
    assert KINDS[kind](SIZES).bias.max() == 3.0


def test_one_cell_can_be_computed_by_hand() -> None:
    net = Lstm(Sizes(1, 0, 1))
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[0.0], [0.0], [100.0], [100.0]]))
        net.recurrent.zero_()
        net.bias.zero_()
    states = net(torch.ones(3, 1, 1), cells=True)
    # Half of 1 enters and half of what was there stays: 1/2, 3/4, 7/8; the output gate is open.
    expected = torch.tensor([0.5, 0.75, 0.875])
    torch.testing.assert_close(states.cells.flatten(), expected)
    torch.testing.assert_close(states.output.flatten(), torch.tanh(expected))


@EACH
@ROUTES
def test_the_future_does_not_change_the_past(kind: str, fused: bool) -> None:
    net, (x, static) = lively(kind), data()
    whole = net(x, static, cells=True, fused=fused)
    first = net(x[:17], static, cells=True, fused=fused)
    torch.testing.assert_close(first.output, whole.output[:17])
    torch.testing.assert_close(first.cells, whole.cells[:17])


@EACH
@ROUTES
def test_a_unit_does_not_depend_on_the_others(kind: str, fused: bool) -> None:
    net, (x, static) = lively(kind), data()
    whole = net(x, static, cells=True, fused=fused)
    alone = net(x[:, 4:5], static[4:5], cells=True, fused=fused)
    torch.testing.assert_close(alone.output, whole.output[:, 4:5])
    torch.testing.assert_close(alone.cells, whole.cells[:, 4:5])


def look(kind: str) -> tuple[Step, Step]:
    """The same series with two static vectors."""
    twin, (x, static) = GlassBox(lively(kind)), data()
    return twin(x, static), twin(x, static + 1)


@pytest.mark.parametrize("kind", ["ea", "sr"])
def test_the_static_vector_alone_sets_the_input_gate(kind: str) -> None:
    one, other = look(kind)
    assert torch.equal(one.input, one.input[:1].expand_as(one.input))
    assert not torch.allclose(one.input[0], other.input[0])
    # At the first step nothing else differs.
    assert torch.equal(one.forget[0], other.forget[0])
    assert torch.equal(one.candidate[0], other.candidate[0])


def test_feature_modulation_leaves_the_recurrence_alone() -> None:
    one, other = look("fm")
    assert torch.equal(one.hidden, other.hidden) and torch.equal(one.cell, other.cell)
    share = one.output / one.hidden
    torch.testing.assert_close(share, share[:1].expand_as(share), rtol=1e-4, atol=1e-4)
    assert not torch.allclose(one.output, other.output)


def test_concatenation_is_the_plain_net_with_more_inputs() -> None:
    net, (x, static) = lively("ct"), data()
    wide = Lstm(Sizes(SIZES.inputs + SIZES.descriptors, 0, SIZES.hidden))
    wide.load_state_dict(net.state_dict())
    joined = torch.cat([x, static.expand(TIMES, -1, -1)], -1)
    torch.testing.assert_close(net(x, static).output, wide(joined).output)


def test_the_plain_net_knows_no_static_vector() -> None:
    net, (x, static) = lively("plain"), data()
    assert torch.equal(net(x, static).output, net(x).output)


@pytest.mark.parametrize("times", [1, 2, 3, 16, 17])
def test_a_scan_is_its_recurrence_and_differentiable(times: int) -> None:
    kept, gain = torch.rand(times, 2, 1).double(), torch.randn(times, 2, 1).double()
    store, expected = torch.zeros(2, 1).double(), []
    for share, more in zip(kept, gain, strict=True):
        store = share * store + more
        expected.append(store)
    torch.testing.assert_close(Scan.apply(kept, gain), torch.stack(expected))
    torch.autograd.gradcheck(Scan.apply, (kept.requires_grad_(), gain.requires_grad_()))


def pieces_taken(states: Tensor) -> int:
    """How often the graph of gradients takes a piece out of a series by its index."""
    seen, waiting, found = set(), [states.grad_fn], 0
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        found += node.name().startswith(("Select", "Slice", "Index"))
        waiting += [before for before, _ in node.next_functions]
    return found


@EACH
@ROUTES
def test_no_gradient_goes_through_an_index_of_time(kind: str, fused: bool) -> None:
    """Each index would fill a whole series with zeros on the way back."""
    net, (x, static) = lively(kind), data()
    few, many = (net(x[:n], static, cells=True, fused=fused) for n in (5, TIMES))
    for short, long in zip(few, many, strict=True):
        assert pieces_taken(short) == pieces_taken(long) <= 4


@pytest.mark.gpu
@EACH
@CELLS
def test_a_card_finds_what_the_glass_box_shows(kind: str, cells: bool) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no NVIDIA graphics card on this machine")
    x, static = (values.cuda() for values in data())
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        assert_agree(lively(kind).cuda(), x, static, cells, fused=True, tolerance=1e-5)
