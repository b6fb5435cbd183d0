// The chart of one person, as SVG elements: bars, diamonds and the scale from the counts, all else from the frame.
// The rules are those of hiu/publish/charts/draw.py; tests/browser holds the two together, mark by mark.
const SVG = "http://www.w3.org/2000/svg";

function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function group(name, marks, x = 0, y = 0) {
  const made = shape("g", x || y ? { class: name, transform: `translate(${x},${y})` } : { class: name });
  made.append(...marks);
  return made;
}

const tenth = (value) => Math.round(value * 10) / 10;

// A round top of the scale at or above the highest bar, and its whole-number steps.
function niceTop(highest, most) {
  const least = Math.max(highest, 5);
  let step = 1;
  for (let power = 1; step * most < least; power *= 10) {
    step = [1, 2, 5].map((base) => base * power).find((one) => one * most >= least) || 5 * power;
  }
  const top = step * Math.ceil(least / step);
  return { top, ticks: Array.from({ length: top / step + 1 }, (_, index) => index * step) };
}

function barsOf(design, counts, stacked) {
  const bars = [];
  design.months.forEach((_, month) => {
    let base = 0;
    for (const name of stacked) {
      const n = counts[name][month];
      if (n) {
        bars.push({ month, name, a: base, b: base + n });
        base += n;
      }
    }
  });
  return bars;
}

// The diamonds of a row with their counts, and the words beside them.
function countsOf(design, counts, rows) {
  const step = design.width / design.months.length, diamonds = [], words = [];
  design.markers.forEach((name, row) => {
    const y = rows[row] + design.lane / 2;
    counts[name].forEach((n, month) => {
      if (!n) return;
      const room = (String(n).length * 0.556) * design.font;
      const left = (month + 0.5) * step - (12 + room) / 2;
      const centre = (month + 0.5) * step, both = 12 + room <= step - 1, alone = !both && room < step - 1;
      if (!alone) diamonds.push({ x: tenth(both ? left + 5 : centre), y });
      if (both || alone) words.push({ x: tenth(both ? left + 12 : centre - room / 2), y, t: String(n), room });
    });
    if (counts[name].every((n) => n === 0)) words.push({ x: 0, y, t: "none", room: 4 * 0.556 * design.font });
  });
  return { diamonds, words };
}

// Lines, broken off where they would run through a count or its diamond.
function cut(design, lines, { words, diamonds }) {
  const boxes = [...words.map(({ x, y, room }) => [x - 4, x + room + 4, y]), ...diamonds.map(({ x, y }) => [x - 8, x + 8, y])];
  return boxes.reduce((kept, [left, right, middle]) => kept.flatMap((line) => {
    const low = middle - design.lane / 2, high = middle + design.lane / 2;
    if (!(left < line.x && line.x < right && line.y < high && low < line.y2)) return [line];
    return [[line.y, low], [high, line.y2]].filter(([top, foot]) => foot > top).map(([top, foot]) => ({ ...line, y: top, y2: foot }));
  }), lines);
}

// The words above a panel's bars: which measure and unit.
const axisTitle = (design, top, which) => ({ x: 0, y: top - 4 - design.lane / 2, t: design.axes[which] });

// Slanting lines within a box, at the same places whatever the box.
function hatch(left, right, top, foot, lean, gap) {
  const [low, high] = lean > 0 ? [left + top, right + foot] : [left - foot, right - top], lines = [];
  for (let at = Math.floor(low / gap) + 1; at < Math.ceil(high / gap); at += 1) {
    const c = at * gap;
    const [x, x2] = lean > 0 ? [Math.max(left, c - foot), Math.min(right, c - top)] : [Math.max(left, c + top), Math.min(right, c + foot)];
    if (x2 - x > 1) lines.push({ x: tenth(x), x2: tenth(x2), y: tenth(lean * (c - x)), y2: tenth(lean * (c - x2)) });
  }
  return lines;
}

function hatchesOf(design, bars, domain, top, height) {
  const step = design.width / design.months.length, unit = height / domain, end = top + height;
  return bars.flatMap((bar) => {
    const lean = design.hatches[bar.name];
    if (!lean) return [];
    const left = (bar.month + 0.5 - 0.41) * step, right = (bar.month + 0.5 + 0.41) * step;
    return hatch(left, right, end - bar.b * unit, end - bar.a * unit, lean, design.hatch);
  });
}

