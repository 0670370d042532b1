"""Reconstruct the storage of all months with the ensembles of every method."""

from pathlib import Path

import torch

from vadose.gap_filling.files import read_maps, write_reconstruction
from vadose.gap_filling.network import from_file, reconstruct
from vadose.gap_filling.reconstruction import pooled, reconstruction
from vadose.job import job, log, machine_of
from vadose.progress import progress
from vadose.training import prepare


def main(
    maps: Path,
    networks: list[Path],
    output: Path,
    *,
    levels: list[float],
    seed: int,
    device: str,
    threads: int,
    deterministic: bool,
) -> None:
    """Write mean, spread, quantiles and scores of all ensembles of a method together."""
    prepare(device, seed, threads, deterministic)
    data = read_maps(maps)
    with progress(output.stem, len(networks) * len(data.months), "months") as done:
        members = pooled(
            [
                reconstruct(
                    data, from_file(torch.load(p, weights_only=True)), device=device, progress=done
                )
                for p in networks
            ]
        )
    found = reconstruction(data, members, levels)
    write_reconstruction(found, data, levels, output, method=output.stem)
    what = "%s: %d networks, %d months; their spread times %.2f suits the validation"
    log.info(what, output.stem, len(members.log_beta), len(data.months), found.recalibration)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        given, outputs = snakemake.input, snakemake.output.reconstructed
        each = len(given.networks) // len(outputs)  # they stand method by method
        for k, output in enumerate(outputs):
            networks = [Path(path) for path in given.networks[k * each : (k + 1) * each]]
            settings = machine_of(snakemake) | snakemake.params.settings
            main(Path(given.maps), networks, Path(output), **settings)
