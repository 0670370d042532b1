"""What probes read from a trained network's cell states, with every method and control."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from vadose.concepts.network import Fitted, learnt_from, run
from vadose.concepts.probes import FITS, Days, controlled, read_stores
from vadose.concepts.record import FLOW, Record, Span
from vadose.concepts.skill import skill_table
from vadose.training import Device


class Probing(NamedTuple):
    """How probes are fitted and controlled; see probes.py."""

    alpha: float
    rho: float
    shift: int  # days
    seed: int


def probe(
    record: Record,
    fitted: Fitted,
    name: Sequence[str],
    spans: tuple[Span, Span],
    how: Probing,
    device: Device,
) -> pd.DataFrame:
    """Score probes of all stores, fitted in the first of the spans and judged in the second.

    `name` is the network's variant, fold and seed, as the rows of the long table say.
    """
    variant, fold, number = name
    learnt, stores = learnt_from(fitted, record.basins), record.keep(record.names[1:])
    known = record.keep([FLOW, *fitted.design.stores])
    # As for the network's own probes, states that still warm up do not count.
    learning = spans[0]._replace(first=max(spans[0].first, fitted.design.warmup))
    used = learning, spans[1]
    cells = [run(known, fitted, span, device=device).cells for span in used]
    rows = []
    for method, control in FITS:
        found = controlled(stores.targets, control, shift=how.shift, seed=how.seed)
        paired = stores._replace(targets=found)
        seen, judged = (paired.on(span) for span in used)
        days = Days(cells[0], seen.targets), Days(cells[1], judged.targets)
        read = read_stores(*days, learnt, method, alpha=how.alpha, rho=how.rho)
        what = " ".join(filter(None, (variant, method, control)))
        rows.append(skill_table(read, judged, learnt, f"{what}, fold {fold}, seed {number}"))
    return pd.concat(rows, ignore_index=True)
