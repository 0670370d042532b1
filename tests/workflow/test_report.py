"""The report in a real browser: one file, and every entry of it can be opened and seen."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.browser import Visit, visit

pytestmark = pytest.mark.machine
LARGEST = 1.4e6  # bytes of an embedded page or PDF that every browser opens
# An entry is known by the length and the end of its data, which has a check sum.
MARK = "(data) => `${data.length} ${data.slice(-80)}`"
ENTRIES = f"""() => Object.values(results).map((one) => ({{
  name: one.filename || one.name,
  kind: one.mime_type,
  size: one.data_uri.length,
  mark: ({MARK})(one.data_uri),
}}))"""
SHOWN = f"""() => {{
  const one = document.querySelector("#app img:not(nav img), #app iframe");
  if (!one) return null;
  const box = one.getBoundingClientRect();
  return {{
    mark: ({MARK})(one.src),
    width: box.width,
    height: box.height,
    page: one.tagName === "IFRAME",
    drawn: one.tagName === "IFRAME" || (one.complete && one.naturalWidth > 1),
  }};
}}"""

ANOTHER = (
    f"(before) => {{ const now = ({SHOWN})(); return now && now.drawn && now.mark !== before; }}"
)


@pytest.fixture(scope="module")
def opened(browser: Browser, report: Path) -> Iterator[Visit]:
    with visit(browser, report) as one:
        one.page.wait_for_selector("nav a")
        yield one


@pytest.fixture(scope="module")
def entries(opened: Visit) -> list[dict[str, Any]]:
    return opened.page.evaluate(ENTRIES)


def test_the_report_is_one_file_that_asks_for_nothing(opened: Visit, report: Path) -> None:
    assert [address for address in opened.asked if not address.startswith("data:")] == [
        report.as_uri()
    ]


def test_no_page_or_pdf_is_too_large_to_be_opened(entries: list[dict[str, Any]]) -> None:
    assert len(entries) > 50
    heavy = {"text/html", "application/pdf"}
    assert {
        one["name"] for one in entries if one["kind"] in heavy and one["size"] > LARGEST
    } == set()


def test_the_summary_is_the_first_that_is_offered(opened: Visit) -> None:
    names = opened.page.locator("nav a").all_inner_texts()
    categories = opened.page.evaluate("Object.keys(categories)")
    assert next(name for name in names if name in categories) == "A first look"


def test_every_entry_is_opened_and_seen(opened: Visit, entries: list[dict[str, Any]]) -> None:
    seen: dict[str, dict[str, Any]] = {}
    page = opened.page
    for category in page.evaluate("Object.keys(categories)"):
        page.get_by_text(category, exact=True).first.click()
        page.wait_for_selector("a[iconname=eye]")
        for labels in choices(page):
            for label in labels:
                page.click(f"label[for='{label}']")
            for eye in page.locator("a[iconname=eye]").all():
                before = page.evaluate(SHOWN)
                eye.click()
                page.wait_for_function(ANOTHER, arg=before and before["mark"])
                now = page.evaluate(SHOWN)
                assert not now["page"] or written_in(page)
                seen[now["mark"]] = now
        page.locator("nav ol li a").first.click()
    assert {one["name"] for one in entries if one["mark"] not in seen} == set()
    assert all(one["width"] > 100 and one["height"] > 100 for one in seen.values())
    assert opened.errors == []


def written_in(page: Page) -> bool:
    """Whether the page that is embedded last says something."""
    return bool(page.frames[-1].locator("body").inner_text().strip())


def choices(page: Page) -> list[tuple[str, ...]]:
    """All combinations of what switches above a table of entries can be set to."""
    radios = page.eval_on_selector_all(
        "nav input[type=radio]", "all => all.map((one) => [one.name, one.id])"
    )
    groups = dict.fromkeys(name for name, _ in radios)
    return list(product(*([of for name, of in radios if name == group] for group in groups)))
