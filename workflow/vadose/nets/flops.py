"""How large a network is and how much it computes."""

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

STATISTICS = ("running_mean", "running_var")


def flops_per_sample(
    model: nn.Module, example: Tensor | tuple[Tensor, ...], samples: int | None = None
) -> float:
    """Count the floating-point operations of one forward pass per sample.

    `example` is a batch, or a tuple of the inputs in their order, of so many samples; where it is
    not said, the first axis counts them. Counted are matrix
    products and convolutions, a multiply-add as two operations; what is done value by value
    (biases, normalisation, activation) is not. A training step takes about three times as much.
    The model is left as it was: mode, weights and running statistics.
    """
    inputs = example if isinstance(example, tuple) else (example,)
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            model(*inputs)
    finally:
        for module, training in modes.items():
            module.training = training
    return counter.get_total_flops() / (samples or len(inputs[0]))


def trainable(model: nn.Module) -> int:
    """Count the numbers that training changes."""
    return sum(weights.numel() for weights in model.parameters() if weights.requires_grad)


def running_statistics(model: nn.Module) -> int:
    """Count the means and variances that normalisation layers keep of what they have seen."""
    return sum(
        values.numel()
        for name, values in model.named_buffers()
        if name.rsplit(".", 1)[-1] in STATISTICS
    )
