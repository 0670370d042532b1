# Capacity: from labelled cells to a map of storage capacity everywhere, with its uncertainty.
#
# Needs: labels of the cells, and the monthly and constant fields of the grid.
# Makes: maps of predictors; for each split of the labels (random, spatial blocks, one continent left
# out) an ensemble of residual networks with their predictions, and those of simple baselines; the
# product as netCDF and Cloud-Optimised GeoTIFF.

CAPACITY = f"{RESULTS}/capacity"
DESIGN = {
    "patch": CONFIG.capacity.patch,
    "depth": CONFIG.capacity.depth,
    "widths": [16, 32, CONFIG.capacity.last_width],
    "loss": CONFIG.capacity.loss,
    "batch": CONFIG.capacity.batch,
    "mirror": CONFIG.capacity.mirror,
}
LEARNING = {
    "epochs": CONFIG.capacity.epochs,
    "rates": CONFIG.capacity.rates,
    "optimiser": "sgd",
    "weight_decay": CONFIG.capacity.weight_decay,
    "precision": CONFIG.training.precision,
}


SPLIT_BY = {
    **code_of_labels(),
    **code("split_cells"),
    "data": data_of_labels(),
    "settings": {
        "step": CONFIG.steps[0],
        "block": CONFIG.capacity.block,
        "buffer": CONFIG.capacity.buffer,
        "test_share": CONFIG.capacity.test_share,
        "validation_share": CONFIG.capacity.validation_share,
        "least_labels": CONFIG.capacity.least_labels,
        "seed": CONFIG.capacity.seed,
    },
}
TRAINED_BY = {
    **code_of_labels(),
    **code("train_capacity"),
    "data": data_of_labels(),
    "settings": {
        "names": CONFIG.capacity.predictors,
        "design": DESIGN,
        "learning": LEARNING,
        "seeds": CONFIG.capacity.seeds,
        "first_seed": CONFIG.capacity.seed,
    },
}
CELL_LABELS = f"{CALIBRATE}/cells/labels.nc"
CELL_SPLIT = f"{CAPACITY}/splits/{{split}}"
CAPACITY_NETWORKS = f"{CAPACITY}/networks/{{split}}"
SPLITS = CONFIG.capacity.splits


rule build_predictors:
    """Compute what the network is told of a cell: climate, plants, soil, relief and runoff."""
    input:
        p=rules.assemble_cells.input.p,
        t=rules.assemble_cells.input.t,
        pet=rules.assemble_cells.input.pet,
        q=rules.assemble_cells.input.q,
        lai=lai_files()[:1],
        static=field_files(CONFIG.fields.ground_sources, CONFIG.steps[:1]),
    output:
        predictors=f"{CAPACITY}/predictors.nc",
    log:
        f"{LOGS}/build_predictors.log",
    benchmark:
        f"{BENCHMARKS}/build_predictors.tsv"
    conda:
        f"{ENVS}/build_predictors.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("build_predictors"),
        settings={"names": CONFIG.capacity.predictors},
    message:
        "Building the predictors of storage capacity."
    script:
        "../scripts/build_predictors.py"


