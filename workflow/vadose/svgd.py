"""Stein variational gradient descent: some networks that together stand for all likely ones.

Conventions: S particles are the rows of one matrix [S, P + 1]: all P weights of a network, then
log beta, where 1 / beta is the variance of the noise. In each step all particles move towards what
is more likely, each led by those near it, and apart from one another (Liu & Wang 2016, NeurIPS).
The network is Zhu & Zabaras's (2018, J. Comput. Phys. 366, 415): target = network + noise, with

    weights  independent Student's t, of 2 degrees of freedom and squared scale 0.05 by default
    beta     Gamma of shape 2 and rate 1e-6 by default; the density here is that of log beta, so
             that it has the Jacobian beta
    noise    Gaussian, independent between cells and months, of the same variance everywhere

Means and variances that normalisation layers keep belong to each particle and are no weights.
Scales and shifts of these layers and slopes of PReLU are weights like all others.

The published code for GRACE (Mo et al. 2022) has log beta without the Jacobian, takes the median
of distances with those of particles to themselves, begins at noise drawn from its prior (a standard
deviation near 0.001) and counts the sea as observed.

Some tens of particles stand too close in many dimensions (Ba et al. 2022, ICLR): 30 of them find
0.97 of the spread of a Gaussian in 1 dimension, 0.53 in 10, 0.17 in 100. Networks thus differ by
less than what is not known, and the coverage of their intervals needs a look.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap

NOISE_PACE = 4.0  # learning rate of log beta, 0.01, to that of weights, 0.0025 (Mo et al. 2022)


class Prior(NamedTuple):
    """What is thought before any data: shapes and rates of two Gamma distributions.

    ASSUME those of Mo et al. (2022). The precision of each weight has the first one, which makes
    the weight Student's t; that of the noise has the second one.
    """

    weight_shape: float = 1.0
    weight_rate: float = 0.05
    noise_shape: float = 2.0
    noise_rate: float = 1e-6


MO_ET_AL = Prior()


def kernel(particles: Tensor) -> tuple[Tensor, Tensor]:
    """Tell how near particles [S, P] are: K = exp(-d2 / (2 l2)) as [S, S], and l2.

    l2 = 0.5 median(d2) / log S over all pairs of particles, so that the kernels of a particle add
    up to about 1 at the others. A single particle has K = 1.
    """
    if len(particles) == 1:
        return particles.new_ones(1, 1), particles.new_ones(())
    d2 = torch.cdist(particles, particles, compute_mode="donot_use_mm_for_euclid_dist").square()
    pairs = torch.ones_like(d2, dtype=torch.bool).triu(1)
    l2 = 0.5 * d2[pairs].median() / math.log(len(particles))
    return torch.exp(-0.5 * d2 / l2), l2


def stein_direction(particles: Tensor, score: Tensor) -> Tensor:
    """Give the way each particle goes, [S, P], from particles and their scores [S, P].

    The score is the gradient of the log density. With K and l2 of `kernel`
    phi_i = mean over j of K_ij (score_j + (particle_i - particle_j) / l2); a single particle
    climbs to the most likely weights.
    """
    k, l2 = kernel(particles)
    centred = particles - particles.mean(0)  # distances stay, and less is lost to rounding
    apart = (k.sum(1, keepdim=True) * centred - k @ centred) / l2
    return (k @ score + apart) / len(particles)


def stein_loss(particles: Tensor, log_density: Tensor, score: Tensor) -> Tensor:
    """Give a loss whose gradient with respect to the particles is minus their Stein direction.

    Its value is the mean of -log_density [S]; any optimiser that descends thus moves particles.
    """
    return _loss_along(stein_direction(particles.detach(), score), particles, log_density)


def _loss_along(direction: Tensor, particles: Tensor, log_density: Tensor) -> Tensor:
    along = -(direction * particles).sum()
    return along - along.detach() - log_density.mean()


def log_prior(weights: Tensor, log_beta: Tensor, prior: Prior = MO_ET_AL) -> Tensor:
    """Log density of weights [..., P] and log beta [...] before any data, up to a constant."""
    a, b, shape, rate = prior
    of_weights = -(a + 0.5) * torch.log1p(weights.square() / (2 * b)).sum(-1)
    return of_weights + shape * log_beta - rate * log_beta.exp()


def log_likelihood(predicted: Tensor, observed: Tensor, area: Tensor, log_beta: Tensor) -> Tensor:
    """Log density of observed maps [sample, row, column] where a network predicts others.

    NaN is what was not observed. `area` [row, column] is each cell's share of a cell at the
    equator, cos(latitude), and 0 where nothing is to be learnt, as over the sea.
    """
    # ASSUME that a cell tells as much as its area, half of it at 60 degrees, and that errors of
    # neighbouring cells are independent, which makes the posterior narrower than it is.
    seen = torch.isfinite(observed)
    error = torch.where(seen, observed - predicted, 0.0)
    cells = 0.5 * (log_beta - math.log(2 * math.pi) - log_beta.exp() * error.square())
    return (area * seen * cells).sum()


def flatten(values: Iterable[Tensor]) -> Tensor:
    """Put all numbers of some tensors in one row."""
    rows = [value.detach().reshape(-1) for value in values]
    return torch.cat(rows) if rows else torch.empty(0)


def unflatten(row: Tensor, shapes: Mapping[str, torch.Size]) -> dict[str, Tensor]:
    """Give the numbers of a row back as tensors of these names and shapes, which share them."""
    parts = row.split([shape.numel() for shape in shapes.values()])
    return {name: part.view(shapes[name]) for name, part in zip(shapes, parts, strict=True)}


class Ensemble(nn.Module):
    """S networks of one form in one matrix of weights, each with the log beta of its noise."""

    statistics: Tensor

    def __init__(
        self,
        build: Callable[[], nn.Module],
        particles: int,
        *,
        prior: Prior = MO_ET_AL,
        log_beta: float = 0.0,
        together: int = 1,
        alone: bool = False,
    ) -> None:
        """Build the networks; `together` of them are computed at once, which takes their memory.

        Noise begins at the variance exp(-log_beta), in squares of the target's unit. `alone` lets
        each network climb to its own most likely weights, as in a deep ensemble
        (Lakshminarayanan et al. 2017, NeurIPS): nothing leads them or keeps them apart but where
        they began.
        """
        super().__init__()
        nets = [build() for _ in range(particles)]
        self.prior, self.together, self.alone = prior, together, alone
        self.weights = nn.Parameter(torch.stack([flatten(net.parameters()) for net in nets]))
        # Adam's steps do not depend on the unit of a number, so the unit sets the pace.
        self.paced_log_beta = nn.Parameter(torch.full((particles,), log_beta / NOISE_PACE))
        kept = [flatten(_statistics(net).values()) for net in nets]
        self.register_buffer("statistics", torch.stack(kept))
        self.network = functional(nets[0])

    @property
    def log_beta(self) -> Tensor:
        """Logarithm of the precision of each particle's noise, [S]."""
        return NOISE_PACE * self.paced_log_beta

    @property
    def particles(self) -> Tensor:
        """All weights and log beta, [S, P + 1]."""
        return torch.cat([self.weights, self.log_beta[:, None]], 1)

    def forward(self, x: Tensor) -> Tensor:
        """Give what each network makes of predictors [sample, ...], as [S, sample, ...]."""

        def one(weights: Tensor, statistics: Tensor) -> tuple[Tensor, ...]:
            return self.network(weights, statistics, x, False)

        return for_all(one, self.together)(self.weights, self.statistics)[0]

    def loss(self, x: Tensor, observed: Tensor, area: Tensor, samples: int) -> Tensor:
        """Give the loss by which a batch out of so many samples moves the particles.

        x [batch, channel, row, column], observed [batch, row, column], area [row, column]. Its
        value is minus the mean log posterior of the particles, for all samples, up to a constant.
        The statistics of the networks learn from the batch.
        """

        def density(particle: Tensor, statistics: Tensor) -> tuple[Tensor, Tensor]:
            weights, log_beta = particle[:-1], particle[-1]
            predicted, learnt = self.network(weights, statistics, x, True)
            likelihood = log_likelihood(predicted.float(), observed, area, log_beta)
            prior = log_prior(weights, log_beta, self.prior)
            return samples / len(x) * likelihood + prior, learnt

        def one(particle: Tensor, statistics: Tensor) -> tuple[Tensor, ...]:
            score, (value, learnt) = grad_and_value(density, has_aux=True)(particle, statistics)
            return score, value, learnt

        particles = self.particles
        rows = particles.detach(), self.statistics
        score, log_density, learnt = for_all(one, self.together)(*rows)
        self.statistics.copy_(learnt)
        if self.alone:
            return _loss_along(score, particles, log_density)
        return stein_loss(particles, log_density, score)


