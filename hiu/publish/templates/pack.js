// The pack: the list on the left, the month or one person on the right. Text goes in by textContent only.
const element = document.getElementById("data");
const data = JSON.parse(element.textContent);
element.remove();

const find = (id) => document.getElementById(id);
const people = data.people, places = new Map(people.map((person, index) => [person.id, index]));
const state = { hidden: false, chosen: null, split: false, whole: false, table: false, sort: "rank", down: false, shown: [] };

function h(tag, attributes, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "click") made.addEventListener("click", value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

const placeOf = (person) => `${person.minor ? "U" : ""}${person.rank}`;
// The only place a name leaves the data; when names are hidden, nothing of it is left in the page.
const nameOf = (person) => (state.hidden ? person.id : person.name);
// Where no age or warning stands beside it, a name that two people have is followed by the id.
const known = (person) => (!state.hidden && people.some((one) => one !== person && one.name === person.name) ? `${person.name} (${person.id})` : nameOf(person));
const freely = (text) => (state.hidden ? "(hidden with the names)" : text);

// ---- the list -------------------------------------------------------------------------------------------
const RISKS = ["High", "Medium", "Low", "Not banded", "Not assessed"];
const KEYS = {
  rank: (p) => p.rank, certainty: (p) => p.certainty || "Z", person: (p) => nameOf(p).toLocaleLowerCase("en-GB"),
  risk: (p) => RISKS.indexOf(p.risk), contacts: (p) => (p.contacts === null ? -1 : p.contacts),
  contacts_12: (p) => p.contacts_12 ?? -1, nights: (p) => p.nights ?? -1, mha: (p) => p.mha ?? -1,
  change: (p) => data.labels.indexOf(p.label), intensity: (p) => p.intensity,
};
const NUMBERS = ["contacts", "contacts_12", "nights", "mha", "intensity"];

// With "Adults only" nothing about an under-18 is on the screen, wherever it stands: those whom a link names, or who
// have no row here, are under 18 by their own entry.
const grown = () => find("access").value === "adult";
const young = (spot) => (spot.dataset.person ? people[Number(spot.dataset.person)] : data.others[Number(spot.dataset.other)]).minor;

function hideYoung() {
  const on = grown(), month = find("month"), about = [...month.querySelectorAll("[data-person], [data-other]")].filter(young);
  for (const part of [...about.map((spot) => spot.closest("tr, li, .one")), ...month.querySelectorAll(".of-minors")]) part.hidden = on;
  for (const line of month.querySelectorAll("p:has(> .one)")) line.hidden = !line.querySelector(".one:not([hidden])");
  find("grown").hidden = !on;
  if (on && state.chosen !== null && people[state.chosen].minor) showMonth();
}

function wanted(person) {
  const text = find("search").value.trim().toLocaleLowerCase("en-GB");
  const said = state.hidden ? person.id : `${person.name} ${person.id}`;
  const { value: risk } = find("risk"), { value: change } = find("change"), { value: access } = find("access"), { value: alert } = find("alert");
  return (!text || said.toLocaleLowerCase("en-GB").includes(text)) && (!risk || person.risk === risk)
    && (!change || person.label === change) && (!access || (access === "adult" ? !person.minor : (access === "supported") === person.supported))
    && (!alert || person.alerts.some(([code]) => code === alert));
}

// Told apart by the frame, not by colour: it has to work in black and white.
const FRAMES = { High: "tag strong", Medium: "tag middle", Low: "tag" };
const tag = (risk, before) => h("span", { class: FRAMES[risk] || "plain" }, before + risk);

// A figure of which a month was not supplied says so; one of which none was has no figure.
const count = (person, column, more) => h("td", { class: `n ${more}` }, person[column] === null ? "not supplied" : String(person[column]),
  person[column] !== null && person.lacks.includes(column) ? h("abbr", { title: "a month of it was not supplied" }, "†") : null);

function row(person) {
  const index = places.get(person.id), chosen = index === state.chosen;
  const range = person.low === null || person.low === person.high ? "" : `(${person.low}–${person.high})`;
  const said = [person.who, person.was.split(" (")[0], person.risk_at && `graded ${person.risk_at}`].filter(Boolean).join("; ");
  return h("tr", { "data-index": index, class: chosen ? "chosen" : null },
    h("td", { class: "n" }, h("b", {}, placeOf(person)), h("span", { class: "range" }, ` ${range}`)),
    h("td", { class: "mid" }, person.certainty || "–"),
    h("td", { class: "who-cell" }, h("div", {},
      person.supported ? h("span", { class: "tick", role: "img", "aria-label": "supported" }, "✓") : null,
      h("button", { type: "button", class: "link", "aria-current": chosen ? "true" : null }, h("bdi", {}, nameOf(person)))),
      // one line, over the empty second line of the cells beside it
      said || person.short ? h("span", { class: "beside" }, said, said && person.short ? "; " : null, h("b", {}, person.short)) : null),
    h("td", {}, tag(person.risk, ""), person.risk_police ? " P" : null),
    count(person, "contacts", ""), count(person, "contacts_12", "x-contacts_12"), count(person, "nights", "x-nights"), count(person, "mha", "x-mha"),
    h("td", { class: "change" }, person.label),
    h("td", { class: "n" }, person.intensity.toFixed(1), person.estimated ? h("abbr", { title: "part estimated: a month was not supplied" }, "*") : null));
}

function showList() {
  hideYoung();
  const key = KEYS[state.sort], turn = state.down ? -1 : 1;
  const kept = people.filter(wanted).sort((a, b) => {
    const one = key(a), other = key(b);
    return Number(a.minor) - Number(b.minor) || turn * (one < other ? -1 : one > other ? 1 : 0) || a.rank - b.rank;
  });
  state.shown = kept.map((person) => places.get(person.id));
  find("adults").replaceChildren(...kept.filter((person) => !person.minor).map(row));
  find("minors").replaceChildren(...kept.filter((person) => person.minor).map(row));
  find("minors-head").hidden = !kept.some((person) => person.minor);
  const among = (mark) => [...document.querySelectorAll("#rows td abbr")].some((one) => one.offsetWidth && one.textContent === mark);
  find("lacking").hidden = !among("†");
  find("estimated").hidden = !among("*");
  const of = (young) => [kept, people].map((all) => all.filter((one) => one.minor === young).length);
  const [[adults, every], [young, all]] = [of(false), of(true)];
  find("count").textContent = `${adults} of ${every} adults${all ? `, ${young} of ${all} under 18` : ""}`;
  for (const head of document.querySelectorAll("th[data-sort]")) {
    const own = head.dataset.sort === state.sort;
    head.setAttribute("aria-sort", own ? (state.down ? "descending" : "ascending") : "none");
  }
}

function mark() {
  for (const line of document.querySelectorAll("tr[data-index]")) {
    const own = Number(line.dataset.index) === state.chosen;
    line.classList.toggle("chosen", own);
    if (own) line.querySelector("button").setAttribute("aria-current", "true");
    else line.querySelector("button").removeAttribute("aria-current");
    if (own) line.scrollIntoView({ block: "nearest" });
  }
}

// ---- one person -----------------------------------------------------------------------------------------
function facts(title, rows) {
  return rows.length ? [h("h3", {}, title), h("dl", { class: "facts" }, ...rows.map(([words, value, late, note]) =>
    h("div", { class: late ? "late" : null }, h("dt", {}, words), h("dd", {}, late ? `${value} ⚠` : value, note ? h("span", { class: "small" }, ` ${note}`) : null))))] : [];
}

// Where 95 of 100 draws put this person and the nearest on the list, on a scale of ratios.
function rankChart(person) {
  const near = people.filter((one) => one.minor === person.minor && one.low !== null).sort((a, b) => a.rank - b.rank);
  const from = Math.max(0, Math.min(near.indexOf(person) - 4, near.length - 9)), shown = near.slice(from, from + 9);
  if (!shown.includes(person)) return [];
  const left = 270, wide = 540, lane = 22, top = Math.max(...shown.map((one) => one.high), 10);
  const x = (rank) => left + (wide * Math.log(rank)) / Math.log(top), svg = shape("svg", { "aria-hidden": "true", focusable: "false", viewBox: `0 0 842 ${lane * (shown.length + 1) + 6}`, "font-size": 14, "font-family": "Arial, 'Liberation Sans', Helvetica, sans-serif" });
  svg.append(shape("rect", { width: 842, height: lane * (shown.length + 1) + 6, fill: "#fff" }));
  for (const tick of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].filter((one) => one <= top)) {
    svg.append(shape("line", { x1: x(tick), x2: x(tick), y1: 2, y2: lane * shown.length, stroke: "#D8DCDE" }), shape("text", { x: x(tick), y: lane * shown.length + 16, "text-anchor": "middle", fill: "#1B1F23" }, String(tick)));
  }
  shown.forEach((one, place) => {
    const y = lane * (place + 0.5), own = one === person, name = nameOf(one), short = name.length > 28 ? `${name.slice(0, 27)}…` : name;
    svg.append(shape("text", { x: 8, y: y + 4, fill: "#1B1F23", "font-weight": own ? "bold" : "normal" }, `${placeOf(one)}. ${short}`),
      shape("line", { x1: x(one.low), x2: Math.max(x(one.high), x(one.low) + 2), y1: y, y2: y, stroke: own ? "#12436D" : "#6F777B", "stroke-width": own ? 7 : 4 }),
      shape("circle", { cx: x(one.rank), cy: y, r: 5, fill: own ? "#F46A25" : "#1B1F23", stroke: "#fff" }));
  });
  const words = shown.map((one) => `place ${placeOf(one)}, plausible ${one.low} to ${one.high}`).join("; ");
  const box = h("div", { class: "ranks", role: "img", "aria-label": `Plausible ranks of this person and the nearest: ${words}.` });
  box.append(svg);
  return [h("section", { class: "order" }, h("h3", {}, "How sure the order is"), h("p", { class: "small" }, "A dot is the rank, a bar where 95 of 100 draws put it. Where bars overlap there is no reliable difference."), box)];
}

