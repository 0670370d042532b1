"""Outlines of cells, land and graticule in the coordinates of a map.

Whatever lies on the date line is cut there, so that nothing is drawn across a whole map. Points
are projected here, once a figure's axis: cartopy would do so anew each time that it is drawn.
"""

from functools import partial

import cartopy.crs as ccrs
import numpy as np
import shapely
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator
from shapely import LinearRing, Polygon

from vadose.grid import Grid

TURNS = (-360, 0, 360)  # degrees by which the other side of the date line lies beside this one
GLOBE = (-180.0, 180.0, -90.0, 90.0)  # west, east, south, north
MARGIN = 60  # degrees around a region that its map may show in the corners
LONGEST = 3  # degrees of an edge that is drawn straight
LINES = MaxNLocator(8, steps=[1, 2, 3, 6, 10])  # of the graticule: on the globe 60 and 30 degrees

Extent = tuple[float, ...]


def project(crs: ccrs.CRS, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Project degrees of any shape to coordinates [..., 2] of a map."""
    points = crs.transform_points(ccrs.PlateCarree(), lon.ravel(), lat.ravel())
    return points[:, :2].reshape(*lon.shape, 2)


def cell_corners(
    lat: np.ndarray, lon: np.ndarray, grid: Grid, crs: ccrs.CRS
) -> tuple[np.ndarray, np.ndarray]:
    """Give the corners [part, 4, 2] of cells with these centres, and whose part each is [part].

    A cell over the date line has a part on either side.
    """
    centres = np.add.outer(TURNS, lon)
    west = np.clip(centres - grid.lon_step / 2, -180, 180)
    east = np.clip(centres + grid.lon_step / 2, -180, 180)
    turn, cell = np.nonzero(east - west > 1e-6 * grid.lon_step)
    west, east = west[turn, cell], east[turn, cell]
    south = np.clip(lat[cell] - grid.lat_step / 2, -90, 90)
    north = np.clip(lat[cell] + grid.lat_step / 2, -90, 90)
    corner_lon = np.stack([west, east, east, west], -1)
    corner_lat = np.stack([south, south, north, north], -1)
    return project(crs, corner_lon, corner_lat), cell


def area_path(rings: list[np.ndarray]) -> Path:
    """Join closed outlines [point, 2] to one path, which is drawn at one go."""
    codes = [
        np.r_[Path.MOVETO, np.full(len(ring) - 1, Path.LINETO), Path.CLOSEPOLY] for ring in rings
    ]
    points = [np.vstack([ring, ring[:1]]) for ring in rings]
    return Path(np.concatenate(points), np.concatenate(codes))


def unwrapped(area: Polygon) -> Polygon:
    """Draw an area that lies on the date line, or around a pole, in one piece beyond 180 degrees.

    Files that cut nothing jump from 180 to -180 degrees there.
    """
    return Polygon(_unwrapped(area.exterior), [_unwrapped(ring) for ring in area.interiors])


def _unwrapped(ring: LinearRing) -> np.ndarray:
    lon, lat = shapely.get_coordinates(ring).T
    lon = np.unwrap(lon, period=360)
    if abs(lon[-1] - lon[0]) > 180:  # it leads round a pole
        pole = np.copysign(90, lat.mean())
        lon, lat = np.r_[lon, lon[-1], lon[0]], np.r_[lat, pole, pole]
    return np.stack([lon, lat], -1)


def land_path(land: list[Polygon], crs: ccrs.CRS, extent: Extent | None) -> Path | None:
    """Join the land that a map shows to one path; None where it shows none."""
    west, east, south, north = shown(extent)
    turned = [shapely.transform(land, partial(np.add, (turn, 0))) for turn in TURNS]
    seen = shapely.clip_by_rect(np.concatenate(turned), west, south, east, north)
    seen = shapely.segmentize(seen, LONGEST)
    areas = [area for area in shapely.get_parts(seen) if area.geom_type == "Polygon"]
    rings = [shapely.get_coordinates(ring)[:-1] for ring in shapely.get_rings(areas)]
    return area_path([project(crs, *ring.T) for ring in rings]) if rings else None


def graticule(crs: ccrs.CRS, extent: Extent | None) -> list[np.ndarray]:
    """Give meridians and parallels of a map as lines [point, 2]."""
    west, east, south, north = extent or GLOBE
    lon_step = np.diff(LINES.tick_values(west, east))[0]
    lat_step = np.diff(LINES.tick_values(south, north))[0]
    west, east, south, north = shown(extent)
    along_lon, along_lat = np.linspace(west, east, 91), np.linspace(south, north, 91)
    lines = [(np.full(91, lon), along_lat) for lon in _multiples(lon_step, west, east)]
    lines += [(along_lon, np.full(91, lat)) for lat in _multiples(lat_step, south, north)]
    return [project(crs, *line) for line in lines]


def shown(extent: Extent | None) -> Extent:
    """Give the degrees west, east, south and north that a map of an extent may show."""
    if extent is None:
        return GLOBE
    west, east, south, north = extent
    return west - MARGIN, east + MARGIN, max(south - MARGIN, -89.0), min(north + MARGIN, 89.0)


def _multiples(step: float, low: float, high: float) -> np.ndarray:
    """Multiples of a step between two limits, which are drawn themselves as the map's frame."""
    return np.arange(np.floor(low / step) + 1, np.ceil(high / step)) * step
