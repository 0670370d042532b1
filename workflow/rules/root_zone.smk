# Root zone: the storage that vegetation uses, by a water balance whose parameters networks learn.
#
# Needs: daily series of the basins that passed, their attributes, and their means of leaf area, snow,
# evapotranspiration and storage; or one file of data in the published form.
# Makes: one file of series; the same in the published form; networks, all folds and seeds of an
# experiment in one; what they simulate over the whole period; beside them LSTMs of streamflow.

ROOT_ZONE = f"{RESULTS}/root_zone"
ROOT_ZONE_NETWORK = f"{ROOT_ZONE}/networks/{{experiment}}"
EXPERIMENTS = CONFIG.root_zone.balances
RIVALS = CONFIG.root_zone.rivals
BASELINE = days_of(CONFIG.root_zone.baseline)


ROOT_ZONE_TRAINED_BY = {
    **code_of_root_zone(),
    **code("prepare_root_zone"),
    **code("train_root_zone"),
    "data": data_of_root_zone(),
    "settings": root_zone_settings,
}
RIVAL_TRAINED_BY = {
    **code_of_root_zone(),
    **code("prepare_root_zone"),
    **code("train_root_zone_lstm"),
    "data": data_of_root_zone(),
    "settings": rival_settings(),
}


rule prepare_root_zone:
    """Join forcing, leaf area, attributes and targets of basins."""
    input:
        unpack(root_zone_inputs),
    output:
        series=f"{ROOT_ZONE}/series.nc",
    log:
        f"{LOGS}/prepare_root_zone.log",
    benchmark:
        f"{BENCHMARKS}/prepare_root_zone.tsv"
    conda:
        f"{ENVS}/prepare_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("prepare_root_zone"),
        settings={
            "sensors": leaf_area_sensors(),
            "longest_gap": CONFIG.root_zone.longest_gap_days,
            **of_root_zone("published_start", "trust_pickle", "most_q", "least_swe"),
        },
    message:
        "Preparing forcing and targets of the root zone."
    script:
        "../scripts/prepare_root_zone.py"


rule export_root_zone:
    """Write forcing and targets of a fold in the published form, for other people's models."""
    input:
        series=rules.prepare_root_zone.output.series,
    output:
        datasets=f"{ROOT_ZONE}/published/fold_{{fold}}.pt",
        tensors=f"{ROOT_ZONE}/published/fold_{{fold}}_tensors.pt",
    log:
        f"{LOGS}/export_root_zone/{{fold}}.log",
    benchmark:
        f"{BENCHMARKS}/export_root_zone/{{fold}}.tsv"
    conda:
        f"{ENVS}/export_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=30,
    params:
        **code("export_root_zone"),
        settings=of_root_zone("spin_up_years", "folds", "validation_every"),
    message:
        "Writing the data of fold {wildcards.fold} in the published form."
    script:
        "../scripts/export_root_zone.py"


if TRAINS:

    rule train_root_zone:
        """Train the networks of the water balance's parameters, all folds and seeds together."""
        input:
            series=training_data(
                f"{ROOT_ZONE}/series.nc", f"{ROOT_ZONE_NETWORK}.json", ROOT_ZONE_TRAINED_BY
            ),
        output:
            network=f"{ROOT_ZONE_NETWORK}.pt",
            history=f"{ROOT_ZONE_NETWORK}.csv",
            record=f"{ROOT_ZONE_NETWORK}.json",
        log:
            f"{LOGS}/train_root_zone/{{experiment}}.log",
        benchmark:
            f"{BENCHMARKS}/train_root_zone/{{experiment}}.tsv"
        wildcard_constraints:
            experiment="|".join(EXPERIMENTS),
        conda:
            f"{ENVS}/train_root_zone.yaml"
        threads: 1
        resources:
            mem_mb=16000,
            runtime=lambda wildcards, attempt: 720 * attempt,
            checkpoint_seconds=CONFIG.training.checkpoint_seconds,
        params:
            **ROOT_ZONE_TRAINED_BY,
        message:
            "Training the water balance, {wildcards.experiment}."
        script:
            "../scripts/train_root_zone.py"

    rule train_root_zone_lstm:
        """Train LSTMs of streamflow on what the water balance is told."""
        input:
            series=training_data(
                f"{ROOT_ZONE}/series.nc", f"{ROOT_ZONE}/networks/lstm.json", RIVAL_TRAINED_BY
            ),
        output:
            networks=f"{ROOT_ZONE}/networks/lstm.pt",
            history=f"{ROOT_ZONE}/networks/lstm.csv",
            record=f"{ROOT_ZONE}/networks/lstm.json",
        log:
            f"{LOGS}/train_root_zone_lstm.log",
        benchmark:
            f"{BENCHMARKS}/train_root_zone_lstm.tsv"
        conda:
            f"{ENVS}/train_root_zone_lstm.yaml"
        threads: 1
        resources:
            mem_mb=16000,
            runtime=lambda wildcards, attempt: 720 * attempt,
            device=CONFIG.training.device,
            deterministic=CONFIG.training.deterministic,
            checkpoint_seconds=CONFIG.training.checkpoint_seconds,
            gpu=int(CONFIG.training.device == "cuda"),
        params:
            **RIVAL_TRAINED_BY,
        message:
            "Training LSTMs of streamflow beside the water balance."
        script:
            "../scripts/train_root_zone_lstm.py"


rule simulate_root_zone:
    """Run the water balance of all basins with all networks of every experiment, and LSTMs."""
    input:
        series=rules.prepare_root_zone.output.series,
        networks=lambda wildcards: networks_there(
            expand(f"{ROOT_ZONE_NETWORK}.pt", experiment=EXPERIMENTS)
        ),
        rivals=lambda wildcards: networks_there(
            expand(f"{ROOT_ZONE_NETWORK}.pt", experiment=RIVALS)
        ),
    output:
        simulated=expand(f"{ROOT_ZONE}/simulated/{{experiment}}.nc", experiment=EXPERIMENTS),
        flows=expand(f"{ROOT_ZONE}/simulated/{{rival}}.nc", rival=RIVALS),
    log:
        f"{LOGS}/simulate_root_zone.log",
    benchmark:
        f"{BENCHMARKS}/simulate_root_zone.tsv"
    conda:
        f"{ENVS}/simulate_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=120,
    params:
        **code("simulate_root_zone"),
    message:
        "Simulating the root zone of all basins."
    script:
        "../scripts/simulate_root_zone.py"
