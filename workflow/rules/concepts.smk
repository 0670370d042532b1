# Concepts: streamflow by a network whose cell state means soil water and snow.
#
# Needs: the daily series of the basins that passed, their attributes and, where asked for, their snow
# from another source.
# Makes: one file of series and the folds of basins; networks that learn streamflow with the stores
# (concept) and without (plain), one a fold and seed; their predictions and cell states; probes that
# are fitted afterwards, with controls.

CONCEPTS = f"{RESULTS}/concepts"
STORES = {name: weight for name, weight in CONFIG.concepts.stores if weight}  # that are taught
SPANS = {
    name: days_of(getattr(CONFIG.concepts, name)) for name in ("training", "validation", "test")
}
CONCEPT_NETWORKS = f"{CONCEPTS}/networks/{{variant}}"
VARIANTS = CONFIG.concepts.variants
CONCEPT_NETWORK_FILES = expand(f"{CONCEPT_NETWORKS}.pt", variant=VARIANTS)


CONCEPTS_TRAINED_BY = {
    **code_of_series(),
    **code("prepare_concepts"),
    **code("train_concepts"),
    "data": data_of_concepts(),
    "settings": concept_settings,
}


rule prepare_concepts:
    """Join forcing, streamflow, stores and attributes, and deal the basins out to folds."""
    input:
        daily=rules.aggregate_basins.input.daily,
        snow=snow_files(),
        passed=rules.filter_basins.output.ids,
        attributes=caravan_folders("attributes"),
        own=branch(
            CONFIG.concepts.attributes not in ("caravan", "none"),
            then=CONFIG.concepts.attributes,
        ),
    output:
        series=f"{CONCEPTS}/series.nc",
        split=f"{CONCEPTS}/split.csv",
    log:
        f"{LOGS}/prepare_concepts.log",
    benchmark:
        f"{BENCHMARKS}/prepare_concepts.tsv"
    conda:
        f"{ENVS}/prepare_concepts.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("prepare_concepts"),
        settings={
            "inputs": CONFIG.concepts.inputs,
            "stores": [name for name, _ in CONFIG.concepts.stores],
            "pet": CONFIG.aggregation.pet,
            "told": CONFIG.concepts.attributes,
            "snow_of": CONFIG.concepts.snow,
            "folds": CONFIG.concepts.folds,
            "block": CONFIG.concepts.fold_block,
            "seed": CONFIG.concepts.seed,
        },
    message:
        "Preparing the series of streamflow and stores."
    script:
        "../scripts/prepare_concepts.py"


if TRAINS:

    rule train_concepts:
        """Train networks of streamflow whose probes read the stores (Lees et al. 2022)."""
        input:
            series=training_data(
                f"{CONCEPTS}/series.nc", f"{CONCEPT_NETWORKS}.json", CONCEPTS_TRAINED_BY
            ),
            split=training_data(
                f"{CONCEPTS}/split.csv", f"{CONCEPT_NETWORKS}.json", CONCEPTS_TRAINED_BY
            ),
        output:
            networks=f"{CONCEPT_NETWORKS}.pt",
            history=f"{CONCEPT_NETWORKS}.csv",
            record=f"{CONCEPT_NETWORKS}.json",
        log:
            f"{LOGS}/train_concepts/{{variant}}.log",
        benchmark:
            f"{BENCHMARKS}/train_concepts/{{variant}}.tsv"
        conda:
            f"{ENVS}/train_concepts.yaml"
        threads: 1
        resources:
            mem_mb=8000,
            runtime=lambda wildcards, attempt: 720 * attempt,
            device=CONFIG.training.device,
            deterministic=CONFIG.training.deterministic,
            checkpoint_seconds=CONFIG.training.checkpoint_seconds,
            gpu=int(CONFIG.training.device == "cuda"),
        params:
            **CONCEPTS_TRAINED_BY,
        message:
            "Training networks of streamflow, {wildcards.variant}."
        script:
            "../scripts/train_concepts.py"


rule predict_concepts:
    """Predict streamflow and stores in the test days with every network."""
    input:
        series=rules.prepare_concepts.output.series,
        networks=lambda wildcards: networks_there(CONCEPT_NETWORK_FILES),
    output:
        predicted=expand(f"{CONCEPTS}/predicted/{{variant}}.nc", variant=VARIANTS),
    log:
        f"{LOGS}/predict_concepts.log",
    benchmark:
        f"{BENCHMARKS}/predict_concepts.tsv"
    conda:
        f"{ENVS}/predict_concepts.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=120,
        device=CONFIG.training.device,
        gpu=int(CONFIG.training.device == "cuda"),
    params:
        **code("predict_concepts"),
        settings={"test": SPANS["test"]},
    message:
        "Predicting streamflow and stores."
    script:
        "../scripts/predict_concepts.py"


rule dump_cell_states:
    """Write the cell states of a variant's first network on all days, and what its probes read."""
    input:
        series=rules.prepare_concepts.output.series,
        networks=f"{CONCEPT_NETWORKS}.pt",
    output:
        states=f"{CONCEPTS}/states/{{variant}}.nc",
    log:
        f"{LOGS}/dump_cell_states/{{variant}}.log",
    benchmark:
        f"{BENCHMARKS}/dump_cell_states/{{variant}}.tsv"
    conda:
        f"{ENVS}/dump_cell_states.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
        device=CONFIG.training.device,
        gpu=int(CONFIG.training.device == "cuda"),
    params:
        **code("dump_cell_states"),
    message:
        "Writing the cell states, {wildcards.variant}."
    script:
        "../scripts/dump_cell_states.py"


rule tabulate_cell_states:
    """Write the cell states as CSV, a file a basin, for those who read no netCDF."""
    input:
        states=rules.dump_cell_states.output.states,
    output:
        tables=directory(f"{CONCEPTS}/states/{{variant}}"),
    log:
        f"{LOGS}/tabulate_cell_states/{{variant}}.log",
    benchmark:
        f"{BENCHMARKS}/tabulate_cell_states/{{variant}}.tsv"
    conda:
        f"{ENVS}/tabulate_cell_states.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        **code("tabulate_cell_states"),
    message:
        "Writing the cell states as tables, {wildcards.variant}."
    script:
        "../scripts/tabulate_cell_states.py"


rule fit_probes:
    """Fit probes on the cell states of trained networks, with shuffled and shifted stores too."""
    input:
        series=rules.prepare_concepts.output.series,
        networks=CONCEPT_NETWORK_FILES,
    output:
        metrics=f"{CONCEPTS}/probes.parquet",
    log:
        f"{LOGS}/fit_probes.log",
    benchmark:
        f"{BENCHMARKS}/fit_probes.tsv"
    conda:
        f"{ENVS}/fit_probes.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=120,
        device=CONFIG.training.device,
        gpu=int(CONFIG.training.device == "cuda"),
    params:
        **code("fit_probes"),
        settings={
            "periods": {name: SPANS[name] for name in ("training", "test")},
            "alpha": CONFIG.concepts.probe_alpha,
            "rho": CONFIG.concepts.rho,
            "shift": CONFIG.concepts.shift_days,
            "seed": CONFIG.concepts.seed,
        },
    message:
        "Fitting probes on the cell states of trained networks."
    script:
        "../scripts/fit_probes.py"
