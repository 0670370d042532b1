// The map: one canvas, drawn anew whenever the view, the layer or the choice changes.

const canvas = document.getElementById("map");
// The point in the middle, pixels by unit of it, the least that shows everything, and the size.
const view = { x: 0, y: 0, scale: 1, least: 1, width: 0, height: 0 };
const drawn = { layer: null, unit: null, pictures: new Map(), cells: new Map() };
const CENTRE = atlas.extent.centre;
const NEAR = 12; // pixels from a gauge that count as a hit
const coast = atlas.coast.map((ring) => {
  const points = [];
  for (let i = 0; i < ring.length; i += 2) points.push(project(ring[i] / 100, ring[i + 1] / 100));
  return points;
});

function fit() {
  const { west, east, south, north } = atlas.extent;
  const middle = (south + north) / 2;
  const widest = south * north < 0 ? 0 : Math.min(Math.abs(south), Math.abs(north));
  const [halfWidth] = project((east - west) / 2, widest);
  const [low, high] = [project(0, south)[1], project(0, north)[1]];
  view.width = canvas.clientWidth;
  view.height = canvas.clientHeight;
  view.x = project((west + east) / 2 - CENTRE, middle)[0];
  view.y = (low + high) / 2;
  view.least = 0.96 * Math.min(view.width / (2 * halfWidth), view.height / (high - low));
  view.scale = view.least;
}

function onScreen([x, y]) {
  return [view.width / 2 + (x - view.x) * view.scale, view.height / 2 - (y - view.y) * view.scale];
}

function offScreen(left, top) {
  return [view.x + (left - view.width / 2) / view.scale, view.y - (top - view.height / 2) / view.scale];
}

// Degrees at a pixel, null outside of the globe.
function placeAt(left, top) {
  const found = degreesAt(...offScreen(left, top));
  return found && { lat: found.lat, lon: ((found.lon + CENTRE + 540) % 360) - 180 };
}

function zoom(factor, left, top) {
  const before = offScreen(left, top);
  view.scale = Math.min(60 * view.least, Math.max(0.8 * view.least, view.scale * factor));
  const after = offScreen(left, top);
  move(before[0] - after[0], before[1] - after[1]);
}

function move(x, y) {
  const widest = 180 * breadthOf(0);
  view.x = Math.min(widest, Math.max(-widest, view.x + x));
  view.y = Math.min(TOP, Math.max(-TOP, view.y + y));
  askToDraw();
}

// Which cell of a grid has this row and column: looked up once.
function lookup(home) {
  if (!drawn.cells.has(home.key)) {
    const { lat0, lon0, lat_step: down, lon_step: along, n_lat: rows, n_lon: columns } = home.grid;
    const [lat, lon] = [numbers(home.lat), numbers(home.lon)];
    const cells = new Int32Array(rows * columns).fill(-1);
    lat.forEach((value, unit) => {
      const row = Math.round((value - lat0) / down);
      cells[row * columns + Math.round((lon[unit] - lon0) / along)] = unit;
    });
    drawn.cells.set(home.key, cells);
  }
  return drawn.cells.get(home.key);
}

function cellAt(home, lat, lon) {
  const { lat0, lon0, lat_step: down, lon_step: along, n_lat: rows, n_lon: columns } = home.grid;
  const row = Math.round((lat - lat0) / down);
  const around = Math.round(360 / along);
  const column = ((Math.round((lon - lon0) / along) % around) + around) % around;
  if (row < 0 || row >= rows || column >= columns) return null;
  const unit = lookup(home)[row * columns + column];
  return unit < 0 ? null : unit;
}

// The unit at a pixel: the nearest gauge, or the cell.
function unitAt(left, top) {
  const home = place(drawn.layer.of);
  if (home.grid) {
    const at = placeAt(left, top);
    return at && cellAt(home, at.lat, at.lon);
  }
  const distances = gauges(home).map((point) => {
    const [x, y] = onScreen(point);
    return Math.hypot(x - left, y - top);
  });
  const nearest = distances.indexOf(Math.min(...distances));
  return distances[nearest] <= NEAR ? nearest : null;
}

function gauges(home) {
  const [lat, lon] = [numbers(home.lat), numbers(home.lon)];
  return Array.from(lat, (value, unit) => project(fromCentre(lon[unit]), value));
}

function fromCentre(lon) {
  return ((lon - CENTRE + 540) % 360) - 180;
}

// A picture of a layer, one pixel a cell, the first row in the north.
function pictureOf(layer) {
  if (!drawn.pictures.has(layer)) {
    const { n_lat: rows, n_lon: columns } = place(layer.of).grid;
    const picture = new OffscreenCanvas(columns, rows);
    const pen = picture.getContext("2d");
    const pixels = pen.createImageData(columns, rows);
    const values = numbers(layer.values);
    lookup(place(layer.of)).forEach((unit, at) => {
      if (unit < 0) return;
      const colour = parseInt(colourOf(layer, values[unit]).slice(1), 16);
      const row = rows - 1 - Math.floor(at / columns);
      const four = [colour >> 16, (colour >> 8) & 255, colour & 255, 255];
      pixels.data.set(four, 4 * (row * columns + (at % columns)));
    });
    pen.putImageData(pixels, 0, 0);
    drawn.pictures.set(layer, picture);
  }
  return drawn.pictures.get(layer);
}

function askToDraw() {
  if (!drawn.asked) requestAnimationFrame(draw);
  drawn.asked = true;
}