function chartTable(drawn, own) {
  const cell = (n) => h("td", { class: "n" }, n === null ? h("span", { class: "gap" }, "not supplied") : String(n));
  const months = drawn.design.months.map((month, index) => h("tr", {}, h("th", { scope: "row" }, month), ...own.n.map((counts) => cell(counts[index])))).reverse();
  // asked of the page itself: its "toggle" comes too late for a key pressed at once
  const before = document.getElementById("as-table");
  if (before) state.table = before.open;
  return h("details", { open: state.table, id: "as-table" }, h("summary", {}, "Show as table"),
    h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "The chart as a table" }, h("table", {},
      h("caption", {}, "Each month, latest first. Not supplied is missing, never zero."),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Month"), ...drawn.design.titles.map((title) => h("th", { scope: "col", class: "n" }, title)))),
      h("tbody", {}, ...months))));
}

function chart(person) {
  if (!person.own) return [h("p", { class: "small" }, "No chart is drawn for this person.")];
  const whole = state.whole && data.all, drawn = whole ? data.all : data, own = whole ? data.all.people[person.id] : person.own;
  const box = h("div", { class: "chart", role: "img", "aria-label": own.alt });
  box.append(drawChart(drawn.design, drawn.frames, own, state.split));
  const table = chartTable(drawn, own);
  table.addEventListener("toggle", () => { state.table = table.open; });
  return [box, table];
}

