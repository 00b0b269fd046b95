// A figure: panels over one abscissa, drawn as SVG from the data beside it.
const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { left: 74, right: 14, top: 8, bottom: 46, between: 12 };
const MOST_BARS = 400, MOST_MARKERS = 300;
// A scale of middle lightness, to be told apart on white and on black.
const ORDERED = ["#4a63d2", "#2b8fc4", "#25a39a", "#52ab52", "#b59f1f", "#dd7a2c", "#cf3f5f"];

function element(parent, name, attributes = {}, text = null) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  parent.append(made);
  return made;
}

// A colour between those of a scale, place in 0..1.
function between(colours, place) {
  const position = place * (colours.length - 1), index = Math.min(Math.floor(position), colours.length - 2);
  const part = (colour) => [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
  const [low, high] = [part(colours[index]), part(colours[index + 1])];
  return `rgb(${low.map((value, k) => Math.round(value + (high[k] - value) * (position - index))).join(" ")})`;
}

class Figure {
  constructor(holder, data) {
    this.holder = holder;
    this.data = data;
    this.logX = data.x.log;
    this.logY = data.panels.map((panel) => panel.log);
    this.hidden = new Set();
    this.groups = [...new Map(data.panels.flatMap((panel) => panel.traces).filter((trace) => trace.style !== "fit").map((trace) => [trace.group, trace.name])).entries()];
    this.svg = holder.querySelector("svg");
    this.reset();
  }

  colour(group) {
    if (!this.data.ordered || this.groups.length < 3) return `var(--trace-${group % 8})`;
    return between(ORDERED, this.groups.findIndex(([found]) => found === group) / (this.groups.length - 1));
  }

  visible(panel) {
    return panel.traces.filter((trace) => !this.hidden.has(trace.group));
  }

  reset() {
    this.x = this.span(this.data.panels.flatMap((panel) => this.visible(panel).map((trace) => trace.x)), this.logX, this.data.panels.some((panel) => panel.traces.some((trace) => trace.style === "points")) ? 0.03 : 0.005);
    this.y = this.data.panels.map(() => null);
    this.draw();
  }

  // The extent of arrays with a margin, positive numbers alone on a logarithmic axis.
  span(arrays, log, margin, keepZero = false) {
    let low = Infinity, high = -Infinity;
    for (const array of arrays) for (const value of array) {
      if (value === null || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (!isFinite(low)) return log ? [0.1, 1] : [0, 1];
    if (keepZero) { high = Math.max(Math.abs(low), Math.abs(high)); low = -high; }
    if (log) {
      const pad = Math.max((Math.log10(high) - Math.log10(low)) * margin, 1e-3);
      return [low / 10 ** pad, high * 10 ** pad];
    }
    const pad = (high - low) * margin || Math.abs(high) * 0.1 || 1;
    return [low - pad, high + pad];
  }

  // The ordinates of a panel that lie in view, with their error bars when these are few.
  spanY(panel, log) {
    const arrays = this.visible(panel).map((trace) => {
      const values = [];
      for (let k = 0; k < trace.x.length; k++) {
        if (trace.y[k] === null || trace.x[k] < this.x[0] || trace.x[k] > this.x[1]) continue;
        const bar = trace.u ? trace.u[k] || 0 : 0, value = log ? Math.abs(trace.y[k]) : trace.y[k];
        values.push(value - (log ? 0 : bar), value + bar);
      }
      return values;
    });
    return this.span(arrays, log, 0.06, panel.zero);
  }

  draw() {
    const width = Math.max(this.holder.clientWidth, 320);
    const shares = this.data.panels.reduce((sum, panel) => sum + panel.share, 0);
    const inner = Math.min(Math.max(width * 0.36, 220), 340) * (shares > 2.5 ? 1.15 : 1);
    const height = MARGIN.top + inner + MARGIN.bottom + MARGIN.between * (this.data.panels.length - 1);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren();
    this.size = { width, height };
    this.scaleX = new Scale(...this.x, MARGIN.left, width - MARGIN.right, this.logX);
    this.ticksX = this.scaleX.ticks(90);
    let top = MARGIN.top;
    this.areas = this.data.panels.map((panel, index) => {
      const tall = (inner * panel.share) / shares;
      const span = this.y[index] || this.spanY(panel, this.logY[index]);
      const area = { panel, index, top, bottom: top + tall, scale: new Scale(...span, top + tall, top, this.logY[index]) };
      top += tall + MARGIN.between;
      return area;
    });
    for (const area of this.areas) this.drawPanel(area);
    this.drawAbscissa(this.areas[this.areas.length - 1].bottom);
    this.overlay = element(this.svg, "g", { class: "overlay" });
  }

  drawPanel(area) {
    const { panel, top, bottom, scale, index } = area;
    const [left, right] = [MARGIN.left, this.size.width - MARGIN.right];
    const clip = `${this.holder.id}-clip-${index}`;
    element(element(this.svg, "clipPath", { id: clip }), "rect", { x: left, y: top, width: right - left, height: bottom - top });
    const behind = element(this.svg, "g", { "clip-path": `url(#${clip})` });
    this.drawBands(behind, top, bottom);
    for (const tick of this.ticksX.ticks) element(this.svg, "line", { class: "grid", x1: this.scaleX.at(tick), x2: this.scaleX.at(tick), y1: top, y2: bottom });
    this.drawOrdinate(area, left, right);
    const inside = element(this.svg, "g", { "clip-path": `url(#${clip})` });
    if (panel.zero) element(inside, "line", { class: "zero", x1: left, x2: right, y1: scale.at(0), y2: scale.at(0) });
    for (const style of ["line", "fit", "points"]) {
      for (const trace of this.visible(panel)) if (trace.style === style) this.drawTrace(inside, trace, scale);
    }
    element(this.svg, "rect", { class: "frame", x: left, y: top, width: right - left, height: bottom - top });
  }

  drawBands(parent, top, bottom) {
    for (const [begin, end] of this.data.bands) {
      if (end < this.x[0] || begin > this.x[1]) continue;
      const [from, to] = [this.scaleX.at(Math.max(begin, this.x[0])), this.scaleX.at(Math.min(end, this.x[1]))];
      element(parent, "rect", { class: "band", x: from.toFixed(2), y: top, width: Math.max(to - from, 0.6).toFixed(2), height: bottom - top });
    }
  }

  drawOrdinate({ panel, top, bottom, scale }, left, right) {
    const { ticks, minor, decimals } = scale.ticks(bottom - top < 130 ? 26 : 42);
    const shown = shownUnit(panel.unit, Math.max(Math.abs(scale.low), Math.abs(scale.high)));
    for (const tick of minor) element(this.svg, "line", { class: "tick", x1: left, x2: left + 3, y1: scale.at(tick), y2: scale.at(tick) });
    for (const tick of ticks) {
      const place = scale.at(tick);
      element(this.svg, "line", { class: "grid", x1: left, x2: right, y1: place, y2: place });
      element(this.svg, "text", { class: "tick-label", x: left - 7, y: place + 4, "text-anchor": "end" }, this.tickText(tick, shown, decimals));
    }
    const middle = (top + bottom) / 2;
    element(this.svg, "text", { class: "axis-label", x: 14, y: middle, "text-anchor": "middle", transform: `rotate(-90 14 ${middle})` }, axisLabel(scale.log ? `|${panel.label}|` : panel.label, shown.unit));
  }

  drawAbscissa(bottom) {
    const { ticks, minor, decimals } = this.ticksX;
    const { label, unit } = this.data.x;
    const shown = shownUnit(unit, Math.max(Math.abs(this.x[0]), Math.abs(this.x[1])));
    for (const tick of minor) element(this.svg, "line", { class: "tick", x1: this.scaleX.at(tick), x2: this.scaleX.at(tick), y1: bottom, y2: bottom - 3 });
    for (const tick of ticks) {
      const place = this.scaleX.at(tick);
      element(this.svg, "text", { class: "tick-label", x: place, y: bottom + 17, "text-anchor": "middle" }, this.tickText(tick, shown, decimals));
    }
    element(this.svg, "text", { class: "axis-label", x: (MARGIN.left + this.size.width - MARGIN.right) / 2, y: bottom + 38, "text-anchor": "middle" }, axisLabel(label, shown.unit));
  }

  tickText(tick, shown, decimals) {
    const value = tick / 10 ** shown.power;
    if (decimals === null) return plain(value, 3);
    const kept = Math.max(0, decimals + shown.power);
    return kept > 6 || Math.abs(value) >= 1e7 ? plain(value, 4) : MINUS((Math.abs(value) < 1e-12 ? 0 : value).toFixed(kept));
  }

  drawTrace(parent, trace, scale) {
    const colour = this.colour(trace.group);
    const points = this.pixels(trace, scale);
    const inView = points.filter((point) => point && point.x >= MARGIN.left && point.x <= this.size.width - MARGIN.right);
    if (trace.style !== "points") {
      element(parent, "path", { class: trace.style, d: outline(points), stroke: colour });
      if (trace.style === "fit" || inView.length > MOST_MARKERS / 4) return;
    }
    if (trace.u && inView.length <= MOST_BARS) element(parent, "path", { class: "bars", d: bars(trace, inView, scale), stroke: colour });
    const radius = trace.style === "line" ? 1.6 : inView.length > MOST_MARKERS ? 1.2 : inView.length > 60 ? 2 : 3;
    const markers = inView.map((point) => `M${(point.x - radius).toFixed(1)} ${point.y.toFixed(1)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`);
    element(parent, "path", { class: inView.length > MOST_MARKERS ? "markers many" : "markers", d: markers.join(""), fill: colour });
  }

  pixels(trace, scale) {
    return trace.x.map((value, index) => {
      if (value === null || trace.y[index] === null) return null;
      const point = { x: this.scaleX.at(value), y: height(scale, trace.y[index]), index };
      return isFinite(point.x) && isFinite(point.y) ? point : null;
    });
  }
}

// Where an ordinate lies; a logarithmic axis shows magnitudes, as current against voltage is drawn.
function height(scale, value) {
  return scale.at(scale.log ? Math.abs(value) : value);
}

// The path through points, broken where there is none.
function outline(points) {
  let path = "", pen = "M";
  for (const point of points) {
    if (!point) { pen = "M"; continue; }
    path += `${pen}${point.x.toFixed(1)} ${Math.max(-1e5, Math.min(1e5, point.y)).toFixed(1)}`;
    if (pen === "M") path += "h0";  // a reading on its own is a dot
    pen = "L";
  }
  return path;
}

function bars(trace, points, scale) {
  const bottom = Math.max(scale.from, scale.to);
  return points.map(({ x, index }) => {
    const value = scale.log ? Math.abs(trace.y[index]) : trace.y[index];
    const low = scale.at(value - trace.u[index]), high = scale.at(value + trace.u[index]);
    return `M${x.toFixed(1)} ${(isFinite(low) ? low : bottom).toFixed(1)}V${high.toFixed(1)}`;
  }).join("");
}
