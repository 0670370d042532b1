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
    name: [day and str(day) for day in getattr(CONFIG.gap_filling, name).model_dump().values()]
    for name in ("training", "validation", "test")
}
GAP_PERIODS["gaps"] = [[str(day) for day in gap] for gap in CONFIG.gap_filling.gaps]
GAP_PERIODS["detrend"] = CONFIG.gap_filling.detrend


def of_gap_filling(*names):
    """Some settings of the networks of storage."""
    values = CONFIG.gap_filling.model_dump(mode="json")
    return {name: values[name] for name in names}


def sources_of_gap_filling():
    """Sources behind storage and its predictors, by what they give; none where they are not named."""
    if CONFIG.gap_filling.authors_data:
        return {}
    fields = CONFIG.fields
    named = {"storage": fields.storage, "simulated": fields.simulated}
    named |= {"p": fields.p, "t": fields.t, "pet": fields.pet}
    return {role: source for role, source in named.items() if source in NEEDS}


def gap_filling_inputs(wildcards):
    """Files behind storage and its predictors."""
    if CONFIG.gap_filling.authors_data:
        return {"authors": sorted(map(str, Path(CONFIG.gap_filling.authors_data).glob("*.mat")))}
    sources = sources_of_gap_filling()
    return {role: field_files([source], CONFIG.steps[1:]) for role, source in sources.items()}


def data_of_gap_filling():
    """What is behind the maps and makes a network stale; not the period's end."""
    files = gap_filling_inputs(None).get("authors", [])
    return {
        "sources": sources_of_gap_filling(),
        "versions": versions_of(sources_of_gap_filling().values()),
        "start": str(CONFIG.period.start),
        "step": CONFIG.steps[1],
        "window": WINDOW,
        "least_cell_share": CONFIG.aggregation.least_cell_share,
        "maps": of_gap_filling("predictors", "lags", "detrend", "training", "validation", "gaps"),
        "files": [content_of(path) for path in files],
    }


def code_of_gap_filling():
    """Hashes of all code between the sources' files and the maps."""
    found = code_of_planet() | code("aggregate_fields")
    for source in dict.fromkeys(sources_of_gap_filling().values()):
        found |= module_params(reader_module(source), PACKAGE)
    return found


def gap_filling_settings(wildcards):
    """Network and plan of an architecture; rivals have the form of the first Bayesian network."""
    bayesian = wildcards.architecture.startswith("bayesian_")
    form = wildcards.architecture if bayesian else CONFIG.gap_filling.networks[0]
    size = 1 if wildcards.architecture == "deterministic" else CONFIG.gap_filling.particles
    dropout = CONFIG.gap_filling.dropout if wildcards.architecture == "dropout" else 0.0
    same = ("width", "activation", "batch", "noise", "weight_rate", "scale", "together")
    plan = of_gap_filling("epochs", "rates", "patience", "plateau")
    return {
        "design": of_gap_filling(*same)
        | {
            "kind": form.removeprefix("bayesian_"),
            "particles": size,
            "alone": not bayesian,
            "dropout": dropout,
        },
        "learning": plan | {"precision": CONFIG.training.precision},
        "first_seed": CONFIG.gap_filling.seed,
    }


def storage_networks(method):
    """Networks of a method, all seeds."""
    seeds = range(CONFIG.gap_filling.seeds)
    return expand(f"{GAP_NETWORK}.pt", architecture=method, seed=seeds)


def storage_histories():
    """How the networks of all methods learnt."""
    networks = [path for method in LEARNT for path in storage_networks(method)]
    return [path.replace(".pt", ".csv") for path in networks]


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


if CONFIG.training.retrain != "never":

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
    """Reconstruct the storage of all months with all ensembles of a method."""
    input:
        maps=rules.prepare_gap_filling.output.maps,
        networks=lambda wildcards: networks_there(storage_networks(wildcards.method)),
    output:
        reconstructed=f"{GAP_FILLING}/reconstructed/{{method}}.nc",
    log:
        f"{LOGS}/reconstruct_storage/{{method}}.log",
    benchmark:
        f"{BENCHMARKS}/reconstruct_storage/{{method}}.tsv"
    wildcard_constraints:
        method="|".join(LEARNT),
    conda:
        f"{ENVS}/reconstruct_storage.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=120,
        device=CONFIG.training.device,
        deterministic=CONFIG.training.deterministic,
        gpu=int(CONFIG.training.device == "cuda"),
    params:
        **code("reconstruct_storage"),
        settings=of_gap_filling("levels", "seed"),
    message:
        "Reconstructing water storage, {wildcards.method}."
    script:
        "../scripts/reconstruct_storage.py"


rule fit_storage_rivals:
    """Reconstruct storage by what networks must beat: usual year, regression, the model itself."""
    input:
        maps=rules.prepare_gap_filling.output.maps,
    output:
        expand(f"{GAP_FILLING}/reconstructed/{{method}}.nc", method=UNLEARNT),
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
