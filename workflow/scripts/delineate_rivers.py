"""Find the river basins that storage is averaged over, and the share of each in every cell."""

from pathlib import Path

from vadose.errors import InputError
from vadose.fields import read_ground
from vadose.gap_filling import rivers
from vadose.gap_filling.storage import read_target
from vadose.grid import Grid
from vadose.job import file_of, job, log
from vadose.weights import save_weights


def main(maps: Path, elevation: Path | None, polygons: Path | None, out: Path) -> None:
    """Write the areas of basins in cells, from polygons or else from elevation."""
    area = read_target(maps)["area"]
    grid = Grid.of(area["lat"].values, area["lon"].values)
    if polygons:
        found = rivers.from_polygons(polygons, grid)
    elif elevation:
        ground = read_ground(elevation)["elevation"].values
        found = rivers.from_elevation(ground, area.values > 0, grid)
    else:
        raise InputError(
            "gap_filling.river_basins is drainage, but fields.topography names no source of "
            "elevation: name one, or a file of river basins"
        )
    log.info("%d river basins, the largest of %.0f km2", len(found.ids), found.area[0])
    save_weights(found, out)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.maps),
            *(file_of(snakemake.input, name) for name in ("elevation", "polygons")),
            Path(snakemake.output.rivers),
        )
