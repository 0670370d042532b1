// Equal Earth: areas are true, parallels are straight (Šavrič, Patterson & Jenny 2019,
// doi:10.1080/13658816.2018.1504949, equations 7 to 10). Coordinates are of a sphere of radius 1;
// longitudes are degrees east of the map's middle.

const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796];
const RADIAN = Math.PI / 180;
const HALF_ROOT_3 = Math.sqrt(3) / 2;

function heightOf(theta) {
  const two = theta * theta;
  const six = two * two * two;
  return theta * (A1 + A2 * two + six * (A3 + A4 * two));
}

function slopeOf(theta) {
  const two = theta * theta;
  const six = two * two * two;
  return A1 + 3 * A2 * two + six * (7 * A3 + 9 * A4 * two);
}

const TOP = heightOf(Math.asin(HALF_ROOT_3));

// How far apart meridians one degree apart are at this theta.
function breadthOf(theta) {
  return (RADIAN * Math.cos(theta)) / (HALF_ROOT_3 * slopeOf(theta));
}

function project(lon, lat) {
  const theta = Math.asin(HALF_ROOT_3 * Math.sin(lat * RADIAN));
  return [lon * breadthOf(theta), heightOf(theta)];
}

// Latitude and breadth of a degree at a height, by Newton's steps; null beyond the poles.
function parallel(y) {
  if (Math.abs(y) > TOP) return null;
  let theta = y;
  for (let step = 0; step < 8; step++) theta -= (heightOf(theta) - y) / slopeOf(theta);
  const sine = Math.min(1, Math.max(-1, Math.sin(theta) / HALF_ROOT_3));
  return { lat: Math.asin(sine) / RADIAN, breadth: breadthOf(theta) };
}

// Degrees of a point, null outside of the globe.
function degreesAt(x, y) {
  const row = parallel(y);
  if (!row || Math.abs(x) > 180 * row.breadth * (1 + 1e-9)) return null;
  return { lon: x / row.breadth, lat: row.lat };
}
