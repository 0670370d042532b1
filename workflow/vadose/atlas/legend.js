// Colours of values, and the legend that tells them.

function colourOf(layer, value) {
  if (Number.isNaN(value)) return atlas.colours.missing;
  if (layer.categories.length) {
    return (layer.categories.find(([code]) => code === value) || [0, "", "#ffffff"])[2];
  }
  const { edges, colours, below, above } = layer.scale;
  if (value < edges[0]) return below || colours[0];
  if (value > edges.at(-1)) return above || colours.at(-1);
  let k = 0;
  while (k < colours.length - 1 && value >= edges[k + 1]) k++;
  return colours[k];
}

function showLegend(layer) {
  const box = document.getElementById("legend");
  const entries = element("ul");
  const entry = (text, colour) => {
    const item = element("li");
    const patch = element("span", "", { class: "patch" });
    patch.style.background = colour;
    item.append(patch, text);
    entries.append(item);
  };
  box.replaceChildren();
  if (layer.scale) {
    const label = `Colours: ${layer.scale.label}`;
    const canvas = box.appendChild(element("canvas", "", { role: "img", "aria-label": label }));
    drawBar(canvas, layer.scale);
  }
  for (const [, text, colour] of layer.categories) entry(text, colour);
  entry("no data", atlas.colours.missing);
  box.append(entries);
}

// The classes side by side, with a point where values go on beyond the ends.
function drawBar(canvas, { edges, colours, below, above, ticks, label }) {
  const { pen, width } = penOf(canvas, 60);
  const all = [below, ...colours, above].filter(Boolean);
  const [margin, top, bottom] = [14, 3, 21];
  const first = below ? 1 : 0;
  const step = (width - 2 * margin) / all.length;
  all.forEach((colour, k) => {
    const [left, right] = [margin + k * step, margin + (k + 1) * step + 0.5];
    const ends = [below && k === 0, above && k === all.length - 1];
    pen.fillStyle = colour;
    pen.beginPath();
    if (ends[0]) shape(pen, [[right, top], [left, (top + bottom) / 2], [right, bottom]]);
    else if (ends[1]) shape(pen, [[left, top], [right, (top + bottom) / 2], [left, bottom]]);
    else pen.rect(left, top, right - left, bottom - top);
    pen.fill();
  });
  pen.fillStyle = "#1d2429";
  pen.textAlign = "center";
  let free = -Infinity;
  for (const tick of ticks) {
    const at = edges.indexOf(tick);
    const along = at >= 0 ? at : edges.findIndex((edge) => edge > tick) - 0.5;
    const x = margin + (first + along) * step;
    const half = pen.measureText(String(tick)).width / 2;
    if (x - half < free + 5) continue;
    pen.fillText(String(tick), x, bottom + 14);
    free = x + half;
  }
  pen.fillText(label, width / 2, bottom + 32);
}

function shape(pen, points) {
  for (const [x, y] of points) pen.lineTo(x, y);
}
