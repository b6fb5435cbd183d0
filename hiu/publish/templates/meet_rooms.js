// The meeting's other rooms: doubtful matches, a returned workbook, the end; and its keys.
const ROOMS = ["pack", "matches", "returned", "ending"];
let room = "pack", pairs = [], pairAt = -1;

function enter(name) {
  room = name;
  document.querySelector(".app").hidden = name !== "pack";
  for (const one of ROOMS.slice(1)) find(one).hidden = one !== name;
  for (const button of document.querySelectorAll("[data-room]")) button.setAttribute("aria-pressed", String(button.dataset.room === name));
  if (name === "matches") during("matches-said", loadPairs);
}
for (const button of document.querySelectorAll("[data-room]")) button.addEventListener("click", () => enter(button.dataset.room));

// ---- matches --------------------------------------------------------------------------------------------
async function loadPairs() {
  const found = await ask("matches", { hidden: state.hidden });
  pairs = found.pairs;
  pairAt = -1;
  say("matches-said", found.said);
  find("pairs").replaceChildren(...pairs.map(drawPair));
}

function drawPair(pair, at) {
  const cell = (text) => h("td", {}, h("bdi", {}, text));
  const rows = pair.lines.map((line) => h("tr", {}, h("th", { scope: "row" }, line.title), cell(line.left), cell(line.right), h("td", {}, line.level)));
  const note = h("input", { type: "text", autocomplete: "off", maxlength: "500", id: `why-${at}` });
  const words = { same: "Same person (s)", different: "Different people (d)", unsure: "Unsure (u)" };
  const answers = Object.entries(words).map(([word, text]) => h("button", { type: "button", "data-word": word, click: () => decide(at, word) }, text));
  return h("section", { class: "pair-of", id: `pair-${at}`, tabindex: "-1", "aria-label": `Pair ${at + 1}` },
    h("h3", {}, `${at + 1}. ${pair.why}`), pair.effect ? h("p", {}, pair.effect) : null,
    h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `Descriptions of pair ${at + 1}` }, h("table", {}, h("thead", {}, h("tr", {}, ...["Field", "One description", "The other", "How far they agree"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, ...rows))),
    ...pair.past.map((text) => h("p", { class: "small" }, `Earlier: ${text}`)),
    h("p", { class: "line" }, h("label", {}, "Why", note), ...answers, h("button", { type: "button", "data-word": "undo", hidden: true, click: () => decide(at, "undo") }, "Undo")),
    h("p", { role: "status", id: `pair-said-${at}` }));
}

const decide = (at, word) => during(`pair-said-${at}`, async () => {
  const { a, b } = pairs[at], undone = word === "undo";
  const found = await ask(undone ? "undecide" : "decide", { a, b, decision: word, note: find(`why-${at}`).value });
  say(`pair-said-${at}`, `Saved ${found.at}: ${undone ? "undone" : word}.`);
  say("kept", `Saved ${found.at}: a match`);
  for (const button of find(`pair-${at}`).querySelectorAll("[data-word]")) button.hidden = (button.dataset.word === "undo") === undone;
});

function pairMove(by) {
  pairAt = Math.max(0, Math.min(pairs.length - 1, pairAt + by));
  if (pairs.length) find(`pair-${pairAt}`).focus();
}

// ---- a returned workbook --------------------------------------------------------------------------------
const spoken = (one, value) => (state.hidden && ["notes", "action"].includes(one.field) ? freely(value) : value || "empty");

function choices(one, at) {
  const pick = (value, text, checked) => h("label", { class: "line" }, h("input", { type: "radio", name: `cell-${at}`, value, checked }), text);
  return h("fieldset", { "data-cell": String(at) }, h("legend", {}, `${one.ref}, ${one.person}: ${one.title}`),
    pick("ours", `On record: ${spoken(one, one.recorded)} (${one.author}, ${one.at})`, true), pick("theirs", `In the copy: ${spoken(one, one.new)}`, false));
}

function drawCells(found) {
  const item = (one) => h("li", {}, `${one.ref}, ${one.person}: ${one.title}. ${one.why || `${spoken(one, one.old)} becomes ${spoken(one, one.new)}`}`);
  const part = (title, rows) => (rows.length ? [h("h3", {}, `${title} (${rows.length})`), h("ul", {}, ...rows.map(item))] : []);
  find("cells").replaceChildren(
    ...(found.conflicts.length ? [h("h3", {}, `The copy and the record differ (${found.conflicts.length})`), ...found.conflicts.map(choices)] : []),
    ...part("Changes", found.changes), ...part("Not taken in", found.refused), ...found.notes.map((text) => h("p", { class: "small" }, text)),
    h("p", {}, h("button", { type: "button", id: "take", click: () => takeCopy(found) }, "Take it in")));
}

const takeCopy = (found) => during("returned-said", async () => {
  const theirs = found.conflicts.filter((_, at) => document.querySelector(`input[name=cell-${at}]:checked`).value === "theirs");
  const done = await ask("take", { whose: find("whose").value, theirs: theirs.map((one) => [one.person, one.ref]) });
  say("returned-said", `Saved ${done.at}: ${done.said}`);
  say("kept", `Saved ${done.at}: a returned workbook`);
  find("cells").replaceChildren(...done.refused.map((text) => h("p", { class: "refused" }, text)));
  if (now.person) load(now.person);
});

find("look").addEventListener("click", () => during("returned-said", async () => {
  const [file] = find("copy").files;
  if (!file) { say("returned-said", "Choose a copy first."); return; }
  say("returned-said", "Reading…");
  const found = await ask("look", file);
  say("returned-said", `${found.summary}. Nothing is recorded yet.`);
  drawCells(found);
}));

// ---- the end, and keys ----------------------------------------------------------------------------------
find("end").addEventListener("click", () => during("ending-said", async () => {
  if (anyDraft()) { say("ending-said", "Something typed is not saved yet: save it, or clear it, first."); return; }
  const done = await ask("end", { attended: find("attended").value });
  say("ending-said", done.said);
  find("end").disabled = true;
}));

const typing = (target) => target instanceof Element && target.matches("input, select, textarea");
const PAIR_KEYS = { j: () => pairMove(1), k: () => pairMove(-1), s: () => pairAt >= 0 && decide(pairAt, "same"), d: () => pairAt >= 0 && decide(pairAt, "different"), u: () => pairAt >= 0 && decide(pairAt, "unsure") };

window.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (room === "pack" && now.state) save();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event, inside = target instanceof Element && target.closest("#entry");
  if (event.key === "Escape" && inside) {
    event.preventDefault();
    event.stopPropagation();
    find("pane").focus();
  } else if (room !== "pack" && !typing(target)) {
    event.stopPropagation();
    if (room === "matches" && PAIR_KEYS[event.key] && find("keys").checked) { event.preventDefault(); PAIR_KEYS[event.key](); }
  } else if (event.key === "Enter" && room === "pack" && now.state && !inside && (!(target instanceof Element) || !target.closest("button, a, summary, input, select, textarea") || target.getAttribute("aria-current") === "true")) {
    event.preventDefault();
    const first = document.querySelector("#entry-fields [data-field]");
    if (first) first.focus();
  }
}, true);

// The page may have been opened at a person.
if (state.chosen !== null) document.dispatchEvent(new Event("shown"));