function showPerson() {
  const person = people[state.chosen], at = state.shown.indexOf(state.chosen);
  const step = (words, by) => h("button", { type: "button", disabled: at + by < 0 || at + by >= state.shown.length, click: () => move(by) }, words);
  find("person").replaceChildren(...[
    h("div", { class: "tools" }, step("← Previous (k)", -1), step("Next (j) →", 1),
      h("button", { type: "button", "aria-pressed": String(state.split), id: "split", click: () => { state.split = !state.split; showPerson(); find("split").focus(); } }, "Bed days apart"),
      data.all && person.own ? h("button", { type: "button", "aria-pressed": String(state.whole), id: "whole", click: () => { state.whole = !state.whole; showPerson(); find("whole").focus(); } }, "All months") : null,
      h("button", { type: "button", click: showMonth }, "This month (m)")),
    h("h2", { id: "person-title", tabindex: "-1" }, h("bdi", {}, nameOf(person)), state.hidden ? null : h("span", { class: "id" }, ` ${person.id}`)),
    h("p", { class: "lead" }, tag(person.risk, "Risk: "), person.risk_note ? ` ${person.risk_note.replace(/\.$/, "")}. ` : " ",
      "Number of contacts: ", h("span", { class: "tag" }, person.label), person.supported ? " Supported." : `${person.minor ? "" : " Candidate"}${person.was ? `${person.minor ? " " : ", "}${person.was}` : ""}${person.minor && !person.was ? "" : "."}`, person.minor ? " Under 18, listed apart" : "", person.who ? `${person.minor ? ":" : ""} ${person.who}.` : "", person.age ? ` ${person.age[0].toUpperCase()}${person.age.slice(1)}.` : ""),
    person.minor ? h("p", { class: "warn" }, data.minor) : null,
    ...(person.alerts.length ? [h("ul", { class: "alerts" }, ...person.alerts.map(([, words]) => h("li", {}, words)))] : []),
    h("p", { class: "decide" }, h("b", {}, "To decide now: "), person.decide, h("span", { class: "small" }, ` Enter the decision in the month's workbook, row ${person.id}, or on the meeting's page.`)),
    ...chart(person),
    h("h3", {}, "Why this place"), h("p", {}, person.why), ...rankChart(person),
    h("h3", {}, "What changed since last month"),
    h("ul", {}, ...person.changes.map((what) => h("li", {}, what)), h("li", {}, `Number of contacts: ${person.label}.${person.own ? "" : ` ${person.label_why}`}`)),
    ...(person.episodes.length ? [h("h3", {}, `Episodes and stays: ${person.which}`), h("table", { class: "episodes" },
      h("thead", {}, h("tr", {}, ...["When it began", "What", "How long (nights: with leave)"].map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", {}, ...person.episodes.map((cells) => h("tr", {}, ...cells.map((text) => h("td", {}, text)))))),
    h("p", { class: "small" }, person.week)] : []),
    ...facts("Recorded by meetings", person.recorded.map(([words, value, list, free, author]) => [words, free ? freely(value) : value, false, state.hidden ? list : `${list}, ${author}`])),
    ...(person.supported ? facts("Permissions and dates", person.gates.map(([words, value, late, note, staff]) => [words, staff ? freely(value) : value, late, state.hidden || !note ? "" : `Source: ${note}`])) : [h("p", { class: "small" }, h("b", {}, person.last), " ", data.candidates)]),
    ...(person.presets.length ? [h("h3", {}, "Published definitions met"), h("ul", {}, ...person.presets.map((one) => h("li", {}, one)))] : []),
    h("h3", {}, "Sources"), h("p", {}, person.sources),
  ].filter(Boolean));
}

function choose(index, { list = true } = {}) {
  state.chosen = index;
  if (list) mark();
  showPerson();
  find("month").hidden = true;
  find("person").hidden = false;
  find("pane").scrollTop = 0;
  // where list and person stand one below the other, the person is what was asked for
  if (getComputedStyle(find("list").parentElement).display === "block") find("person-title").scrollIntoView({ block: "start" });
  find("said").textContent = `${people[index].id}, place ${placeOf(people[index])}`;
  address();
}

function showMonth() {
  state.chosen = null;
  mark();
  find("person").hidden = true;
  find("person").replaceChildren();
  find("month").hidden = false;
  find("pane").scrollTop = 0;
  find("said").textContent = "This month";
  address();
}

// What is shown, as a link: an id, never a name; and names stay hidden when the page is loaded again.
function address() {
  const parts = [...(state.hidden ? ["names=hidden"] : []), ...(state.chosen === null ? [] : [`person=${people[state.chosen].id}`])];
  history.replaceState(null, "", `#${parts.join("&")}`);
  document.dispatchEvent(new Event("shown"));
}

function move(by) {
  const at = state.shown.indexOf(state.chosen), next = at < 0 ? (by > 0 ? 0 : -1) : at + by;
  if (next >= 0 && next < state.shown.length) choose(state.shown[next]);
}

// ---- names, looks, keys ---------------------------------------------------------------------------------
function fillFront() {
  for (const spot of document.querySelectorAll("[data-person]")) {
    // a child is named in the part that says first who decides whether the meeting talks about them
    const person = people[Number(spot.dataset.person)];
    spot.textContent = person.minor ? `${placeOf(person)} (under 18)` : known(person);
  }
  for (const spot of document.querySelectorAll("[data-other]")) spot.textContent = nameOf(data.others[Number(spot.dataset.other)]);
  for (const spot of document.querySelectorAll("[data-free]")) spot.textContent = freely(data.free[Number(spot.dataset.free)]);
}

function hide(hidden) {
  state.hidden = hidden;
  if (hidden) find("search").value = "";
  find("hide").setAttribute("aria-pressed", String(hidden));
  fillFront();
  showList();
  if (state.chosen !== null) showPerson();
  address();
}

function pressed(id, name) {
  const on = document.documentElement.classList.toggle(name);
  find(id).setAttribute("aria-pressed", String(on));
}

function open() {
  if (location.hash === "#pane") return;
  const asked = new URLSearchParams(location.hash.slice(1)), id = asked.get("person");
  if (asked.get("names") === "hidden") hide(true);
  const apart = places.has(id) && people[places.get(id)].minor && grown();
  find("unknown").textContent = apart ? '"Adults only" is on: the person this link names is under 18.' : "The person this link names is not in this pack.";
  find("unknown").hidden = !id || (places.has(id) && !apart);
  if (places.has(id) && !apart) choose(places.get(id));
  else if (state.chosen !== null) showMonth();
}

const SHORTCUTS = {
  "/": () => find("search").focus(), j: () => move(1), k: () => move(-1), m: showMonth, Escape: showMonth,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target instanceof Element && event.target.matches("input:not([type=checkbox]), select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (SHORTCUTS[event.key] && find("keys").checked) {
    event.preventDefault();
    SHORTCUTS[event.key]();
  }
});
find("rows").addEventListener("click", (event) => {
  const line = event.target.closest("tr[data-index]");
  if (line) choose(Number(line.dataset.index));
});
find("month").addEventListener("click", (event) => {
  const jump = event.target.closest("button[data-jump]");
  if (jump) {
    find(jump.dataset.jump).scrollIntoView({ block: "start" });
    find(jump.dataset.jump).focus({ preventScroll: true });
  }
  const who = event.target.closest("button[data-person]");
  if (who) choose(Number(who.dataset.person));
});
for (const head of document.querySelectorAll("th[data-sort] button")) {
  head.addEventListener("click", () => {
    const name = head.parentElement.dataset.sort;
    state.down = name === state.sort ? !state.down : NUMBERS.includes(name);
    state.sort = name;
    showList();
  });
}
const FILTERS = ["search", "risk", "change", "access", "alert"];
for (const id of FILTERS) find(id).addEventListener("input", showList);
// The meeting first settles whether it talks about the under-18s: until somebody presses the button they are not shown.
if (people.some((person) => person.minor)) find("access").value = "adult";
find("young").addEventListener("click", () => {
  find("access").value = "";
  showList();
  find("access").focus();
});
find("clear").addEventListener("click", () => {
  const apart = grown();
  for (const id of FILTERS) find(id).value = "";
  if (apart) find("access").value = "adult";
  showList();
});
// Which columns are shown is remembered on this computer; a browser that keeps nothing shows the usual ones.
const REMEMBERED = "hiu-columns", boxes = [...document.querySelectorAll("[data-column]")];

function showColumns() {
  const chosen = boxes.filter((box) => box.checked).map((box) => box.dataset.column);
  const app = find("list").parentElement;
  for (const box of boxes) app.classList.toggle(`with-${box.dataset.column}`, box.checked);
  app.classList.toggle("broad", chosen.length > 1);
  // a heading across columns that are not shown would squeeze the others
  find("minors-head").querySelector("th").colSpan = 7 + chosen.length;
  showList();
  try { localStorage.setItem(REMEMBERED, chosen.join(" ")); } catch { /* nothing is kept */ }
}

function recallColumns() {
  let kept = null;
  try { kept = localStorage.getItem(REMEMBERED); } catch { /* nothing was kept */ }
  for (const box of boxes) {
    box.checked = (kept ?? "nights mha").split(" ").includes(box.dataset.column);
    box.addEventListener("change", showColumns);
  }
  showColumns();
}

// The menu of columns closes on a click elsewhere and on Escape, and then the heading has the focus again.
const menu = find("columns");
document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
});

find("hide").addEventListener("click", () => hide(!state.hidden));
find("large").addEventListener("click", () => pressed("large", "large"));
find("dark").addEventListener("click", () => pressed("dark", "dark"));
find("print").addEventListener("click", () => window.print());
window.addEventListener("hashchange", open);
if (window.matchMedia("(prefers-color-scheme: dark)").matches) pressed("dark", "dark");
recallColumns();
fillFront();
showList();
open();
document.documentElement.classList.add("ready");
