// What a reader does with a figure: zoom, pan, read out, hide, switch axes, take the picture or the numbers along.
const CLICK = 5, MOST_LINES = 8, NEAR = 40;

class Interaction {
  constructor(figure) {
    this.figure = figure;
    this.svg = figure.svg;
    this.readout = figure.holder.querySelector(".readout");
    this.drag = null;
    this.buttons();
    this.legend();
    const on = (name, handler, options) => this.svg.addEventListener(name, handler.bind(this), options);
    on("pointerdown", this.press);
    on("pointermove", this.move);
    on("pointerup", this.release);
    on("pointercancel", this.cancel);
    on("pointerleave", () => this.clear());
    on("dblclick", () => figure.reset());
    on("wheel", this.wheel, { passive: false });
    on("keydown", this.key);
    new ResizeObserver(() => figure.draw()).observe(figure.holder);
  }

  place(event) {
    const box = this.svg.getBoundingClientRect(), { width, height } = this.figure.size;
    return { x: ((event.clientX - box.left) * width) / box.width, y: ((event.clientY - box.top) * height) / box.height };
  }

  area(y) {
    return this.figure.areas.find((area) => y >= area.top && y <= area.bottom);
  }

  press(event) {
    if (event.button !== 0) return;
    const at = this.place(event);
    this.drag = { at, pan: event.shiftKey, area: this.area(at.y), x: [...this.figure.x], scale: this.figure.scaleX };
    this.svg.setPointerCapture(event.pointerId);
  }

  move(event) {
    const at = this.place(event);
    if (!this.drag) return this.show(at);
    if (this.drag.pan) return this.pan(at);
    this.clear();
    const { x, y, wide, tall } = this.box(at);
    element(this.figure.overlay, "rect", { class: "zoom-box", x, y, width: wide, height: tall });
  }

  // The rectangle of a drag: a flat one zooms the abscissa alone, an upright one the ordinate alone.
  box(at) {
    const { at: start, area } = this.drag;
    const panel = area || this.figure.areas[0];
    const flat = Math.abs(at.y - start.y) < 14 || !area, upright = !flat && Math.abs(at.x - start.x) < 14;
    const [left, right] = [MARGIN.left, this.figure.size.width - MARGIN.right];
    const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
    const xs = upright ? [left, right] : [start.x, at.x].map((value) => clamp(value, left, right)).sort((a, b) => a - b);
    const ys = flat ? [panel.top, panel.bottom] : [start.y, at.y].map((value) => clamp(value, panel.top, panel.bottom)).sort((a, b) => a - b);
    return { x: xs[0], y: ys[0], wide: xs[1] - xs[0], tall: ys[1] - ys[0], flat, upright, panel };
  }

  release(event) {
    if (!this.drag) return;
    const at = this.place(event), { pan } = this.drag;
    const moved = Math.hypot(at.x - this.drag.at.x, at.y - this.drag.at.y);
    const box = this.box(at);
    this.cancel();
    if (pan || moved < CLICK) return;
    const { figure } = this;
    if (!box.upright) figure.x = [figure.scaleX.inverse(box.x), figure.scaleX.inverse(box.x + box.wide)];
    if (!box.flat) figure.y[box.panel.index] = [box.panel.scale.inverse(box.y + box.tall), box.panel.scale.inverse(box.y)];
    figure.draw();
  }

  cancel() {
    this.drag = null;
    this.clear();
  }

  pan(at) {
    const { scale } = this.drag, shift = at.x - this.drag.at.x;
    this.figure.x = [scale.inverse(scale.from - shift), scale.inverse(scale.to - shift)];
    this.figure.draw();
  }

