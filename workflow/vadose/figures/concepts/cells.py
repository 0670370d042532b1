"""Draw which cells of the network carry which store."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from vadose import concept_charts, contracts, kinds
from vadose.concepts.carriers import cells_needed, shares_of_cells
from vadose.concepts.stores import LONG_NAMES
from vadose.job import log


def draw(states: Path) -> Figure:
    """Draw what share of each store each cell of a network carries, and how many carry most."""
    data = contracts.read(kinds.CONCEPT_STATES, states)
    stores = [str(name) for name in data["store"].values]
    shares = shares_of_cells(data["probe"].values, data["cells"].values)
    needed = cells_needed(shares)
    names = [
        f"{LONG_NAMES[name]}\n90 % in {n} of {shares.shape[1]} cells"
        for name, n in zip(stores, needed, strict=True)
    ]
    figure = Figure(figsize=(11, 0.7 * len(names) + 1.6), layout="constrained")
    axis = concept_charts.draw_shares(figure.subplots(), shares, names)
    image = axis.images[0]
    mappable = mpl.cm.ScalarMappable(norm=image.norm, cmap=image.cmap)
    figure.colorbar(mappable, ax=axis, label="share of what the probe reads", aspect=12)
    carried = dict(zip(stores, needed.tolist(), strict=True))
    log.info("cells that carry 90 %%: %s", carried)
    return figure