function drawPanel(design, parts, bars, top, height, most) {
  const { marks } = design, foot = top + height, step = design.width / design.months.length;
  const scale = niceTop(bars.reduce((most_, bar) => Math.max(most_, bar.b), 0), most);
  const y = (value) => foot - (value * height) / scale.top;
  const rule = (line, look, more) => shape("line", {
    x1: line.x, x2: line.x2 === undefined ? line.x : line.x2, y1: line.y, y2: line.y2, stroke: look.stroke, "stroke-width": look.strokeWidth,
    "stroke-opacity": look.opacity === undefined ? 1 : look.opacity, ...more,
  });
  const words = (rows, look) => rows.map((row) => shape("text", {
    x: row.x, y: row.y + design.font * 0.3, "font-size": look.fontSize, fill: look.color,
  }, row.t));
  const side = Math.sqrt(marks.swatches.size), half = Math.sqrt(marks.diamonds.size) / 2, band = marks.bars.width.band;
  const axis = design.axis;
  const ticks = scale.ticks.flatMap((tick) => [
    shape("line", { x1: 0, x2: design.width, y1: y(tick), y2: y(tick), stroke: axis.gridColor }),
    shape("text", { x: -axis.labelPadding, y: y(tick) + axis.labelFontSize * 0.3, "text-anchor": "end",
      "font-size": axis.labelFontSize, fill: axis.labelColor }, String(tick)),
  ]);
  const months = design.months.flatMap((month, index) => !design.labelled.includes(month) ? [] : month.split(" ").map(
    (word, line) => shape("text", { x: (index + 0.5) * step, y: foot + axis.labelPadding + axis.labelFontSize * (0.8 + line * 1.17),
      "text-anchor": "middle", "font-size": axis.labelFontSize, fill: axis.labelColor }, word)));
  return [
    group("ticks", ticks),
    group("bands", parts.bands.map((box) => shape("rect", { x: box.x, y: box.y, width: box.x2 - box.x, height: box.y2 - box.y, fill: box.c }))),
    group("bars", bars.map((bar) => shape("rect", {
      x: (bar.month + (1 - band) / 2) * step, width: step * band, y: y(bar.b), height: y(bar.a) - y(bar.b),
      fill: design.colours[bar.name], stroke: marks.bars.stroke, "stroke-width": marks.bars.strokeWidth,
      "data-of": `${bar.month} ${bar.name} ${bar.a} ${bar.b}`,
    }))),
    group("halos", parts.lines.map((line) => rule(line, design.halo, {}))),
    group("lines", parts.lines.map((line) => rule(line, design.line, { "stroke-dasharray": design.dashes[line.k].join(" ") }))),
    group("words", words(parts.words, marks.words)),
    group("swatches", parts.swatches.map((spot) => shape("rect", { x: spot.x - side / 2, y: spot.y - side / 2, width: side, height: side, fill: spot.c }))),
    group("diamonds", parts.diamonds.map((spot) => shape("path", {
      d: `M${spot.x - half},${spot.y}L${spot.x},${spot.y - half}L${spot.x + half},${spot.y}L${spot.x},${spot.y + half}Z`,
      fill: marks.diamonds.color, "data-at": `${spot.x} ${spot.y}`,
    }))),
    group("hatches", [...parts.hatches, ...hatchesOf(design, bars, scale.top, top, height)].map((line) => rule(line, marks.hatches, {}))),
    shape("line", { x1: 0, x2: design.width, y1: foot, y2: foot, stroke: axis.domainColor }),
    group("months", months),
  ];
}

function drawChart(design, frames, own, split) {
  const frame = { ...frames[own.f], ...(split ? frames[own.f].split : {}) }, { title, padding } = design;
  const counts = Object.fromEntries(design.sets.map((name, index) => [name, own.n[index]]));
  const stacked = design.stack.filter((name) => !(split && name === design.bedDays));
  const found = countsOf(design, counts, frame.rows);
  const parts = {
    ...frame, words: [...frame.words, axisTitle(design, frame.top, split ? 1 : 0), ...found.words], diamonds: [...frame.diamonds, ...found.diamonds],
    lines: cut(design, frame.lines, found),
  };
  const left = 50, svg = shape("svg", { "aria-hidden": "true", focusable: "false", "font-family": design.face });
  let y = padding;
  const heading = (lines, name, size, height, colour, weight) => lines.map((line) => {
    y += height;
    return shape("text", { class: name, x: left, y: y - height * 0.25, "font-size": size, fill: colour, "font-weight": weight }, line);
  });
  svg.append(...heading(own.t, "title", title.fontSize, title.lineHeight, title.color, "bold"));
  svg.append(...heading(own.s, "subtitle", title.subtitleFontSize, title.subtitleLineHeight, title.subtitleColor, "normal"));
  y += title.offset;
  const axisRoom = design.axis.labelPadding + design.axis.labelFontSize * (1.17 * Math.max(...design.labelled.map((month) => month.split(" ").length)));
  svg.append(group("panel", drawPanel(design, parts, barsOf(design, counts, stacked), frame.top, design.bars, 6), left, y));
  y += frame.top + design.bars + axisRoom;
  if (split) {
    y += 10;
    const top = frame.bedTop, pieces = new Map(frame.lines.map((line) => [`${line.x} ${line.k}`, line]));
    const lines = [...pieces.values()].map((line) => ({ ...line, y: top, y2: top + design.bed }));
    const bed = { words: [axisTitle(design, top, 2)], bands: frame.bedBands, lines, swatches: [], diamonds: [], hatches: [] };
    svg.append(group("panel", drawPanel(design, bed, barsOf(design, counts, [design.bedDays]), top, design.bed, 3), left, y));
    y += top + design.bed + axisRoom;
  }
  const whole = [left + design.width + padding, Math.ceil(y + padding)];
  svg.setAttribute("viewBox", `0 0 ${whole[0]} ${whole[1]}`);
  svg.prepend(shape("rect", { width: whole[0], height: whole[1], fill: "#fff" }));
  return svg;
}
