"""Which code can change a rule's numbers, as one short value per file.

Snakemake sees when a script changes but not when a module that it imports does. The rules
therefore carry these values in `params:`; a rule runs again when the code of one of its files
changes, and the dry run names the file.

Conventions: a package folder (`workflow/vadose`) is given as a path and its name is the name
to import; files are named relative to the folder above it ("vadose/grid.py"). Only the standard
library is used, because the Snakefile imports this module at every start.

`__init__.py` files stay empty and are not listed. A module that is imported by a name made at
run time is not seen: give it by `module_params`.
"""

import ast
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

# Modules that cannot change a number: neither hashed nor followed.
EXEMPT = (
    "config.py",
    "settings/base.py",
    "settings/calibration.py",
    "settings/data.py",
    "errors.py",
    "job.py",
    "hashing.py",
    "progress.py",
    "gpu_slots.py",
    "freed_memory.py",
    "codehash.py",
    "envs.py",
    "cli.py",
    "__main__.py",
    "provenance.py",
)

DIGITS = 12  # hexadecimal digits of SHA-256 that stand in a value
PARTS = ("body", "handlers", "cases", "orelse", "finalbody")  # where statements hold statements

# A string (three quotes before one; prefixes stay outside) or a comment, whichever comes first.
# Python's tokenizer finds the same ones some fifteen times slower; a test compares them. Holds for
# the syntax of Python 3.11, where an f-string cannot hold its own quotes.
STRING_OR_COMMENT = re.compile(
    rb'("""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    rb'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    rb"|'[^'\\\n]*(?:\\.[^'\\\n]*)*')"
    rb"|#[^\n]*",
    re.DOTALL,
)


class Import(NamedTuple):
    """One imported name: `from ..a import b` is (2, "a", "b"), `import a.b` is (0, "a.b", "")."""

    level: int
    module: str
    name: str

    def __str__(self) -> str:
        origin = "." * self.level + self.module
        return f"from {origin} import {self.name}" if self.name else f"import {origin}"


class Source(NamedTuple):
    """What matters of one file: the hash of its code and its imports, in the file's order."""

    digest: str
    imports: tuple[Import, ...]


def code_params(script: Path, package: Path) -> dict[str, str]:
    """Values that change when code that the script runs changes, the script's own first.

    Keys are identifiers ("code_vadose_grid"), values name the file ("vadose/grid.py 3f9a0c1b2d4e").
    ValueError where a file is missing or is not Python.
    """
    return _params([script, *reached(script, package)], package)


def module_params(name: str, package: Path) -> dict[str, str]:
    """The values of one module of the package, such as "water_balance.dwbm", and of all it reaches.

    For rules that choose a module by a wildcard. ValueError where there is no such module.
    """
    module = package.joinpath(*name.split(".")).with_suffix(".py")
    if not module.is_file():
        raise ValueError(
            f"{package.name} has no module {name}: expected the file {label(module, package)}; "
            "correct the name or add the file."
        )
    return _params([module, *reached(module, package)], package)


def reached(start: Path, package: Path, skip: Collection[str] = EXEMPT) -> list[Path]:
    """Modules of the package that a file imports, directly or through others, in order of path.

    Imports inside functions count, imports under `if TYPE_CHECKING:` do not. Modules in `skip`
    (paths below the package) are neither listed nor followed, nor is `start` listed.
    """
    seen, waiting = {start}, [start]
    while waiting:
        path = waiting.pop()
        for found in read(path, package).imports:
            target = _target(found, path, package)
            if target is None or target in seen:
                continue
            if target.relative_to(package).as_posix() not in skip:
                seen.add(target)
                waiting.append(target)
    return sorted(seen - {start})


def read(path: Path, package: Path) -> Source:
    """The code hash and the imports of one file; ValueError where it is no Python."""
    try:
        return _analyse(path.read_bytes())
    except OSError as error:
        raise ValueError(
            f"{label(path, package)} cannot be read: {error.strerror}; restore the file."
        ) from None
    except (SyntaxError, ValueError) as error:
        raise ValueError(
            f"{label(path, package)} is not valid Python: {error}; correct the file."
        ) from None


