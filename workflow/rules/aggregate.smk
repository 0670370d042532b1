# Aggregate: from daily basin series to months.
#
# Needs: the sub-datasets of Caravan.
# Makes: one file with p, pet, q (mm/month) and t (degC) of every selected basin. A month counts
# only when enough of its days do; the reanalysis field of potential evaporation is never used.


rule aggregate_basins:
    """Aggregate daily forcing and streamflow to months, with Oudin's demand where none is given."""
    input:
        timeseries=expand(
            rules.retrieve_caravan.output.timeseries,
            version=CONFIG.caravan_version,
            subset=CONFIG.caravan.subsets,
        ),
        attributes=expand(
            rules.retrieve_caravan.output.attributes,
            version=CONFIG.caravan_version,
            subset=CONFIG.caravan.subsets,
        ),
        ids=branch(CONFIG.basins.ids != "all", then=CONFIG.basins.ids),
    output:
        monthly=f"{RESULTS}/aggregate/basins_monthly.nc",
    log:
        f"{LOGS}/aggregate_basins.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_basins.tsv"
    conda:
        f"{ENVS}/aggregate_basins.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        **code("aggregate_basins"),
        settings={
            "start": CONFIG.period.start.isoformat(),
            "end": CONFIG.period.end.isoformat(),
            "pet": CONFIG.aggregation.pet,
            "least_days_share": CONFIG.aggregation.least_days_share,
        },
    message:
        "Aggregating basins to months."
    script:
        "../scripts/aggregate_basins.py"