  // Zoom about a place of the abscissa, in pixels; factor below 1 looks closer.
  zoom(factor, about) {
    const { scaleX } = this.figure;
    const edges = [scaleX.from, scaleX.to].map((edge) => scaleX.inverse(about + (edge - about) * factor));
    this.figure.x = edges;
    this.figure.draw();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.svg) return;
    event.preventDefault();
    this.zoom(1.0015 ** event.deltaY, this.place(event).x);
  }

  key(event) {
    const { scaleX } = this.figure, middle = (scaleX.from + scaleX.to) / 2, step = (scaleX.to - scaleX.from) / 10;
    const shift = (pixels) => {
      this.figure.x = [scaleX.inverse(scaleX.from + pixels), scaleX.inverse(scaleX.to + pixels)];
      this.figure.draw();
    };
    const actions = { "+": () => this.zoom(0.7, middle), "-": () => this.zoom(1 / 0.7, middle), 0: () => this.figure.reset(), ArrowLeft: () => shift(-step), ArrowRight: () => shift(step) };
    const action = actions[event.key];
    if (action) { event.preventDefault(); action(); }
  }

  clear() {
    this.figure.overlay.replaceChildren();
    this.readout.hidden = true;
  }

  // Read out the points nearest to the pointer's abscissa, those nearest in height first.
  show(at) {
    this.clear();
    const area = this.area(at.y), { figure } = this;
    if (!area || at.x < MARGIN.left || at.x > figure.size.width - MARGIN.right) return;
    const found = figure.visible(area.panel).map((trace) => this.nearest(trace, area.scale, at)).filter(Boolean).sort((a, b) => a.distance - b.distance).slice(0, MOST_LINES);
    const close = found.filter((point) => Math.abs(point.x - at.x) < NEAR);
    if (!close.length) return;
    const x = close[0].x;
    for (const { top, bottom } of figure.areas) element(figure.overlay, "line", { class: "cross", x1: x, x2: x, y1: top, y2: bottom });
    for (const point of close) element(figure.overlay, "circle", { class: "hit", cx: point.x, cy: point.y, r: 4, stroke: figure.colour(point.trace.group) });
    this.tell(close, area, at);
  }

  nearest(trace, scale, at) {
    const { scaleX } = this.figure;
    let best = null;
    for (let k = 0; k < trace.x.length; k++) {
      if (trace.x[k] === null || trace.y[k] === null) continue;
      const x = scaleX.at(trace.x[k]), y = height(scale, trace.y[k]);
      const distance = Math.hypot((x - at.x) * 3, y - at.y);
      if (isFinite(distance) && (best === null || distance < best.distance)) best = { trace, k, x, y, distance };
    }
    return best;
  }

  tell(points, area, at) {
    const { data, holder, size } = this.figure, { trace, k } = points[0];
    const lines = [`${data.x.label}: ${withUnit(trace.x[k], data.x.unit)}`];
    for (const point of points) {
      const { y, u, name } = point.trace;
      lines.push(`${name}: ${withUnit(y[point.k], area.panel.unit, u ? u[point.k] : null)}`);
    }
    const band = data.bands.find(([begin, end]) => trace.x[k] >= begin && trace.x[k] <= end);
    if (band) lines.push(band[2]);
    this.readout.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
    this.readout.hidden = false;
    const below = this.svg.getBoundingClientRect().top - holder.getBoundingClientRect().top;
    const scale = holder.clientWidth / size.width, right = at.x > size.width * 0.6;
    this.readout.style.left = right ? "auto" : `${(at.x + 16) * scale}px`;
    this.readout.style.right = right ? `${(size.width - at.x + 16) * scale}px` : "auto";
    this.readout.style.top = `${below + area.top * scale + 8}px`;
  }

  legend() {
    const { figure } = this, list = figure.holder.querySelector(".legend");
    if (figure.groups.length > 1) for (const [group, name] of figure.groups) {
      const entry = Object.assign(document.createElement("button"), { type: "button", className: "entry", title: "hide or show; with Alt: this one alone" });
      entry.setAttribute("aria-pressed", "true");
      entry.dataset.group = group;
      const swatch = Object.assign(document.createElement("span"), { className: "swatch" });
      swatch.style.background = figure.colour(group);
      entry.append(swatch, name);
      entry.addEventListener("click", (event) => this.toggle(group, event.altKey));
      list.append(entry);
    }
    if (figure.data.bands.length) {
      const entry = Object.assign(document.createElement("span"), { className: "entry" });
      entry.append(Object.assign(document.createElement("span"), { className: "swatch band-swatch" }), figure.data.bandName);
      list.append(entry);
    }
  }

  toggle(group, alone) {
    const { hidden, groups } = this.figure;
    if (alone) {
      const only = groups.every(([other]) => (other === group) !== hidden.has(other));
      groups.forEach(([other]) => (only || other === group ? hidden.delete(other) : hidden.add(other)));
    } else if (!hidden.delete(group)) hidden.add(group);
    for (const entry of this.figure.holder.querySelectorAll("button.entry")) entry.setAttribute("aria-pressed", String(!hidden.has(Number(entry.dataset.group))));
    this.figure.draw();
  }

  buttons() {
    const { figure } = this;
    const actions = {
      "log-x": (button) => { figure.logX = !figure.logX; button.setAttribute("aria-pressed", String(figure.logX)); figure.reset(); },
      "log-y": (button) => { figure.logY[0] = !figure.logY[0]; button.setAttribute("aria-pressed", String(figure.logY[0])); figure.y[0] = null; figure.draw(); },
      reset: () => figure.reset(),
      svg: () => save(`${figure.holder.id}.svg`, "image/svg+xml", picture(figure)),
      csv: () => save(`${figure.holder.id}.csv`, "text/csv", numbers(figure)),
    };
    for (const button of figure.holder.querySelectorAll("[data-action]")) {
      if (button.dataset.action === "log-x") button.setAttribute("aria-pressed", String(figure.logX));
      if (button.dataset.action === "log-y") button.setAttribute("aria-pressed", String(figure.logY[0]));
      button.addEventListener("click", () => actions[button.dataset.action](button));
    }
  }
}

