"""An atlas as one HTML file that needs nothing else: no server, no network."""

import json
from html import escape
from pathlib import Path

from vadose.atlas.content import Atlas, describe

FOLDER = Path(__file__).parent
TEMPLATE, STYLE = "page.html", "style.css"
# In the order in which they build upon each other.
SCRIPTS = (
    "numbers.js",
    "projection.js",
    "chart.js",
    "legend.js",
    "details.js",
    "map.js",
    "main.js",
)


def page(atlas: Atlas) -> str:
    """Fill the template with style, scripts, description and numbers of an atlas.

    Nothing of the data can end a script or a tag: `<` is written as an escape in the description,
    and the numbers are base64.
    """
    about, numbers = describe(atlas)
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    parts = {
        "TITLE": escape(f"Vadose atlas: {atlas.run}"),
        "STYLE": _read(STYLE),
        "ABOUT": text.replace("<", "\\u003c"),
        "SCRIPT": "\n".join(_read(name) for name in SCRIPTS),
        "NUMBERS": numbers,
    }
    first, *rest = _read(TEMPLATE).split("{{")
    filled = [part.partition("}}") for part in rest]
    return first + "".join(parts[name] + after for name, _, after in filled)


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
