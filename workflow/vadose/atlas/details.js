// What is known of one cell or basin: all its numbers, its usual year, its series.

const details = document.getElementById("details");

// Show a unit of the place of a layer; the row of that layer is marked.
function showDetails(layer, unit) {
  details.replaceChildren();
  if (unit === null) return;
  const home = place(layer.of);
  const [lat, lon] = ["lat", "lon"].map((name) => numbers(home[name])[unit]);
  const title = home.names.length ? home.names[unit] : degrees(lat, lon);
  details.append(element("h2", `${home.noun} ${title}`));
  if (home.names.length) details.append(element("p", degrees(lat, lon)));
  for (const other of atlas.places) {
    const there = other === home ? unit : other.grid && cellAt(other, lat, lon);
    if (there === null || there === undefined) continue;
    if (other !== home && home.names.length) continue; // a basin is not the cell of its gauge
    const nearby = other === home ? "" : `, ${other.noun.toLowerCase()} around it`;
    addTables(other, there, layer, nearby);
    for (const chart of atlas.charts) {
      if (chart.of === other.key) addChart(details, chart, there);
    }
  }
}

function addTables(home, unit, chosen, nearby) {
  const mine = atlas.layers.filter((layer) => layer.of === home.key);
  for (const group of new Set(mine.map((layer) => layer.group))) {
    const table = element("table");
    table.append(element("caption", group + nearby));
    for (const layer of mine.filter((one) => one.group === group)) {
      const value = numbers(layer.values)[unit];
      const row = table.insertRow();
      row.append(element("th", layer.title, { scope: "row" }));
      const cell = row.appendChild(element("td", written(layer, value)));
      cell.dataset.layer = layer.key;
      cell.classList.toggle("none", Number.isNaN(value));
      cell.classList.toggle("words", layer.categories.length > 0);
      row.classList.toggle("chosen", layer === chosen);
    }
    details.append(table);
  }
}