function save(name, type, text) {
  const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// The figure as a file of its own, with the styles that it has on the page.
function picture(figure) {
  const kept = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "fill-opacity", "opacity", "font-size", "font-family", "font-weight"];
  const copy = figure.svg.cloneNode(true), [originals, copies] = [figure.svg, copy].map((root) => [...root.querySelectorAll("*")]);
  copies.forEach((node, index) => {
    const style = getComputedStyle(originals[index]);
    node.setAttribute("style", kept.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
  });
  copy.setAttribute("xmlns", SVG);
  return new XMLSerializer().serializeToString(copy);
}

// The points of all traces as the page holds them, one a line.
function numbers(figure) {
  const { x, panels } = figure.data, quote = (text) => `"${text.replaceAll('"', '""')}"`;
  const lines = [["panel", "trace", `${x.label} (${x.unit})`, "value", "unit", "standard uncertainty"].map(quote).join(",")];
  for (const panel of panels) for (const trace of panel.traces) {
    for (let k = 0; k < trace.x.length; k++) lines.push([quote(panel.label), quote(trace.name), trace.x[k], trace.y[k], quote(panel.unit), trace.u ? trace.u[k] : ""].join(","));
  }
  return lines.join("\r\n") + "\r\n";
}

for (const holder of document.querySelectorAll("figure[data-figure]")) {
  new Interaction(new Figure(holder, JSON.parse(holder.querySelector("script").textContent)));
}

// On paper the variants, methods and flags of the results are unfolded.
addEventListener("beforeprint", () => document.querySelectorAll(".metrics details:not([open])").forEach((part) => { part.open = true; part.dataset.unfolded = ""; }));
addEventListener("afterprint", () => document.querySelectorAll("details[data-unfolded]").forEach((part) => { part.open = false; delete part.dataset.unfolded; }));