function draw() {
  drawn.asked = false;
  const sharp = window.devicePixelRatio || 1;
  canvas.width = Math.round(view.width * sharp);
  canvas.height = Math.round(view.height * sharp);
  const pen = canvas.getContext("2d");
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  pen.fillStyle = "#e9edf0";
  pen.fillRect(0, 0, view.width, view.height);
  pen.save();
  globe(pen);
  pen.fillStyle = "#ffffff";
  pen.fill();
  pen.clip();
  land(pen, true);
  const home = place(drawn.layer.of);
  if (home.grid) cells(pen, home.grid, pictureOf(drawn.layer), sharp);
  else if (!coast.length) silhouette(pen, sharp);
  lines(pen);
  land(pen, false);
  pen.restore();
  if (!home.grid) points(pen, home);
  if (drawn.unit !== null) mark(pen, home, drawn.unit);
  if (document.activeElement === canvas && drawn.keyboard) cross(pen);
}

function trace(pen, points) {
  points.forEach((point, k) => pen[k ? "lineTo" : "moveTo"](...onScreen(point)));
}

function globe(pen) {
  const edge = [];
  for (let lat = -90; lat <= 90; lat += 2) edge.push(project(180, lat));
  for (let lat = 90; lat >= -90; lat -= 2) edge.push(project(-180, lat));
  pen.beginPath();
  trace(pen, edge);
  pen.closePath();
}

function land(pen, filled) {
  pen.beginPath();
  for (const ring of coast) {
    trace(pen, ring);
    pen.closePath();
  }
  pen.fillStyle = atlas.colours.land;
  pen.strokeStyle = atlas.colours.outline;
  pen.lineWidth = 0.8;
  if (filled) pen.fill("evenodd");
  else pen.stroke();
}

// Parallels are straight: each row of pixels is a stretched row of the picture.
function cells(pen, grid, picture, sharp) {
  const north = grid.lat0 + (grid.n_lat - 0.5) * grid.lat_step;
  const west = grid.lon0 - 0.5 * grid.lon_step;
  pen.imageSmoothingEnabled = false;
  for (let k = 0; k < view.height * sharp; k++) {
    const row = parallel(offScreen(0, (k + 0.5) / sharp)[1]);
    const line = row && Math.floor((north - row.lat) / grid.lat_step);
    if (!row || line < 0 || line >= grid.n_lat) continue;
    const size = row.breadth * view.scale;
    const width = grid.n_lon * grid.lon_step * size;
    for (const turn of [-360, 0, 360]) {
      const left = view.width / 2 + (west - CENTRE + turn) * size - view.x * view.scale;
      if (left > view.width || left + width < 0) continue;
      pen.drawImage(picture, 0, line, grid.n_lon, 1, left, k / sharp, width, 1 / sharp);
    }
  }
}

// Where no coastlines are given, all cells tell where the land is.
function silhouette(pen, sharp) {
  const layer = atlas.layers.find((one) => place(one.of).grid);
  if (!layer) return;
  const { n_lat: rows, n_lon: columns } = place(layer.of).grid;
  const picture = new OffscreenCanvas(columns, rows);
  const inner = picture.getContext("2d");
  inner.drawImage(pictureOf(layer), 0, 0);
  inner.globalCompositeOperation = "source-in";
  inner.fillStyle = atlas.colours.land;
  inner.fillRect(0, 0, columns, rows);
  cells(pen, place(layer.of).grid, picture, sharp);
}

function lines(pen) {
  pen.strokeStyle = "#0000001c";
  pen.lineWidth = 0.7;
  pen.beginPath();
  const across = view.width / (view.scale * breadthOf(0)); // degrees at the equator
  const step = [5, 10].find((one) => across < 8 * one) || 30;
  for (let lon = -180; lon <= 180; lon += step) {
    const meridian = [];
    for (let lat = -90; lat <= 90; lat += 3) meridian.push(project(fromCentre(lon), lat));
    trace(pen, meridian);
  }
  for (let lat = -90 + step; lat < 90; lat += step) trace(pen, [project(-180, lat), project(180, lat)]);
  pen.stroke();
}

function points(pen, home) {
  const values = numbers(drawn.layer.values);
  const radius = Math.min(9, Math.max(3.5, 60 / Math.sqrt(values.length)) * (view.scale / view.least) ** 0.3);
  const all = gauges(home).map((point, unit) => ({ point, value: values[unit] }));
  all.sort((one, two) => Number.isNaN(two.value) - Number.isNaN(one.value));
  for (const { point, value } of all) {
    pen.beginPath();
    pen.arc(...onScreen(point), Number.isNaN(value) ? 0.7 * radius : radius, 0, 2 * Math.PI);
    pen.fillStyle = colourOf(drawn.layer, value);
    pen.fill();
    pen.strokeStyle = "#303030";
    pen.lineWidth = 0.7;
    pen.stroke();
  }
}

function mark(pen, home, unit) {
  const [lat, lon] = [numbers(home.lat)[unit], numbers(home.lon)[unit]];
  pen.beginPath();
  if (home.grid) {
    const { lat_step: down, lon_step: along } = home.grid;
    const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
    trace(pen, corners.map(([x, y]) => project(fromCentre(lon) + (x * along) / 2, lat + (y * down) / 2)));
    pen.closePath();
  } else {
    pen.arc(...onScreen(project(fromCentre(lon), lat)), 11, 0, 2 * Math.PI);
  }
  for (const [colour, width] of [["#ffffff", 4.5], ["#000000", 2]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
}

function cross(pen) {
  const [x, y] = [view.width / 2, view.height / 2];
  pen.beginPath();
  for (const [across, up] of [[9, 0], [0, 9]]) {
    pen.moveTo(x - across, y - up);
    pen.lineTo(x + across, y + up);
  }
  pen.strokeStyle = "#000000";
  pen.lineWidth = 1.5;
  pen.stroke();
}
