# Gap filling: the water storage of all months from what is known of the weather and a model.
#
# Needs: storage, simulated water and weather on the grid of storage, or the authors' own files.
# Makes: one file of maps to learn from; ensembles of networks, one an architecture and seed; what
# every method - networks and simple rivals - makes of all months, with its uncertainty.

GAP_FILLING = f"{RESULTS}/gap_filling"
GAP_NETWORK = f"{GAP_FILLING}/networks/{{architecture}}_{{seed}}"
LEARNT = [
    m for m in CONFIG.gap_filling.methods if m not in ("climatology", "regression", "simulated")
]
UNLEARNT = [method for method in CONFIG.gap_filling.methods if method not in LEARNT]
GAP_PERIODS = {
    name: days_of(getattr(CONFIG.gap_filling, name)) for name in ("training", "validation", "test")
}
GAP_PERIODS["gaps"] = [[str(day) for day in gap] for gap in CONFIG.gap_filling.gaps]
GAP_PERIODS["detrend"] = CONFIG.gap_filling.detrend


GAP_TRAINED_BY = {
    **code_of_gap_filling(),
    **code("prepare_gap_filling"),
    **code("train_gap_filling"),
    "data": data_of_gap_filling(),
    "settings": gap_filling_settings,
}


rule prepare_gap_filling:
    """Make maps of predictors with their lags, and of storage (Mo et al. 2022)."""
    input:
        unpack(gap_filling_inputs),
    output:
        maps=f"{GAP_FILLING}/maps.nc",
    log:
        f"{LOGS}/prepare_gap_filling.log",
    benchmark:
        f"{BENCHMARKS}/prepare_gap_filling.tsv"
    conda:
        f"{ENVS}/prepare_gap_filling.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=60,
    params:
        **code("prepare_gap_filling"),
        settings={
            "periods": GAP_PERIODS,
            **of_gap_filling("predictors", "lags", "authors_data"),
        },
    message:
        "Preparing the maps of storage and its predictors."
    script:
        "../scripts/prepare_gap_filling.py"


if TRAINS:

    rule train_gap_filling:
        """Train an ensemble of networks of storage (Liu & Wang 2016; Zhu & Zabaras 2018)."""
        input:
            maps=training_data(f"{GAP_FILLING}/maps.nc", f"{GAP_NETWORK}.json", GAP_TRAINED_BY),
        output:
            network=f"{GAP_NETWORK}.pt",
            history=f"{GAP_NETWORK}.csv",
            record=f"{GAP_NETWORK}.json",
        log:
            f"{LOGS}/train_gap_filling/{{architecture}}_{{seed}}.log",
        benchmark:
            f"{BENCHMARKS}/train_gap_filling/{{architecture}}_{{seed}}.tsv"
        wildcard_constraints:
            architecture="|".join(LEARNT),
        conda:
            f"{ENVS}/train_gap_filling.yaml"
        threads: 1
        resources:
            mem_mb=16000,
            runtime=lambda wildcards, attempt: 720 * attempt,
            device=CONFIG.training.device,
            deterministic=CONFIG.training.deterministic,
            checkpoint_seconds=CONFIG.training.checkpoint_seconds,
            gpu=int(CONFIG.training.device == "cuda"),
        params:
            **GAP_TRAINED_BY,
        message:
            "Training networks of water storage, {wildcards.architecture}, seed {wildcards.seed}."
        script:
            "../scripts/train_gap_filling.py"


rule reconstruct_storage:
    """Reconstruct the storage of all months with all ensembles of every method."""
    input:
        maps=rules.prepare_gap_filling.output.maps,
        networks=lambda wildcards: networks_there(storage_networks()),
    output:
        reconstructed=expand(f"{GAP_FILLING}/reconstructed/{{method}}.nc", method=LEARNT),
    log:
        f"{LOGS}/reconstruct_storage.log",
    benchmark:
        f"{BENCHMARKS}/reconstruct_storage.tsv"
    conda:
        f"{ENVS}/reconstruct_storage.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=240,
        device=CONFIG.training.device,
        deterministic=CONFIG.training.deterministic,
        gpu=int(CONFIG.training.device == "cuda"),
    params:
        **code("reconstruct_storage"),
        settings=of_gap_filling("levels", "seed"),
    message:
        "Reconstructing water storage by networks."
    script:
        "../scripts/reconstruct_storage.py"


rule fit_storage_rivals:
    """Reconstruct storage by what networks must beat: usual year, regression, the model itself."""
    input:
        maps=rules.prepare_gap_filling.output.maps,
    output:
        reconstructed=expand(f"{GAP_FILLING}/reconstructed/{{method}}.nc", method=UNLEARNT),
    log:
        f"{LOGS}/fit_storage_rivals.log",
    benchmark:
        f"{BENCHMARKS}/fit_storage_rivals.tsv"
    conda:
        f"{ENVS}/fit_storage_rivals.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=60,
    params:
        **code("fit_storage_rivals"),
        settings=of_gap_filling("levels", "ridge"),
    message:
        "Reconstructing water storage by simple methods."
    script:
        "../scripts/fit_storage_rivals.py"
