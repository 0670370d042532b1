# Retrieve: bring the sources into resources/downloads/<source>/<version>/.
#
# Needs: a mirror folder with the providers' own trees, or a network; the miniature planet is such a
# mirror and is built here.
# Makes: one folder a sub-dataset, whole or not there at all. A new version is a new path, so that
# everything that depends on it runs again.

DOWNLOADS = "resources/downloads"
CARAVAN = f"{DOWNLOADS}/caravan/{{version}}"


rule build_planet:
    """Write the invented world in the providers' own file formats."""
    output:
        mirror=directory(f"{DOWNLOADS}/planet/{CONFIG.planet_version}"),
    log:
        f"{LOGS}/build_planet.log",
    benchmark:
        f"{BENCHMARKS}/build_planet.tsv"
    conda:
        f"{ENVS}/build_planet.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        **code("build_planet"),
        settings={
            "seed": CONFIG.planet.seed,
            "basins": CONFIG.planet.basins,
            "start": CONFIG.period.start.isoformat(),
            "end": CONFIG.period.end.isoformat(),
        },
    message:
        "Inventing a miniature planet."
    script:
        "../scripts/build_planet.py"


rule retrieve_caravan:
    """Fetch one sub-dataset of Caravan: daily series and attributes."""
    input:
        planet=branch(CONFIG.uses_planet, then=rules.build_planet.output.mirror),
        ids=branch(CONFIG.caravan.route == "opendap", then=CONFIG.basins.ids),
    output:
        timeseries=directory(f"{CARAVAN}/timeseries/netcdf/{{subset}}"),
        attributes=directory(f"{CARAVAN}/attributes/{{subset}}"),
    log:
        f"{LOGS}/retrieve_caravan/{{version}}/{{subset}}.log",
    benchmark:
        f"{BENCHMARKS}/retrieve_caravan/{{version}}/{{subset}}.tsv"
    conda:
        f"{ENVS}/retrieve_caravan.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=720,
        mirror=lambda wildcards, input: str(input.planet or CONFIG.mirror or ""),
        route=CONFIG.caravan.route,
    params:
        **code("retrieve_caravan"),
    message:
        "Fetching Caravan {wildcards.version}, {wildcards.subset}."
    script:
        "../scripts/retrieve_caravan.py"


localrules:
    retrieve_caravan,
