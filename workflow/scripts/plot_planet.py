"""Draw the portrait of the miniature planet: land, climate, true capacity, and a basin's years."""

from pathlib import Path

import netCDF4  # noqa: F401  the library through which xarray reads
import xarray as xr

from vadose.figures.drawing import save
from vadose.job import job
from vadose.planet.portrait import draw_portrait


def main(planet: Path, png: Path, pdf: Path) -> None:
    """Draw what is true of the planet, for people to see what the systems have to find."""
    with (
        xr.open_dataset(planet / "truth" / "grid.nc") as grid,
        xr.open_dataset(planet / "truth" / "basins.nc") as basins,
    ):
        save(draw_portrait(grid, basins), png, pdf)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.planet),
            Path(snakemake.output.png),
            Path(snakemake.output.pdf),
        )
