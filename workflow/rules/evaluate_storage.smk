# Evaluate storage: what all systems say of the same water, side by side.
#
# Needs: calibrated capacities, the map, mass curves, published maps, the hybrid model's storage; GRACE,
# the monthly models' stores, what the LSTM's probes read; rain, evaporation, runoff of the sources.
# Makes: a row a basin with every estimate of capacity, how far they agree in basins and cells; monthly
# storage of all systems and how it goes together; and what the sources' water balances leave over.
# A system that is switched off is left out of the comparison.

DYNAMIC = "concept" in CONFIG.concepts.variants and "concepts" in CONFIG.systems
HYBRID = "root_zone" in CONFIG.systems
OBSERVED_STORAGE = next((s for s in CONFIG.basins.fields if s.startswith("grace")), None)
OBSERVED_ET = next((s for s in CONFIG.basins.fields if s == "fluxcom_xbase"), None)
AUDITED = audited()
# ASSUME the drought of twenty years is the one that roots prepare for.
DROUGHT_YEARS = min(CONFIG.capacity.return_periods, key=lambda years: abs(years - 20))
OTHER_ESTIMATES = [
    *([f"mass_curve_{DROUGHT_YEARS:g}_years"] if CONFIG.fields.et != "none" else []),
    *CONFIG.fields.references,
]


rule compare_basin_capacity:
    """Put all estimates of the basins' storage capacity side by side."""
    input:
        labels=f"{CALIBRATE}/basins/labels.nc",
        compared=branch(CONFIG.maps_capacity, then=rules.compare_capacity.output.maps),
        root_zone=branch(HYBRID, then=rules.analyse_root_zone.output.basins),
    output:
        table=f"{RESULTS}/evaluate/basin_estimates.csv",
        pairs=f"{RESULTS}/evaluate/basin_estimates_pairs.csv",
        page=report(
            f"{RESULTS}/evaluate/basin_estimates.html",
            caption=f"{CAPTIONS}/agreement.rst",
            category="All systems together",
            labels={"what": "capacity", "of": "basins", "form": "table"},
        ),
    log:
        f"{LOGS}/compare_basin_capacity.log",
    benchmark:
        f"{BENCHMARKS}/compare_basin_capacity.tsv"
    conda:
        f"{ENVS}/compare_basin_capacity.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=20,
    params:
        **code("compare_basin_capacity"),
        settings={"others": OTHER_ESTIMATES if CONFIG.maps_capacity else []},
    message:
        "Comparing all estimates of storage capacity in the basins."
    script:
        "../scripts/compare_basin_capacity.py"


rule compare_dynamics:
    """Put the monthly storage of basins by every system side by side."""
    input:
        monthly=f"{AGGREGATE}/basins_monthly.nc",
        calibrations=expand(
            f"{CALIBRATE}/basins/{{model}}_{{snow}}.nc", model=MODELS, snow=CONFIG.labels.snow
        ),
        grace=basin_means_of(OBSERVED_STORAGE) if OBSERVED_STORAGE else [],
        concepts=branch(DYNAMIC, then=f"{CONCEPTS}/predicted/concept.nc"),
        hybrid=branch(HYBRID, then=MAIN_SIMULATION),
    output:
        series=f"{RESULTS}/evaluate/dynamics.nc",
        pairs=f"{RESULTS}/evaluate/dynamics_pairs.csv",
        page=report(
            f"{RESULTS}/evaluate/dynamics.html",
            caption=f"{CAPTIONS}/dynamics.rst",
            category="All systems together",
            labels={"what": "storage by months", "of": "basins", "form": "table"},
        ),
    log:
        f"{LOGS}/compare_dynamics.log",
    benchmark:
        f"{BENCHMARKS}/compare_dynamics.tsv"
    conda:
        f"{ENVS}/compare_dynamics.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=20,
    params:
        **code("compare_dynamics"),
    message:
        "Comparing the monthly storage of all systems."
    script:
        "../scripts/compare_dynamics.py"


rule plot_storage:
    """Draw how far estimates of capacity agree, in basins and cells, and how storage goes together."""
    input:
        table=rules.compare_basin_capacity.output.table,
        pairs=rules.compare_basin_capacity.output.pairs,
        series=rules.compare_dynamics.output.series,
        monthly=f"{AGGREGATE}/basins_monthly.nc",
        together=rules.compare_dynamics.output.pairs,
        compared=rules.compare_basin_capacity.input.compared,
        labels=branch(CONFIG.maps_capacity, then=CELL_LABELS),
        land=LAND,
    output:
        **figure(
            "storage/capacity", "agreement", "All systems together", "capacity, basins, matrix"
        ),
        **figure(
            "storage/agreement",
            "agreement_map",
            "All systems together",
            "capacity, cells, map",
            drawn=CONFIG.maps_capacity,
        ),
        **figure(
            "storage/dynamics",
            "dynamics",
            "All systems together",
            "storage by months, basins, matrix and seasons",
        ),
    log:
        f"{LOGS}/plot_storage.log",
    benchmark:
        f"{BENCHMARKS}/plot_storage.tsv"
    conda:
        f"{ENVS}/plot_storage.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **code("plot_storage"),
        settings={"others": OTHER_ESTIMATES},
    message:
        "Drawing how all systems agree."
    script:
        "../scripts/plot_storage.py"


rule audit_water:
    """Audit the water balance of the sources: what it leaves over."""
    input:
        **{f"{units}_et": et for units, (et, _) in AUDITED.items()},
        **{f"{units}_storage": storage for units, (_, storage) in AUDITED.items()},
        monthly=expand(f"{AGGREGATE}/{{units}}_monthly.nc", units=AUDITED),
        land=LAND,
    output:
        table=expand(f"{RESULTS}/evaluate/water_{{units}}.csv", units=AUDITED),
        png=[
            report(
                f"{FIGURES}/storage/water_{units}.png",
                caption=f"{CAPTIONS}/water_audit.rst",
                category="All systems together",
                labels={"what": "water balance", "of": units, "form": "map"},
            )
            for units in AUDITED
        ],
        pdf=expand(f"{FIGURES}/storage/water_{{units}}.pdf", units=AUDITED),
    log:
        f"{LOGS}/audit_water.log",
    benchmark:
        f"{BENCHMARKS}/audit_water.tsv"
    conda:
        f"{ENVS}/audit_water.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=20,
    params:
        **code("audit_water"),
        settings={"units": list(AUDITED)},
    message:
        "Auditing the water balance of {params.settings[units]}."
    script:
        "../scripts/audit_water.py"
