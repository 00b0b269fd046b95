// Scales, ticks and numbers of an axis.
const PREFIXES = [[12, "T"], [9, "G"], [6, "M"], [3, "k"], [0, ""], [-3, "m"], [-6, "µ"], [-9, "n"], [-12, "p"], [-15, "f"], [-18, "a"]];
const PREFIXED = /^(A|V|S|F|J|C|W|Hz|Ω|ohm|m|eV)([/·].*)?$/;

// The power of ten and the unit in which numbers up to `largest` read best.
function shownUnit(unit, largest) {
  const pretty = unit === "1" ? "" : unit.replace("^2", "²").replace("ohm", "Ω");
  if (unit === "%") return { power: -2, unit: "%" };
  if (unit === "W/m^2") return largest >= 0.0999 ? { power: 1, unit: "mW/cm²" } : { power: -2, unit: "µW/cm²" };
  if (unit === "s" && largest > 0 && largest < 1) return scaled(PREFIXES.filter(([power]) => power <= 0 && power >= -9), largest, pretty);
  if (!PREFIXED.test(pretty) || !(largest > 0)) return { power: 0, unit: pretty };
  return scaled(unit.startsWith("V") ? PREFIXES.filter(([power]) => power <= 3) : PREFIXES, largest, pretty);
}

function scaled(prefixes, largest, unit) {
  const [power, prefix] = prefixes.find(([exponent]) => largest >= 0.99999 * 10 ** exponent) || prefixes[prefixes.length - 1];
  return { power, unit: prefix + unit };
}

// Round numbers between low and high, some `count` of them, with the decimals that they need.
function linearTicks(low, high, count) {
  const raw = (high - low) / Math.max(count, 1);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = size * ([1, 2, 2.5, 5].find((factor) => factor * size >= raw * 0.999) || 10);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.push(k * step);
  return { ticks, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (Math.abs(step / size - 2.5) < 1e-6 ? 1 : 0)) };
}

function logTicks(low, high) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const every = Math.max(1, Math.ceil((last - first) / 8));
  const ticks = [], minor = [];
  for (let k = first; k <= last; k++) {
    for (const factor of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const tick = factor * 10 ** k;
      if (tick < low * 0.9999 || tick > high * 1.0001) continue;
      if (factor === 1 && k % every === 0) ticks.push(tick);
      else minor.push(tick);
    }
  }
  if (ticks.length < 3) for (const tick of minor.splice(0)) (/^[25]/.test(tick.toExponential()) ? ticks : minor).push(tick);
  return { ticks, minor };
}

const MINUS = (text) => text.replace("-", "−");

function plain(value, digits) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return MINUS(value.toExponential(Math.max(0, digits - 1)).replace(/\.?0+e/, "e").replace("e+", "e"));
  return MINUS(String(Number(value.toPrecision(digits))));
}

// A number with its unit for the read-out, in the digits of its standard uncertainty where that is known.
function withUnit(value, unit, uncertainty = null) {
  if (value === null || !isFinite(value)) return "no value";
  const shown = shownUnit(unit, Math.max(Math.abs(value), uncertainty || 0)), scale = 10 ** shown.power;
  if (!(uncertainty > 0)) return `${plain(value / scale, 5)} ${shown.unit}`.trim();
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(uncertainty / scale))));
  return `${MINUS((value / scale).toFixed(decimals))} ± ${(uncertainty / scale).toFixed(decimals)} ${shown.unit}`.trim();
}

function axisLabel(label, unit) {
  if (!unit) return label;
  return label.includes("(") ? `${label}, ${unit}` : `${label} (${unit})`;
}

// A map from data to pixels.
class Scale {
  constructor(low, high, from, to, log) {
    Object.assign(this, { low, high, from, to, log });
    this.a = log ? Math.log10(low) : low;
    this.b = log ? Math.log10(high) : high;
  }
  at(value) {
    const place = this.log ? (value > 0 ? Math.log10(value) : NaN) : value;
    return this.from + ((place - this.a) / (this.b - this.a)) * (this.to - this.from);
  }
  inverse(pixel) {
    const place = this.a + ((pixel - this.from) / (this.to - this.from)) * (this.b - this.a);
    return this.log ? 10 ** place : place;
  }
  ticks(spacing) {
    if (this.log) return { ...logTicks(this.low, this.high), decimals: null };
    return { ...linearTicks(this.low, this.high, Math.abs(this.to - this.from) / spacing), minor: [] };
  }
}
