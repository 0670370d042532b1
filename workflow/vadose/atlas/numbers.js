// What the page was given: the description of all maps, and the numbers behind them.

const atlas = JSON.parse(document.getElementById("about").textContent);
const bytes = await unpacked(document.getElementById("numbers").textContent.trim());
const decoded = new Map();

async function unpacked(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// One array by name: whole numbers of 16 bits, low bytes first, become values; 0 is no data.
function numbers(name) {
  if (!decoded.has(name)) {
    const { at, n, low, step } = atlas.arrays[name];
    const values = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const code = bytes[at + i] | (bytes[at + n + i] << 8);
      values[i] = code ? low + (code - 1) * step : NaN;
    }
    decoded.set(name, values);
  }
  return decoded.get(name);
}

// A line of a chart for one unit.
function line(name, unit, months) {
  return numbers(name).subarray(unit * months, (unit + 1) * months);
}

function place(key) {
  return atlas.places.find((one) => one.key === key);
}

function written(layer, value) {
  if (Number.isNaN(value)) return "no data";
  const found = layer.categories.find(([code]) => code === value);
  if (found) return found[1];
  // The packing may have had to round to a coarser step than the layer asks for.
  const step = atlas.arrays[layer.values].step;
  return `${value.toFixed(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)))} ${layer.unit}`.trim();
}

function degrees(lat, lon) {
  const one = (value, positive, negative) =>
    `${Math.abs(value).toFixed(2)}° ${value < 0 ? negative : positive}`;
  return `${one(lat, "N", "S")}, ${one(((lon + 540) % 360) - 180, "E", "W")}`;
}

function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
