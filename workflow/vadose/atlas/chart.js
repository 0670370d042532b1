// Lines by month: a usual year or a series, and in words what the pointer is at.

const INITIALS = "JFMAMJJASOND";
const NAMES = ["January", "February", "March", "April", "May", "June", "July", "August"];
NAMES.push("September", "October", "November", "December");
const FRAME = { left: 44, right: 10, top: 8, bottom: 22 };

// A canvas of this height in CSS pixels, sharp on any screen, with a pen for text.
function penOf(canvas, height) {
  const width = canvas.clientWidth || canvas.parentElement.clientWidth;
  const sharp = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  const pen = canvas.getContext("2d");
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  pen.font = "11px system-ui, sans-serif";
  return { pen, width, height };
}

// Round steps of which about n fit a range.
function ticksOf(low, high, n) {
  const rough = (high - low) / n || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((one) => one * power >= rough) * power;
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high + 1e-9; k++) found.push(k * step);
  return found;
}

// What month of a chart this is.
function monthOf(chart, k) {
  if (!chart.start) return NAMES[k];
  const [year, month] = chart.start.split("-").map(Number);
  const whole = year * 12 + month - 1 + k;
  return `${NAMES[whole % 12]} ${Math.floor(whole / 12)}`;
}

// Draw a chart of one unit into a box; nothing where the unit has no line.
function addChart(box, chart, unit) {
  const lines = chart.lines
    .map((one) => ({ ...one, y: line(one.values, unit, chart.months) }))
    .filter((one) => one.y.some((value) => !Number.isNaN(value)));
  if (!lines.length) return;
  box.append(element("h3", `${chart.title} (${chart.unit})`));
  const label = `${chart.title}: ${lines.map((one) => one.name).join(", ")}`;
  const attributes = { class: "chart", role: "img", "aria-label": label, "data-chart": chart.key };
  const canvas = box.appendChild(element("canvas", "", attributes));
  const keys = box.appendChild(element("div", "", { class: "keys" }));
  for (const one of lines) {
    const item = keys.appendChild(element("span"));
    const stroke = item.appendChild(element("span", "", { class: "key" }));
    stroke.style.borderTopColor = one.colour;
    stroke.style.borderTopStyle = one.dash.length ? (one.dash[0] > 2 ? "dashed" : "dotted") : "solid";
    item.append(one.name);
  }
  const reading = box.appendChild(element("div", "", { class: "reading" }));
  const x = drawLines(canvas, chart, lines);
  canvas.addEventListener("pointermove", (event) => {
    const k = Math.round(x.invert(event.offsetX));
    if (k < 0 || k >= chart.months) return;
    const known = lines.filter((one) => !Number.isNaN(one.y[k]));
    const values = known.map((one) => `${one.name} ${one.y[k].toFixed(chart.digits)}`);
    reading.textContent = `${monthOf(chart, k)}: ${values.join(", ") || "no data"}`;
  });
}

function drawLines(canvas, chart, lines) {
  const { pen, width, height } = penOf(canvas, 170);
  const all = lines.flatMap((one) => [...one.y]).filter((value) => !Number.isNaN(value));
  const low = Math.min(0, ...all);
  const high = Math.max(...all, low + 1e-6);
  const inner = [width - FRAME.left - FRAME.right, height - FRAME.top - FRAME.bottom];
  const last = Math.max(1, chart.months - 1);
  const x = (k) => FRAME.left + (k / last) * inner[0];
  x.invert = (pixels) => ((pixels - FRAME.left) / inner[0]) * last;
  const y = (value) => FRAME.top + (1 - (value - low) / (high - low)) * inner[1];
  pen.strokeStyle = "#e1e5e8";
  pen.fillStyle = "#5a646b";
  pen.textAlign = "right";
  for (const tick of ticksOf(low, high, 4)) {
    pen.beginPath();
    pen.moveTo(FRAME.left, y(tick));
    pen.lineTo(width - FRAME.right, y(tick));
    pen.stroke();
    pen.fillText(String(Number(tick.toPrecision(6))), FRAME.left - 6, y(tick) + 4);
  }
  pen.textAlign = "center";
  for (const [k, text] of monthTicks(chart)) pen.fillText(text, x(k), height - 7);
  for (const one of lines) {
    pen.strokeStyle = one.colour;
    pen.lineWidth = chart.start ? 1.2 : 2;
    pen.setLineDash(one.dash);
    pen.beginPath();
    let drawing = false;
    one.y.forEach((value, k) => {
      if (!Number.isNaN(value)) pen[drawing ? "lineTo" : "moveTo"](x(k), y(value));
      if (!drawing && !Number.isNaN(value)) pen.lineTo(x(k) + 1, y(value)); // a month by itself
      drawing = !Number.isNaN(value);
    });
    pen.stroke();
  }
  return x;
}

function monthTicks(chart) {
  if (!chart.start) return [...INITIALS].map((letter, k) => [k, letter]);
  const [year, month] = chart.start.split("-").map(Number);
  const first = year + (month - 1) / 12;
  return ticksOf(first, first + (chart.months - 1) / 12, 5)
    .filter((one) => Number.isInteger(one))
    .map((one) => [Math.round((one - first) * 12), String(one)]);
}
