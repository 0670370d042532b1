# Deposit: a folder for a repository such as Zenodo. No part of a run: `snakemake deposit` makes it.
#
# Needs: a finished run whose claims hold.
# Makes, below deposit/: products, tables, figures, the atlas, the merged configuration; the sources
# with version, DOI, licence and the hash of every file; lock file and environments; README, RO-Crate
# metadata and checksums. The report goes in where it is there.


rule deposit:
    """Gather what a repository asks for: results, configuration, sources, software, descriptions."""
    input:
        files=[made_in(name) for name in ("products", "evaluate", "figures", "check")],
        atlas=rules.build_atlas.output.atlas,
        manifests=[NEEDS[name].paths for name in CONFIG.sources if name != "caravan"],
        caravan=[caravan_folders(kind) for kind in ("timeseries", "attributes", "shapefiles")],
    output:
        folder=directory(f"{RESULTS}/deposit"),
    log:
        f"{LOGS}/deposit.log",
    benchmark:
        f"{BENCHMARKS}/deposit.tsv"
    conda:
        f"{ENVS}/deposit.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        **code("deposit"),
        settings={
            "results": RESULTS,
            "configuration": MERGED_CONFIG,
            # Their observed months are the authors' own, had by agreement.
            "withheld": (
                ["products/storage.nc", "atlas.html"] if CONFIG.gap_filling.authors_data else []
            ),
            "run": CONFIG.run,
            "sources": {name: facts_of(NEEDS[name]) for name in CONFIG.sources},
        },
    message:
        "Gathering the deposit."
    script:
        "../scripts/deposit.py"
