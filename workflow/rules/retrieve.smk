# Retrieve: bring the sources into resources/downloads/<source>/<version>/.
#
# Needs: a network once, or a mirror (a folder or address with the providers' own trees); the
# miniature planet is such a mirror and is built here.
# Makes: of Caravan one folder a sub-dataset, whole or not there at all; of every other source one
# manifest a block of years (`200001-200912.json`, or `static.json`) that lists the files behind it.
# The files themselves stay beside the manifests and are never fetched twice. A new version is a new
# path, so that everything that depends on it runs again.

CARAVAN_FOLDER = f"{DOWNLOADS}/caravan/{{version}}"


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
        mem_mb=4000,
        runtime=30,
    params:
        **code("build_planet"),
        settings={
            "seed": CONFIG.planet.seed,
            "step": CONFIG.planet.step,
            "basins": CONFIG.planet.basins,
            "start": CONFIG.planet.start.isoformat(),
            "end": CONFIG.planet.end.isoformat(),
        },
    message:
        "Inventing a miniature planet."
    script:
        "../scripts/build_planet.py"


rule retrieve_caravan:
    """Fetch one sub-dataset of Caravan: daily series, attributes and polygons."""
    input:
        planet=branch(PLANET, then=rules.build_planet.output.mirror),
        ids=branch(NEEDS["caravan"].route.kind == "opendap", then=CONFIG.basins.ids),
    output:
        timeseries=directory(f"{CARAVAN_FOLDER}/{CARAVAN['timeseries']}/{{subset}}"),
        attributes=directory(f"{CARAVAN_FOLDER}/{CARAVAN['attributes']}/{{subset}}"),
        shapefiles=directory(f"{CARAVAN_FOLDER}/{CARAVAN['shapefiles']}/{{subset}}"),
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
        mirror=lambda wildcards, input: str(input.planet or NEEDS["caravan"].mirror),
        route=NEEDS["caravan"].route.kind,
    params:
        **code("retrieve_caravan"),
    message:
        "Fetching Caravan {wildcards.version}, {wildcards.subset}."
    script:
        "../scripts/retrieve_caravan.py"


rule retrieve_source:
    """Fetch the files of one source for a block of years, and list them."""
    input:
        planet=branch(PLANET, then=rules.build_planet.output.mirror),
    output:
        manifest=f"{DOWNLOADS}/{{source}}/{{version}}/{{block}}.json",
    log:
        f"{LOGS}/retrieve_source/{{source}}/{{version}}/{{block}}.log",
    benchmark:
        f"{BENCHMARKS}/retrieve_source/{{source}}/{{version}}/{{block}}.tsv"
    conda:
        f"{ENVS}/retrieve_source.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=1440,
        mirror=lambda wildcards, input: str(input.planet or NEEDS[wildcards.source].mirror),
        route=lambda wildcards: NEEDS[wildcards.source].route.kind,
    params:
        client=client_code,
        settings=request_of,
    message:
        "Fetching {wildcards.source} {wildcards.version}, {wildcards.block}."
    script:
        "../scripts/retrieve_source.py"


localrules:
    retrieve_caravan,
    retrieve_source,
