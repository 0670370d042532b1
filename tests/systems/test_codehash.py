"""The code hash reads all code of the project as Python does, at little cost."""

import ast
import io
import re
import time
import tokenize

from tests.unit.test_codehash import PACKAGE, ROOT

from vadose import codehash


def test_strings_and_comments_are_found_as_python_finds_them() -> None:
    for path in sorted(ROOT.glob("workflow/**/*.py")) + sorted(ROOT.glob("tests/**/*.py")):
        data = path.read_bytes()
        tokens = tokenize.tokenize(io.BytesIO(data).readline)
        wanted = [
            re.sub(r"^[a-zA-Z]+", "", token.string).encode()
            for token in tokens
            if token.type in (tokenize.STRING, tokenize.COMMENT)
        ]
        assert [found[0] for found in codehash.STRING_OR_COMMENT.finditer(data)] == wanted, path


def test_hashing_costs_little_more_than_python_s_own_parser() -> None:
    """In the least disturbed of three rounds."""
    files, ratios = sorted(PACKAGE.rglob("*.py"))[::4], []
    for _ in range(3):
        codehash._analyse.cache_clear()
        start = time.process_time()
        for path in files:
            codehash.read(path, PACKAGE)
        hashed = time.process_time()
        for path in files:
            ast.parse(path.read_bytes())
        ratios.append((hashed - start) / (time.process_time() - hashed))
    assert min(ratios) < 1.5
