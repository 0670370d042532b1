# Check: what must hold of the results of any run, asked of all that this run has made.
#
# Needs: everything else; the claims of tests/results.
# Makes: a page of claims, each with its answer. A claim that fails ends the run with one sentence;
# the log, which then stays, has all of them.

CLAIMS = sorted(Path(workflow.basedir).glob("tests/results/*.py"))


rule check_results:
    """Ask the results of the run whether they hold what any results must hold."""
    input:
        made=everything(),
    output:
        page=report(
            f"{RESULTS}/check/claims.html",
            caption=f"{CAPTIONS}/claims.rst",
            category="All systems together",
            labels={"what": "claims", "of": "results", "form": "table"},
        ),
    log:
        f"{LOGS}/check_results.log",
    benchmark:
        f"{BENCHMARKS}/check_results.tsv"
    conda:
        f"{ENVS}/check_results.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=60,
    params:
        **code("check_results"),
        claims=sorted({v for path in CLAIMS for v in code_params(path, PACKAGE).values()}),
        settings={"folder": RESULTS, "configuration": MERGED_CONFIG},
    message:
        "Checking the results."
    script:
        "../scripts/check_results.py"
