"""Train one ensemble of networks, or one network, that reconstructs storage."""

from pathlib import Path

import pandas as pd

from vadose.checkpoints import fingerprint, finish
from vadose.gap_filling.files import read_maps
from vadose.gap_filling.maps import arrays_of
from vadose.gap_filling.network import Design, learn, to_file
from vadose.job import job, machine_of, training_of
from vadose.progress import progress
from vadose.training import Checkpoint, Plan, prepare


def main(
    maps: Path,
    network: Path,
    history: Path,
    *,
    architecture: str,
    seed: int,
    first_seed: int,
    design: dict,
    learning: dict,
    checkpoint: Path,
    checkpoint_seconds: float,
    known_by: dict,
    device: str,
    threads: int,
    deterministic: bool,
) -> None:
    """Write the ensemble and how it learnt; a killed job goes on where it was."""
    data, plan = read_maps(maps), Plan.of(learning)
    key = fingerprint(known_by | {"seed": seed}, arrays_of(data))
    prepare(device, 1000 * first_seed + seed, threads, deterministic)
    with progress(f"train {network.stem}", plan.epochs, "epochs") as done:
        fitted = learn(
            *(data, Design(**design), plan),
            seed=1000 * first_seed + seed,
            device=device,
            checkpoint=Checkpoint(checkpoint, key, checkpoint_seconds),
            progress=done,
        )
    table = pd.DataFrame(fitted.history).assign(architecture=architecture, seed=seed)
    finish(network, to_file(fitted), history, table, known_by, checkpoint)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        output = Path(snakemake.output.network)
        main(
            Path(snakemake.input.maps),
            *(output, Path(snakemake.output.history)),
            architecture=snakemake.wildcards.architecture,
            seed=int(snakemake.wildcards.seed),
            checkpoint=output.parent.parent / "checkpoints" / output.name,
            **machine_of(snakemake),
            **training_of(snakemake),
        )
