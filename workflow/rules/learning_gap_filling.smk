# What the rules of filling the gap of GRACE share: settings, data and code behind its networks.


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


def data_of_storage():
    """What is behind storage without gaps and makes networks stale that learn from it."""
    return data_of_gap_filling() | {
        "settings": CONFIG.gap_filling.model_dump(mode="json"),
        "precision": CONFIG.training.precision,
    }


def code_of_storage():
    """Hashes of all code between the sources' files and storage without gaps."""
    found = code_of_gap_filling()
    for name in ("prepare_gap_filling", "train_gap_filling", "reconstruct_storage"):
        found |= code(name)
    return found | code("publish_storage")


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


def storage_networks():
    """Networks of all methods that learn, method by method, all seeds of each."""
    return expand(f"{GAP_NETWORK}.pt", architecture=LEARNT, seed=range(CONFIG.gap_filling.seeds))


def storage_histories():
    """How the networks of all methods learnt."""
    return [path.replace(".pt", ".csv") for path in storage_networks()]