def for_all(
    function: Callable[..., tuple[Tensor, ...]], together: int
) -> Callable[..., tuple[Tensor, ...]]:
    """Turn a function of one particle into that of the rows of all, so many of them at once.

    On a processor, one after another takes half the time for `cbam` at its published width and
    batch; all at once takes half to nine tenths of it for narrow networks and small batches.
    """
    if together > 1:
        return vmap(function, chunk_size=together)

    def one_by_one(*rows: Tensor) -> tuple[Tensor, ...]:
        found = [function(*each) for each in zip(*rows, strict=True)]
        return tuple(torch.stack(parts) for parts in zip(*found, strict=True))

    return one_by_one


def functional(net: nn.Module) -> Callable[[Tensor, Tensor, Tensor, bool], tuple[Tensor, Tensor]]:
    """Turn a network into a function of its weights, its statistics, its input and its mode.

    Weights and statistics are rows as `flatten` makes them. Beside the output it gives the
    statistics as they are then: in training, normalisation layers have learnt from the input.
    """
    form = deepcopy(net).to("meta")  # holds no numbers
    for layer in form.modules():
        if isinstance(layer, nn.modules.batchnorm._NormBase):
            layer.num_batches_tracked = None  # nobody asks how often it was updated
    weights_of = {name: weights.shape for name, weights in net.named_parameters()}
    statistics_of = {name: values.shape for name, values in _statistics(net).items()}

    def call(
        weights: Tensor, statistics: Tensor, x: Tensor, training: bool
    ) -> tuple[Tensor, Tensor]:
        # Copies, as vmap loses what layers write into views of a row.
        kept = {k: part.clone() for k, part in unflatten(statistics, statistics_of).items()}
        numbers = unflatten(weights, weights_of) | kept
        out = functional_call(form.train(training), numbers, (x,))
        return out, flatten(kept.values())

    return call


def _statistics(net: nn.Module) -> dict[str, Tensor]:
    """All that a network keeps beside its weights, but for counts."""
    return {name: values for name, values in net.named_buffers() if values.is_floating_point()}
