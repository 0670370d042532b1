"""Write the miniature planet's maps in the raw files of every provider, one folder a source."""

from pathlib import Path

from vadose.planet.world import Seen, World
from vadose.planet.writers.era5 import write_era5_land
from vadose.planet.writers.grace import write_grace_csr, write_grace_jpl
from vadose.planet.writers.lai import write_modis_lai, write_noaa_lai, write_viirs_lai
from vadose.planet.writers.monthly import write_cru, write_fluxcom, write_gpcc, write_grun
from vadose.planet.writers.snow import write_ua_swe
from vadose.planet.writers.soil import write_hwsd
from vadose.planet.writers.terrain import write_canopy_height, write_root_zone, write_topography


def write_providers(folder: Path, world: World, seen: Seen, seed: int) -> None:
    """Write `<folder>/<source>/<file>` for every gridded source of the planet.

    Each record covers the years that the provider's does on Earth, as far as the planet has them:
    GRACE from April 2002 with its gaps, X-BASE from 2001, MODIS from July 2002, AVHRR to 2013,
    VIIRS from 2014, GRUN to 2014, GPCC to 2016. The same arguments always give the same bytes.
    """
    write_era5_land(folder / "era5_land", world, seen)
    write_grace_jpl(folder / "grace_jpl", world, seen, seed)
    write_grace_csr(folder / "grace_csr", world, seen)
    write_modis_lai(folder / "modis_lai", world, seen, seed)
    write_noaa_lai(folder / "noaa_lai", world, seen, seed)
    write_viirs_lai(folder / "viirs_lai", world, seen, seed)
    write_fluxcom(folder / "fluxcom_xbase", world, seen)
    write_ua_swe(folder / "ua_swe", world, seen)
    write_grun(folder / "grun", world, seen)
    write_cru(folder / "cru", world, seen)
    write_gpcc(folder / "gpcc", world, seen)
    write_hwsd(folder / "hwsd", world)
    write_topography(folder / "topography", world)
    write_canopy_height(folder / "canopy_height", world)
    write_root_zone(folder / "root_zone_stocker", world, seed)