def label(path: Path, package: Path) -> str:
    """A file's name for people, relative to the folder that holds the package."""
    if path.is_relative_to(package.parent):
        return path.relative_to(package.parent).as_posix()
    return f"{path.parent.name}/{path.name}"


def _params(files: list[Path], package: Path) -> dict[str, str]:
    params: dict[str, str] = {}
    for path in files:
        name = label(path, package)
        key = "code_" + re.sub(r"\W", "_", name.removesuffix(".py"))
        if key in params:
            raise ValueError(
                f"{name} and {params[key].split()[0]} both give the parameter {key}; rename one."
            )
        params[key] = f"{name} {read(path, package).digest}"
    return params


@cache
def _analyse(data: bytes) -> Source:
    """Hash and imports of a file's bytes; the cache is by content and so never out of date."""
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    statements = list(_statements(ast.parse(data).body))
    code = code_only(_without_docstrings(data, statements))
    imports = tuple(found for statement in statements for found in _imports(statement))
    return Source(hashlib.sha256(code).hexdigest()[:DIGITS], imports)


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All statements at every depth, without those that only a type checker reads."""
    for node in body:
        yield node
        for part in PARTS:
            inner = getattr(node, part, None)
            if inner and not (part == "body" and _for_type_checker(node)):
                yield from _statements(inner)


def _for_type_checker(node: ast.AST) -> bool:
    """Whether a statement is `if TYPE_CHECKING:` or `if typing.TYPE_CHECKING:`."""
    test = node.test if isinstance(node, ast.If) else None
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", None)
    return name == "TYPE_CHECKING"


def _imports(statement: ast.AST) -> Iterator[Import]:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            yield Import(0, alias.name, "")
    elif isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            yield Import(statement.level, statement.module or "", alias.name)


def _without_docstrings(data: bytes, statements: list[ast.AST]) -> bytes:
    """The source without the strings that stand alone as statements and so have no effect.

    The parser counts columns in bytes of UTF-8, hence bytes all through.
    """
    starts = list(accumulate((len(line) + 1 for line in data.split(b"\n")), initial=0))
    kept, end = [], 0
    for node in statements:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            continue
        if isinstance(node.value.value, str):
            kept.append(data[end : starts[node.lineno - 1] + node.col_offset])
            end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    return b"".join([*kept, data[end:]])


def code_only(data: bytes) -> bytes:
    """The source without comments, blank lines and trailing blanks; strings keep every byte.

    A zero byte, which no source can hold, stands for each string in the code; the strings follow.
    """
    strings: list[bytes] = []

    def shelve(match: re.Match[bytes]) -> bytes:
        if match[1] is None:
            return b""
        strings.append(match[1])
        return b"\0"

    lines = STRING_OR_COMMENT.sub(shelve, data).split(b"\n")
    code = b"\n".join(line.rstrip() for line in lines if line.strip())
    return b"\0\0".join([code, *strings])


@cache
def _target(found: Import, source: Path, package: Path) -> Path | None:
    """The package's file that an import names; None for other packages and for bare folders."""
    parts = _parts(found, source, package)
    if parts is None:
        return None
    base = package.joinpath(*parts)
    module = base / f"{found.name}.py"
    if parts and not module.is_file():
        module = base.with_name(f"{base.name}.py")
    if module.is_file():
        return module
    folder = base if found.name in ("", "*") else base / found.name
    if folder.is_dir():
        return None
    missing = base / f"{found.name}.py" if base.is_dir() else module
    raise ValueError(
        f"{label(source, package)} says `{found}`, but there is no file "
        f"{label(missing, package)}; correct the import or add the module."
    )


def _parts(found: Import, source: Path, package: Path) -> list[str] | None:
    """Where an import points below the package; None where it points to another package."""
    names = found.module.split(".") if found.module else []
    if not found.level:
        return names[1:] if names[0] == package.name else None
    folder = source.parents[min(found.level, len(source.parents)) - 1]
    if not folder.is_relative_to(package):
        raise ValueError(
            f"{label(source, package)} says `{found}`, which leaves {package.name}; "
            "import the module by its full name."
        )
    return [*folder.relative_to(package).parts, *names]
