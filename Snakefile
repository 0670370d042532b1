# Vadose: from public observations to maps of how much water the land holds.
import os
import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")
sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))
# Scripts run the package of this checkout, whatever else is installed.
os.environ.update(PYTHONPATH=sys.path[0])


configfile: "config/config.yaml"


report: "resources/captions/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/retrieve.smk"
include: "workflow/rules/aggregate.smk"
include: "workflow/rules/calibrate.smk"
include: "workflow/rules/evaluate.smk"


wildcard_constraints:
    model="|".join(MODELS),
    snow="none|degree_day",


rule all:
    default_target: True
    input:
        rules.aggregate_basins.output,
        rules.label_capacity.output,
        rules.evaluate_calibration.output,
        rules.map_skill.output,
        rules.map_capacity.output,
        rules.plot_scores.output,
    message:
        "Everything this run makes."


onstart:
    save_config(config)
