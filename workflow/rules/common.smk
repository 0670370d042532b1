# What all rules share: the checked configuration, the folders, and the hashes of the code.
#
# The params of every rule are the hashes of its code and one mapping `settings` with the
# configuration that it uses. Snakemake compares the values of params without their names, so two
# settings that swapped their values would pass for unchanged if they stood side by side.
import os

import yaml

from vadose.codehash import code_params, module_params
from vadose.config import read_config
from vadose.errors import InputError

try:
    CONFIG = read_config(config)
except InputError as error:
    sys.exit(f"Error: {error}")
MODELS = CONFIG.calibration.models
RESULTS = f"results/{CONFIG.run}"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
CAPTIONS = "../../resources/captions"
ENVS = "../../envs"
SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"
PACKAGE = Path(workflow.basedir) / "workflow" / "vadose"


def code(rule_name):
    """Hashes of the rule's script and of every module it reaches, one parameter a file."""
    return code_params(SCRIPTS / f"{rule_name}.py", PACKAGE)


def model_code(wildcards):
    """Hashes of the one water balance model that a job runs."""
    return list(module_params(f"water_balance.{wildcards.model}", PACKAGE).values())


def share_of_cores(jobs):
    """Threads of one job where so many jobs can run side by side on this machine."""
    return max(1, os.cpu_count() // jobs)


def save_config(merged):
    """Keep the merged configuration beside the results."""
    path, text = Path(RESULTS) / "config.yaml", yaml.safe_dump(merged, sort_keys=False)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
