"""Tables as single pages of HTML that the report shows."""

from pathlib import Path

import pandas as pd

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px sans-serif; margin: 2em; }}
th, td {{ padding: 0.3em 0.9em; text-align: right; }} tbody th {{ text-align: left; }}
tbody tr:nth-child(odd) {{ background: #f1f3f5; }}
</style></head><body><h3>{title}</h3>{body}</body></html>
"""


def page(title: str, table: pd.DataFrame) -> str:
    """Lay out a table with its index under a title, numbers to two digits."""
    body = table.to_html(float_format="{:.2f}".format, border=0, na_rep="")
    return PAGE.format(title=title, body=body)


def write_page(title: str, table: pd.DataFrame, path: Path) -> None:
    """Write a table as a page."""
    path.write_text(page(title, table), encoding="utf-8")
