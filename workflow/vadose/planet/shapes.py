"""Outlines of the invented basins: irregular stars of exact area, cut at the date line."""

import numpy as np
from shapely import MultiPolygon, Polygon, affinity, box
from shapely.geometry.base import BaseGeometry

from vadose.planet.streams import generator

EARTH_RADIUS_KM = 6371.0
VERTICES = 36


def draw_outline(seed: int, number: int, lat: float, lon: float, area: float) -> Polygon:
    """A basin's outline as an irregular star around its centre (degrees; area in km2).

    The radius varies by less than 30 % around its mean. Longitudes may run past 180 degrees;
    `cut_at_date_line` brings them back.
    """
    rng = generator(seed, number, "outline")
    angle = np.linspace(0.0, 2.0 * np.pi, VERTICES, endpoint=False)
    radius = np.ones(VERTICES)
    for wave in (2, 3, 5):
        phase = rng.uniform(0.0, 2.0 * np.pi)
        radius += rng.uniform(0.03, 0.09) * np.cos(wave * angle + phase)
    star = Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
    size_km = np.sqrt(area / star.area)
    x, y = np.asarray(star.exterior.coords).T * size_km
    per_degree = np.pi * EARTH_RADIUS_KM / 180.0
    lats = lat + y / per_degree
    return Polygon(np.column_stack([lon + x / (per_degree * np.cos(np.radians(lats))), lats]))


def cut_at_date_line(outline: Polygon) -> BaseGeometry:
    """Longitudes in [-180, 180]: an outline across the date line becomes two parts."""
    west, _, east, _ = outline.bounds
    if west >= -180.0 and east <= 180.0:
        return outline
    shift = -360.0 if east > 180.0 else 360.0
    inside = outline.intersection(box(-180.0, -90.0, 180.0, 90.0))
    beyond = affinity.translate(outline, xoff=shift).intersection(box(-180.0, -90.0, 180.0, 90.0))
    parts = [part for part in (inside, beyond) if not part.is_empty]
    return MultiPolygon(parts) if len(parts) > 1 else parts[0]


def place_gauge(outline: Polygon) -> tuple[float, float]:
    """The gauge (lat, lon in degrees) lies just inside the outline's southernmost corner."""
    corners = np.asarray(outline.exterior.coords)
    lon, lat = corners[np.argmin(corners[:, 1])]
    centre = outline.centroid
    lat = centre.y + 0.98 * (lat - centre.y)
    lon = centre.x + 0.98 * (lon - centre.x)
    return float(lat), float((lon + 180.0) % 360.0 - 180.0)
