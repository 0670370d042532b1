// What the user does: choose a map, move it, click.

const chooser = document.getElementById("layer");
const pointer = document.getElementById("pointer");
const fingers = new Map();
const STEP = 60; // pixels by which a key moves the map
let travelled = 0;

function fillChooser() {
  const mapped = atlas.layers.filter((layer) => layer.scale || layer.categories.length);
  const name = (layer) => `${layer.group}, ${place(layer.of).noun.toLowerCase()}s`;
  for (const label of new Set(mapped.map(name))) {
    const group = chooser.appendChild(element("optgroup", "", { label }));
    for (const layer of mapped.filter((one) => name(one) === label)) {
      group.append(element("option", layer.title, { value: `${layer.of}/${layer.key}` }));
    }
  }
}

function choose(name) {
  const [of, key] = name.split("/");
  const layer = atlas.layers.find((one) => one.of === of && one.key === key);
  if (!layer) return;
  if (drawn.layer && drawn.layer.of !== layer.of) drawn.unit = sameIn(place(layer.of));
  drawn.layer = layer;
  chooser.value = name;
  document.getElementById("layer-title").textContent = layer.title;
  document.getElementById("layer-text").textContent = layer.about;
  document.getElementById("layer-numbers").textContent = inNumbers(layer);
  canvas.setAttribute("aria-label", `Map: ${layer.title}`);
  showLegend(layer);
  select(drawn.unit);
}

// The cell of another grid where the chosen one is; none for basins.
function sameIn(home) {
  const before = place(drawn.layer.of);
  if (drawn.unit === null || !home.grid || !before.grid) return null;
  return cellAt(home, numbers(before.lat)[drawn.unit], numbers(before.lon)[drawn.unit]);
}

// How many units have a value, and their median.
function inNumbers(layer) {
  const known = numbers(layer.values).filter((value) => !Number.isNaN(value)).sort();
  const n = `n = ${known.length}`;
  if (!known.length || !layer.scale) return n;
  const half = known.length / 2;
  const median = (known[Math.ceil(half) - 1] + known[Math.floor(half)]) / 2;
  return `${n}, median ${written(layer, median)}`;
}

function select(unit) {
  drawn.unit = unit;
  showDetails(drawn.layer, unit);
  const hash = `#${drawn.layer.of}/${drawn.layer.key}${unit === null ? "" : `/${unit}`}`;
  history.replaceState(null, "", hash);
  askToDraw();
}

// The address may name a map and a unit of it.
function fromAddress() {
  const [of, key, unit] = decodeURIComponent(location.hash.slice(1)).split("/");
  const found = [...chooser.options].some((option) => option.value === `${of}/${key}`);
  choose(found ? `${of}/${key}` : chooser.options[0].value);
  if (!found || unit === undefined) return;
  const there = Number(unit);
  if (there >= 0 && there < numbers(place(of).lat).length) select(there);
}

function tell(event) {
  const at = placeAt(event.offsetX, event.offsetY);
  const unit = at ? unitAt(event.offsetX, event.offsetY) : null;
  const home = place(drawn.layer.of);
  const value = unit === null ? "" : `: ${written(drawn.layer, numbers(drawn.layer.values)[unit])}`;
  const name = unit !== null && home.names.length ? home.names[unit] : at && degrees(at.lat, at.lon);
  pointer.textContent = at ? name + value : "";
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
  drawn.keyboard = false;
  if (fingers.size === 1) travelled = 0;
});

canvas.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return tell(event);
  const now = [event.offsetX, event.offsetY];
  const shift = [now[0] - before[0], now[1] - before[1]];
  travelled += Math.hypot(...shift);
  fingers.set(event.pointerId, now);
  if (fingers.size === 1) return move(-shift[0] / view.scale, shift[1] / view.scale);
  const [, other] = [...fingers].find(([id]) => id !== event.pointerId);
  const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
  zoom(apart(now) / apart(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
});

for (const kind of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(kind, (event) => {
    fingers.delete(event.pointerId);
    if (kind === "pointerup" && travelled < 5) select(unitAt(event.offsetX, event.offsetY));
  });
}

canvas.addEventListener("pointerleave", () => (pointer.textContent = ""));

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
}, { passive: false });

function zoomMiddle(factor) {
  zoom(factor, view.width / 2, view.height / 2);
}

function showAll() {
  fit();
  askToDraw();
}

const KEYS = {
  ArrowLeft: () => move(-STEP / view.scale, 0),
  ArrowRight: () => move(STEP / view.scale, 0),
  ArrowUp: () => move(0, STEP / view.scale),
  ArrowDown: () => move(0, -STEP / view.scale),
  "+": () => zoomMiddle(1.5),
  "=": () => zoomMiddle(1.5),
  "-": () => zoomMiddle(1 / 1.5),
  0: showAll,
  Enter: () => select(unitAt(view.width / 2, view.height / 2)),
};

canvas.addEventListener("keydown", (event) => {
  const act = event.ctrlKey || event.metaKey || event.altKey ? null : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  drawn.keyboard = true;
  act();
  askToDraw();
});

document.getElementById("closer").addEventListener("click", () => zoomMiddle(1.5));
document.getElementById("farther").addEventListener("click", () => zoomMiddle(1 / 1.5));
document.getElementById("whole").addEventListener("click", showAll);
chooser.addEventListener("change", () => choose(chooser.value));
window.addEventListener("hashchange", fromAddress);
canvas.addEventListener("blur", askToDraw);
new ResizeObserver(() => {
  const zoomed = view.scale / view.least;
  const [x, y] = [view.x, view.y];
  fit();
  if (zoomed > 1.01) Object.assign(view, { x, y, scale: view.scale * zoomed });
  if (drawn.layer) askToDraw();
}).observe(canvas);

fillChooser();
fit();
for (const [id, lines] of [["absent", atlas.absent], ["notes", atlas.notes]]) {
  for (const text of lines) document.getElementById(id).append(element("li", text));
}
fromAddress();
document.documentElement.dataset.ready = "true"; // all of the page is there