if TRAINS:

    rule split_cells:
        """Choose which labelled cells train, which choose the best state, and which judge it once."""
        input:
            labels=training_data(CELL_LABELS, f"{CELL_SPLIT}.json", SPLIT_BY),
            continents=branch(
                CONFIG.capacity.continents != "connected", then=CONFIG.capacity.continents
            ),
        output:
            split=f"{CELL_SPLIT}.csv",
            record=f"{CELL_SPLIT}.json",
        log:
            f"{LOGS}/split_cells/{{split}}.log",
        benchmark:
            f"{BENCHMARKS}/split_cells/{{split}}.tsv"
        conda:
            f"{ENVS}/split_cells.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=10,
        params:
            **SPLIT_BY,
        message:
            "Splitting the labelled cells: {wildcards.split}."
        script:
            "../scripts/split_cells.py"

    rule train_capacity:
        """Train the ensemble of a split, one network a seed and fold (He et al. 2016)."""
        input:
            predictors=training_data(
                f"{CAPACITY}/predictors.nc", f"{CAPACITY_NETWORKS}.json", TRAINED_BY
            ),
            labels=training_data(CELL_LABELS, f"{CAPACITY_NETWORKS}.json", TRAINED_BY),
            split=f"{CELL_SPLIT}.csv",
        output:
            networks=f"{CAPACITY_NETWORKS}.pt",
            history=f"{CAPACITY_NETWORKS}.csv",
            record=f"{CAPACITY_NETWORKS}.json",
        log:
            f"{LOGS}/train_capacity/{{split}}.log",
        benchmark:
            f"{BENCHMARKS}/train_capacity/{{split}}.tsv"
        conda:
            f"{ENVS}/train_capacity.yaml"
        threads: share_of_cores(len(SPLITS))
        resources:
            mem_mb=8000,
            runtime=lambda wildcards, attempt: 1440 * attempt,
            device=CONFIG.training.device,
            deterministic=CONFIG.training.deterministic,
            checkpoint_seconds=CONFIG.training.checkpoint_seconds,
            gpu=int(CONFIG.training.device == "cuda"),
        params:
            **TRAINED_BY,
        message:
            "Training networks of storage capacity, split: {wildcards.split}."
        script:
            "../scripts/train_capacity.py"


rule predict_capacity:
    """Predict every land cell with the ensemble of a split, and test cells by those blind to them."""
    input:
        predictors=rules.build_predictors.output.predictors,
        labels=CELL_LABELS,
        splits=expand(f"{CELL_SPLIT}.csv", split=SPLITS),
        networks=lambda wildcards: networks_there(expand(f"{CAPACITY_NETWORKS}.pt", split=SPLITS)),
    output:
        predicted=expand(f"{CAPACITY}/predicted/{{split}}.nc", split=SPLITS),
    log:
        f"{LOGS}/predict_capacity.log",
    benchmark:
        f"{BENCHMARKS}/predict_capacity.tsv"
    conda:
        f"{ENVS}/predict_capacity.yaml"
    threads: share_of_cores(1)
    resources:
        mem_mb=4000,
        runtime=120,
        device=CONFIG.training.device,
        deterministic=CONFIG.training.deterministic,
        gpu=int(CONFIG.training.device == "cuda"),
    params:
        **code("predict_capacity"),
    message:
        "Predicting storage capacity."
    script:
        "../scripts/predict_capacity.py"


rule fit_baselines:
    """Predict test cells by what a network must beat: neighbours, regressions, trees."""
    input:
        predictors=rules.build_predictors.output.predictors,
        labels=CELL_LABELS,
        splits=expand(f"{CELL_SPLIT}.csv", split=SPLITS),
    output:
        predicted=expand(f"{CAPACITY}/baselines/{{split}}.nc", split=SPLITS),
    log:
        f"{LOGS}/fit_baselines.log",
    benchmark:
        f"{BENCHMARKS}/fit_baselines.tsv"
    conda:
        f"{ENVS}/fit_baselines.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        **code("fit_baselines"),
        settings={"baselines": CONFIG.capacity.baselines, "seed": CONFIG.capacity.seed},
    message:
        "Fitting the baselines of storage capacity."
    script:
        "../scripts/fit_baselines.py"


rule publish_capacity:
    """Put the map, its spread, the labels and the reasons for having none into the products."""
    input:
        predicted=f"{CAPACITY}/predicted/{CONFIG.capacity.product_split}.nc",
        labels=CELL_LABELS,
        predictors=rules.build_predictors.output.predictors,
    output:
        netcdf=f"{RESULTS}/products/capacity.nc",
        geotiff=f"{RESULTS}/products/capacity.tif",
    log:
        f"{LOGS}/publish_capacity.log",
    benchmark:
        f"{BENCHMARKS}/publish_capacity.tsv"
    conda:
        f"{ENVS}/publish_capacity.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
        configuration=MERGED_CONFIG,
    params:
        **code("publish_capacity"),
        settings=origin_of(CONFIG.capacity_sources),
    message:
        "Writing the map of storage capacity."
    script:
        "../scripts/publish_capacity.py"
