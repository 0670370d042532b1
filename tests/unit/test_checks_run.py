"""What claims ask for is there: products, tables, keys and packages; no other test asks them."""

import re
from pathlib import Path

import yaml

from vadose.checks_run import GRID, PLACES, PRODUCTS, SCORES, Run
from vadose.config import read_config
from vadose.envs import third_party

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = ROOT / "tests" / "results"
PACKAGE = ROOT / "workflow" / "vadose"
CONFTEST = (CLAIMS / "conftest.py").read_text(encoding="utf-8")


def test_the_tests_of_the_code_do_not_ask_the_claims() -> None:
    """Without a run to ask, pytest finds none of them."""
    assert len(list(CLAIMS.glob("test_*.py"))) >= 6
    namespace: dict = {}
    exec(compile(CONFTEST, "conftest.py", "exec"), namespace)

    class Nobody:
        class pluginmanager:
            @staticmethod
            def has_plugin(_: str) -> bool:
                return False

    for path in CLAIMS.glob("*.py"):
        assert namespace["pytest_ignore_collect"](path, Nobody)


def test_the_environment_of_the_rule_has_what_claims_import() -> None:
    known = third_party(ROOT / "workflow/scripts/check_results.py", PACKAGE)
    for path in CLAIMS.glob("*.py"):
        assert third_party(path, PACKAGE) <= known, path.name


def test_products_and_tables_are_those_of_the_rules() -> None:
    rules = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "workflow/rules").glob("*.smk"))
    made = re.findall(r'^ {8}\w+=f"{RESULTS}/products/(\w+)\.(nc|tif)"', rules, re.M)
    assert {name for name, _ in made} == set(PRODUCTS) and len(made) == len(PRODUCTS) + 2
    tables = re.findall(r'metrics=(?:expand\()?f"{RESULTS}/evaluate/(\S+)\.parquet"', rules)
    units = {name.replace("basins", "{{units}}").replace("cells", "{{units}}") for name in SCORES}
    assert set(tables) == units


def test_the_default_configuration_has_every_key_that_claims_ask_for() -> None:
    default = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    assert read_config(default)
    on = Run(Path("nowhere"), default)
    assert not on.lacks(*default["systems"], GRID, PLACES)
