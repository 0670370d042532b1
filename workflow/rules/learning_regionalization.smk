# What the rules of regionalization share: settings, data and code behind its networks.


def of_regionalization(*names):
    """Some settings of the regionalization experiments."""
    values = CONFIG.regionalization.model_dump(mode="json")
    return {name: values[name] for name in names}


def periods_of_regionalization(*names):
    """First and last days of periods by name, as text; none where they are not limited."""
    values = of_regionalization(*names)
    return {name: [dates["start"], dates["end"]] for name, dates in values.items()}


def series_of_regionalization():
    """How series, random vectors and folds are made."""
    named = of_regionalization("data", "product", "inputs", "folds", "seed")
    return named | {
        "pet": CONFIG.aggregation.pet,
        "vectors": CONFIG.regionalization.random_vectors,
        "draws": CONFIG.regionalization.seeds,
        "block": CONFIG.regionalization.fold_block,
        "start": str(CONFIG.period.start),
    }


def data_of_regionalization():
    """What is behind series and folds and makes a network stale; not the period's end."""
    sources = {
        "basins": [*CONFIG.caravan_subsets, CONFIG.basins.ids],
        "filter": CONFIG.basin_filter.model_dump(),
        "aggregation": CONFIG.aggregation.model_dump(include={"least_days_share"}),
    }
    lists = CONFIG.basins.ids, CONFIG.regionalization.basins
    return series_of_regionalization() | {
        "versions": versions_of(["camels_us" if IS_CAMELS_US else "caravan"]),
        "sources": {} if IS_CAMELS_US else sources,
        "lists": [content_of(path) for path in lists],
    }


def regionalization_settings(wildcards):
    """Queue, network, windows and plan of an architecture and split."""
    job = Job(wildcards.architecture, wildcards.split)
    names = ("settings", "vectors", "controls", "left_out", "tested_folds", "seeds")
    given = (getattr(CONFIG.regionalization, name) for name in names)
    plan = of_regionalization("epochs", "rates", "clip", "patience")
    return {
        "queue": [list(member) for member in queue(job, *given)],
        "design": of_regionalization("hidden", "dropout", "forget_bias", "window", "counted_days"),
        "sampling": of_regionalization("batch", "stride", "updates"),
        "learning": plan | {"precision": CONFIG.training.precision},
        "periods": periods_of_regionalization("training", "validation"),
        "seed": CONFIG.regionalization.seed,
    }


def years_of_training():
    """Years that the settings learn from which leave none out."""
    training = CONFIG.regionalization.training
    start, end = training.start or CONFIG.period.start, training.end or CONFIG.period.end
    return round((end - start).days / 365.25, 1)
