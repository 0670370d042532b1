"""The code hash follows every import and changes with code, never with comments."""

import re
from pathlib import Path

import pytest

from vadose.codehash import code_params, module_params

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "workflow" / "vadose"

DWBM = "from .bounds import LOW\n\n\ndef step(x):\n    return x\n"
FILES = {
    "scripts/calibrate.py": "from vadose.water.dwbm import step\n\n\ndef main():\n    step(1)\n",
    "vadose/__init__.py": "",
    "vadose/water/__init__.py": "",
    "vadose/water/dwbm.py": '"""Model."""\n\n' + DWBM,
    "vadose/water/bounds.py": "LOW = 0.5\n",
    "vadose/metrics.py": "def kge(x):\n    return x\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A workflow folder with one script and a small package."""
    for name, text in FILES.items():
        write(tmp_path / name, text)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def params(project: Path) -> dict[str, str]:
    return code_params(project / "scripts/calibrate.py", project / "vadose")


def reaches(project: Path, script: str) -> list[str]:
    """Files that a script with this text reaches, without their hashes and the script."""
    write(project / "scripts/calibrate.py", script)
    return [value.split()[0] for value in params(project).values()][1:]


def digest(tmp_path: Path, text: str) -> str:
    write(tmp_path / "scripts/s.py", text)
    return code_params(tmp_path / "scripts/s.py", tmp_path / "vadose")["code_scripts_s"]


def test_values_name_the_script_first_and_then_its_modules_in_order(project: Path) -> None:
    found = params(project)
    assert list(found) == [
        "code_scripts_calibrate",
        "code_vadose_water_bounds",
        "code_vadose_water_dwbm",
    ]
    assert all(key.isidentifier() for key in found)
    assert re.fullmatch(r"vadose/water/dwbm\.py [0-9a-f]{12}", found["code_vadose_water_dwbm"])


@pytest.mark.parametrize(
    "script",
    [
        "import vadose.metrics\n",
        "import vadose.metrics as m\n",
        "from vadose import metrics\n",
        "from vadose.metrics import kge\n",
        "from vadose.metrics import *\n",
        "def main():\n    from vadose.metrics import kge\n",
        "class A:\n    def f(self):\n        with x:\n            import vadose.metrics\n",
        "try:\n    pass\nexcept OSError:\n    import vadose.metrics\n",
        "match x:\n    case 1:\n        import vadose.metrics\n",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import vadose.metrics\n",
    ],
)
def test_every_form_of_import_is_followed(project: Path, script: str) -> None:
    assert reaches(project, script) == ["vadose/metrics.py"]


def test_relative_imports_are_followed(project: Path) -> None:
    write(project / "vadose/water/dwbm.py", "from . import bounds\nfrom ..metrics import kge\n")
    assert list(params(project))[1:] == [
        "code_vadose_metrics",
        "code_vadose_water_bounds",
        "code_vadose_water_dwbm",
    ]


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING"])
def test_imports_for_type_checkers_are_not_followed(project: Path, test: str) -> None:
    assert reaches(project, f"if {test}:\n    from vadose.metrics import kge\n") == []


def test_circular_imports_end(project: Path) -> None:
    write(project / "vadose/water/bounds.py", "from vadose.water import dwbm\n")
    assert len(params(project)) == 3


def test_a_package_folder_by_itself_adds_nothing(project: Path) -> None:
    assert reaches(project, "import vadose\nimport vadose.water\nfrom vadose import water\n") == []


@pytest.mark.parametrize(
    "edited",
    [
        DWBM,
        '"""Other words,\n\nand # more."""\n\n' + DWBM,
        '\ufeff"""Été."""\n' + DWBM,
        '"""Model."""\nfrom .bounds import LOW\ndef step(x):\n    return x\n',
        'from .bounds import LOW  # é\n\n# a note\ndef step(x):\n    """Step."""\n    return x  \n',
        'from .bounds import LOW\n\n\ndef step(x):\n    # note\n    r"""Step é."""\n\n    return x',
        'from .bounds import LOW\r\n\r\ndef step(x):\r\n    return x  # it\'s "x"\r\n',
    ],
)
def test_comments_docstrings_and_blanks_do_not_count(project: Path, edited: str) -> None:
    before = params(project)
    (project / "vadose/water/dwbm.py").write_bytes(edited.encode())
    assert params(project) == before


@pytest.mark.parametrize(
    "edited",
    [
        "from .bounds import LOW\n\n\ndef step(y):\n    return y\n",
        "from .bounds import LOW\n\n\ndef step(x):\n    return x + LOW\n",
        "from .bounds import LOW\n\n\ndef step(x):\n    return 'x'\n",
        "from .bounds import LOW\n\n\ndef step(x):\n        return x\n",
    ],
)
def test_code_counts_and_changes_its_own_value_alone(project: Path, edited: str) -> None:
    before = params(project)
    write(project / "vadose/water/dwbm.py", edited)
    after = params(project)
    assert {key for key in before if before[key] != after[key]} == {"code_vadose_water_dwbm"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('x = "a # b"\n', 'x = "a # c"\n'),
        ("x = 'it\\'s # b'\n", "x = 'it\\'s # c'\n"),
        ('x = """\n# b\n"""\n', 'x = """\n# c\n"""\n'),
        ('x = """a\n\nb"""\n', 'x = """a\nb"""\n'),
        ('x = """a \nb"""\n', 'x = """a\nb"""\n'),
        ("x = r'\\\\'  '# b'\n", "x = r'\\\\'  '# c'\n"),
        ('f("""a""")\n', 'f("""b""")\n'),
        ('x = f"{y} # {z}"\n', 'x = f"{y} # {w}"\n'),
        ('x = ["a", y]\n', 'x = [y, "a"]\n'),
        ("if x:\n    y()\nz()\n", "if x:\n    y()\n    z()\n"),
    ],
)
def test_strings_that_are_data_and_indentation_count(tmp_path: Path, one: str, other: str) -> None:
    assert digest(tmp_path, one) != digest(tmp_path, other)


