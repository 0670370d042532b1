"""Where a release of Caravan keeps the files of a sub-dataset: `<tree>/<folder>/<subset>`."""

TREE = "Caravan-nc"
CARAVAN = {
    "timeseries": "timeseries/netcdf",
    "attributes": "attributes",
    "shapefiles": "shapefiles",
}
