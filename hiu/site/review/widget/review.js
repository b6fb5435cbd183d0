// Match review: draws one pair and says which key or button was pressed. No markup is made of data, nothing is fetched.
const BUTTONS = [
  ["same", "Same person", "s"],
  ["different", "Different people", "d"],
  ["unsure", "Unsure", "u"],
  ["back", "Back", "b"],
  ["next", "Next", "n"],
  ["undo", "Undo", "z"],
];
const WIDEST = 12; // log2 weight that fills half of the bar

function add(parent, tag, text, attributes) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  parent.appendChild(made);
  return made;
}

function signed(weight) {
  return (weight >= 0 ? "+" : "\u2212") + Math.abs(weight).toFixed(1);
}

function cell(row, parts) {
  const made = add(row, "td");
  if (!parts || !parts.length) add(made, "span", "not given", { class: "hiu-none" });
  for (const part of parts || []) add(made, part.d ? "mark" : "span", part.t);
}

function evidence(row, weight) {
  const made = add(row, "td", undefined, { class: "hiu-evidence" });
  if (weight === null || weight === undefined) return;
  const bar = add(made, "span", undefined, { class: "hiu-bar", "aria-hidden": "true" });
  const fill = add(bar, "span", undefined, { class: weight >= 0 ? "hiu-for" : "hiu-against" });
  fill.style.width = (Math.min(Math.abs(weight), WIDEST) / WIDEST) * 50 + "%";
  add(made, "span", signed(weight), { class: "hiu-weight" });
}

function table(parent, state) {
  const scroll = add(parent, "div", undefined, {
    class: "hiu-scroll", tabindex: "0", role: "region", "aria-label": "The records side by side",
  });
  const made = add(scroll, "table");
  add(made, "caption", state.second
    ? "The records side by side. What the matcher and the first reviewer said is not shown."
    : "The records side by side; what differs is underlined. Evidence: to the right for one person, to the left against.");
  const head = add(add(made, "thead"), "tr");
  add(head, "th", "Field", { scope: "col" });
  for (const record of state.records) {
    const column = add(head, "th", record.head, { scope: "col" });
    add(column, "div", record.sub, { class: "hiu-sub" });
  }
  if (!state.second) {
    add(head, "th", "Agreement", { scope: "col" });
    add(head, "th", "Evidence", { scope: "col" });
  }
  const body = add(made, "tbody");
  for (const field of state.fields) {
    const row = add(body, "tr");
    add(row, "th", field.title, { scope: "row" });
    for (const parts of field.cells) cell(row, parts);
    if (!field.cells.length) add(row, "td", "", { colspan: String(state.records.length) });
    if (!state.second) {
      add(row, "td", field.level);
      evidence(row, field.weight);
    }
  }
}

function draw(place, state) {
  place.replaceChildren();
  if (!state.pairs) {
    add(place, "p", state.second ? "No decided pair waits for a second look." : "Nothing is in doubt.");
    return;
  }
  const head = add(place, "p", undefined, { class: "hiu-head" });
  add(head, "strong", `Pair ${state.at} of ${state.pairs}`);
  add(head, "progress", undefined, { value: state.decided, max: state.pairs, "aria-label": "Pairs decided" });
  add(head, "span", `${state.decided} decided, as ${state.reviewer}`);
  if (state.chance !== null && state.chance !== undefined) {
    add(head, "span", `chance that they are one person: ${Math.round(state.chance * 100)}%`, { class: "hiu-chance" });
  }
  if (state.why) add(place, "p", `Why you are asked: ${state.why}.`);
  table(place, state);
  if (state.effect) add(place, "p", state.effect);
  if (state.masked) add(place, "p", "Names are masked: run.review('your name', show_names=True) shows them; it is logged.");
  for (const line of state.past || []) add(place, "p", `Earlier: ${line}`, { class: "hiu-past" });
}

function render({ model, el }) {
  // JupyterLab's own single-key commands (B adds a cell, D D deletes one) must not hear these keys
  const root = add(el, "div", undefined, {
    class: "hiu-review", tabindex: "0", role: "group", "data-lm-suppress-shortcuts": "true",
    "aria-label": "Match review: S same person, D different people, U unsure, B back, N next, Z undo",
  });
  const place = add(root, "div");
  const bar = add(root, "div", undefined, { class: "hiu-buttons" });
  const press = (what) => model.send({ do: what });
  const buttons = BUTTONS.map(([what, words, key]) => {
    const made = add(bar, "button", `${words} (${key.toUpperCase()})`, {
      type: "button", "aria-keyshortcuts": key, "data-do": what,
    });
    made.addEventListener("click", () => press(what));
    return made;
  });
  const status = add(root, "div", "", { role: "status", class: "hiu-status" });
  const listen = (event) => {
    if (event.altKey || event.metaKey || (event.ctrlKey && event.key !== "z") || event.repeat) return;
    const found = BUTTONS.find((button) => button[2] === event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    event.stopPropagation();
    press(found[0]);
  };
  root.addEventListener("keydown", listen);
  const update = () => {
    const state = model.get("state");
    draw(place, state);
    for (const button of buttons) {
      const what = button.getAttribute("data-do");
      if (["same", "different", "unsure"].includes(what)) {
        button.setAttribute("aria-pressed", String(state.decision === what));
      }
      button.disabled = !state.pairs;
    }
    status.textContent = state.message || "";
  };
  update();
  model.on("change:state", update);
  return () => model.off("change:state", update);
}

export default { render };
