"""Reconstruct the storage of all months with the ensembles of every method."""

from collections.abc import Sequence
from pathlib import Path

import torch

from vadose.chunks import groups_of
from vadose.gap_filling.files import read_maps, write_reconstruction
from vadose.gap_filling.maps import Maps
from vadose.gap_filling.network import from_file, reconstruct
from vadose.gap_filling.reconstruction import pooled, reconstruction
from vadose.job import job, log, machine_of
from vadose.progress import progress
from vadose.training import prepare


def main(
    maps: Path,
    networks: list[Path],
    outputs: list[Path],
    *,
    levels: list[float],
    seed: int,
    device: str,
    threads: int,
    deterministic: bool,
) -> None:
    """Write the reconstruction of each method; `networks` stand method by method."""
    data = read_maps(maps)
    for those, output in zip(groups_of(networks, len(outputs)), outputs, strict=True):
        prepare(device, seed, threads, deterministic)
        reconstruct_with(data, those, output, levels, device)


def reconstruct_with(
    data: Maps, networks: Sequence[Path], output: Path, levels: list[float], device: str
) -> None:
    """Write mean, spread, quantiles and scores of all ensembles of a method together."""
    fits = [from_file(torch.load(path, weights_only=True)) for path in networks]
    with progress(output.stem, len(fits) * len(data.months), "months") as done:
        members = pooled([reconstruct(data, fit, device=device, progress=done) for fit in fits])
    found = reconstruction(data, members, levels)
    write_reconstruction(found, data, levels, output, method=output.stem)
    what = "%s: %d networks, %d months; their spread times %.2f suits the validation"
    log.info(what, output.stem, len(members.log_beta), len(data.months), found.recalibration)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.maps),
            [Path(path) for path in snakemake.input.networks],
            [Path(path) for path in snakemake.output.reconstructed],
            **machine_of(snakemake),
            **snakemake.params.settings,
        )