def test_a_comment_after_a_string_with_a_hash_does_not_count(tmp_path: Path) -> None:
    assert digest(tmp_path, 'x = "#"  # "a\n') == digest(tmp_path, 'x = "#"  # b\'\n')


def test_exempt_modules_are_neither_hashed_nor_followed(project: Path) -> None:
    write(project / "vadose/job.py", "from vadose import metrics\n")
    write(project / "vadose/water/job.py", "x = 1\n")
    script = "from vadose import job\nfrom vadose.water import job as other\n"
    assert reaches(project, script) == ["vadose/water/job.py"]


@pytest.mark.parametrize(
    ("script", "module"), [("aggregate_fields", "blocks"), ("calibrate_cells", "chunks")]
)
def test_code_that_deals_out_days_and_units_counts(script: str, module: str) -> None:
    found = code_params(ROOT / f"workflow/scripts/{script}.py", PACKAGE)
    assert f"code_vadose_{module}" in found


def test_a_module_gives_the_values_of_all_it_reaches(project: Path) -> None:
    found = module_params("water.dwbm", project / "vadose")
    assert found == {key: value for key, value in params(project).items() if "water" in key}
    assert next(iter(found)) == "code_vadose_water_dwbm"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("import vadose.nothing\n", r"scripts/calibrate\.py .*vadose/nothing\.py"),
        ("from vadose.water import nothing\n", r"vadose/water/nothing\.py"),
        ("from vadose.nothing import x\n", r"vadose/nothing\.py"),
        ("from vadose import nothing\n", r"vadose/nothing\.py"),
        ("from .metrics import kge\n", r"leaves vadose"),
        ("def f(:\n", r"scripts/calibrate\.py is not valid Python: .*line 1"),
    ],
)
def test_a_wrong_import_or_syntax_is_named(project: Path, script: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reaches(project, script)


def test_a_missing_script_or_model_is_named(project: Path) -> None:
    with pytest.raises(ValueError, match=r"scripts/nothing\.py cannot be read"):
        code_params(project / "scripts/nothing.py", project / "vadose")
    with pytest.raises(ValueError, match=r"no module water\.abc"):
        module_params("water.abc", project / "vadose")


def test_two_files_may_not_share_a_key(project: Path) -> None:
    write(project / "vadose/water_bounds.py", "x = 1\n")
    with pytest.raises(ValueError, match="rename one"):
        reaches(project, "from vadose import water_bounds\nfrom vadose.water import bounds\n")


def test_package_folders_hold_no_code_outside_modules() -> None:
    folders = list(PACKAGE.rglob("__init__.py"))
    assert folders
    assert [str(path) for path in folders if path.read_text(encoding="utf-8").strip()] == []
