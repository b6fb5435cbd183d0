// The meeting: a form beside the person, kept at once. It asks only the program on this computer that served the page.
const meeting = data.meeting, drafts = new Map();
const now = { person: null, state: null, busy: false };

async function ask(what, body) {
  const plain = body instanceof Blob;
  const answer = await fetch(`/do/${what}`, { method: "POST", body: plain ? body : JSON.stringify(body || {}),
    headers: { "Content-Type": plain ? "application/octet-stream" : "application/json",
      "X-Hiu-Meeting": localStorage.getItem("hiu_meeting") } });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error || "It was not done.");
  return found;
}

// Said on the screen; of an entry only when the disk has it.
const say = (id, text) => { find(id).textContent = text; };
const lost = (error) => (error instanceof TypeError ? "NOT SAVED: the meeting's program does not answer." : error.message);

async function during(id, job) {
  if (now.busy) return;
  now.busy = true;
  try { await job(); } catch (error) { say(id, lost(error)); } finally { now.busy = false; }
}

// ---- the form -------------------------------------------------------------------------------------------
const FREE = ["notes", "action"];

function control(field, value, id) {
  const about = { id, "data-field": field.name };
  if (field.kind === "choice") {
    const words = [...new Set(["", value, ...field.words])]; // an older word of the record stays as it is
    return h("select", about, ...words.map((word) => h("option", { value: word, selected: word === value }, word)));
  }
  const concealed = state.hidden && FREE.includes(field.name) && value;
  const more = { autocomplete: "off", spellcheck: "false", disabled: Boolean(concealed), maxlength: field.longest };
  const made = field.kind === "long" ? h("textarea", { ...about, ...more, rows: "3" }) : h("input", { ...about, ...more, type: field.kind === "date" ? "date" : "text" });
  made.value = concealed ? freely(value) : value;
  if (concealed) made.concealed = value;
  return made;
}

function labelled(field, value, id) {
  const wide = field.kind === "long" || field.name === "decision" || field.name === "action";
  return h("label", { class: wide ? "whole" : null }, field.title, control(field, value, id));
}

const typed = (box) => Object.fromEntries([...box.querySelectorAll("[data-field]")].map((one) => [one.dataset.field, one.concealed ?? one.value]));
const changed = (box, before) => Object.fromEntries(Object.entries(typed(box)).filter(([name, value]) => value.trim() !== (before[name] || "")));
const changedFields = () => changed(find("entry-fields"), now.state.entered);

// What is typed in the form and not saved: its fields, and those of each action by its words (empty for a new one).
function unsaved() {
  const fields = changedFields(), actions = {};
  for (const box of document.querySelectorAll("[data-action]")) {
    const before = now.state.actions[box.dataset.action] || {}, own = changed(box, before);
    if (Object.keys(own).length) actions[before.action || ""] = own;
  }
  return { fields, actions };
}

function entryTitle(id) {
  const person = people[places.get(id)], named = person && !state.hidden;
  return h("h2", { id: "entry-title", "data-id": id }, "Record about ", h("bdi", {}, named ? person.name : id), named ? h("span", { class: "id" }, ` ${id}`) : null);
}

function keepDraft(person, { fields, actions }) {
  if (Object.keys(fields).length || Object.keys(actions).length) drafts.set(person, { fields, actions });
  else drafts.delete(person);
  return drafts.has(person);
}

function anyDraft() {
  if (now.state) keepDraft(now.person, unsaved());
  return drafts.size > 0;
}

const NEW = { action: "", action_owner: "", action_due: "", action_done: "" };

function actionForm(action, at, draft) {
  const values = { ...(action || NEW), ...draft };
  const fields = meeting.action.filter((one) => action ? one.name !== "action" : one.name !== "action_done");
  const box = h("div", { class: "pair", "data-action": action ? String(at) : "new" }, ...fields.map((one) => labelled(one, values[one.name], `action-${at}-${one.name}`)));
  const save = h("button", { type: "button", click: () => saveAction(box, action) }, action ? "Save this action" : "Add the action");
  return h("fieldset", {}, h("legend", {}, action ? `Action: ${freely(action.action)}` : "New action"), box, save);
}

function drawForm() {
  const { entered, actions, undo } = now.state, draft = drafts.get(now.person) || { fields: {}, actions: {} };
  const groups = meeting.groups.map((group, k) => h("fieldset", {}, h("legend", {}, group.title),
    h("div", { class: "pair" }, ...group.fields.map((field, at) => labelled(field, field.name in draft.fields ? draft.fields[field.name] : entered[field.name] || "", `entry-${k}-${at}`)))));
  find("entry").replaceChildren(
    entryTitle(now.person),
    h("div", { id: "refusals" }),
    h("div", { id: "entry-fields", role: "group", "aria-labelledby": "entry-title" }, ...groups),
    h("div", { class: "tools" },
      h("button", { type: "button", id: "save", click: save }, "Save (Ctrl+S)"),
      h("button", { type: "button", id: "undo", disabled: !undo, click: undoLast }, "Undo the last entry")),
    ...(undo ? [h("p", { class: "small" }, undo)] : []),
    h("h3", {}, "Actions"), ...actions.map((action, at) => actionForm(action, at, draft.actions[action.action])), actionForm(null, "new", draft.actions[""]));
}

const FREEING = { choose: "Keep what is on record", mine: "Record what was typed" };

function drawOutcome(found, action) {
  const lines = [...found.refused.map((one) => `Not saved: ${one.title}. ${one.why}`), ...found.notes];
  const again = (one) => (one.field in NEW ? send({}, { ...action, [one.field]: one.new }) : send({ [one.field]: one.new }));
  const clashes = found.conflicts.map((one) => h("div", {},
    h("p", {}, `${one.title}: ${one.author} recorded '${state.hidden && FREE.includes(one.field) ? freely("x") : one.recorded || "nothing"}' on ${one.at}; typed here: '${one.new || "nothing"}'.`),
    h("button", { type: "button", click: (event) => event.target.parentElement.remove() }, FREEING.choose), " ",
    h("button", { type: "button", click: () => again(one) }, FREEING.mine)));
  find("refusals").replaceChildren(...(lines.length || clashes.length ? [h("div", { class: "refused", role: "alert" }, ...lines.map((line) => h("p", {}, line)), ...clashes)] : []));
}

const NOTHING = { Saved: "Nothing was changed.", Undone: "Not undone: the record changed meanwhile; the form shows it as it is now." };

// What is left of what was typed once some of it was sent: what was refused, and what was not sent or typed since.
const left = (own, sent, again, before) => Object.fromEntries(Object.entries(own).filter(([name, value]) => (again.includes(name) || value !== sent[name]) && value.trim() !== (before[name] || "")));

// What became of an entry, in its form if that is still shown; what was refused or not sent stays typed.
function take(found, values, action, person, done) {
  const shown = now.person === person && now.state, draft = shown ? unsaved() : drafts.get(person) || { fields: {}, actions: {} };
  const again = [...found.refused, ...(shown ? [] : found.conflicts)].map((one) => one.field);
  const onRecord = (words) => found.state.actions.find((one) => one.action === words);
  const actions = {};
  for (const [words, own] of Object.entries(draft.actions)) {
    const sent = action && (words || own.action) === action.action, key = sent ? action.action : words, before = onRecord(key);
    const rest = left(own, sent ? action : {}, again, before || {});
    if (Object.keys(rest).length) actions[before ? key : ""] = rest;
  }
  keepDraft(person, { fields: left(draft.fields, values, again, found.state.entered), actions });
  if (now.person === person) {
    now.state = found.state;
    const focused = document.activeElement && document.activeElement.id;
    drawForm();
    if (focused && find(focused)) find(focused).focus();
    drawOutcome(found, action);
  }
  const entries = `${found.taken} ${found.taken === 1 ? "entry" : "entries"} about ${person}`;
  say("kept", found.taken ? `${done} ${found.at}: ${entries}` : found.refused.length + found.conflicts.length ? `NOT SAVED: see the form of ${person}.` : NOTHING[done]);
}

function send(values, action) {
  const { person, state: { version } } = now;
  return during("kept", async () => {
    say("kept", "Saving…");
    take(await ask("save", { person, version, values, action }), values, action, person, "Saved");
  });
}

function save() {
  const values = changedFields(), words = typed(document.querySelector("[data-action='new']"));
  const action = words.action.trim() ? { ...NEW, ...words } : null;
  if (!Object.keys(values).length && !action) { say("kept", "Nothing was changed."); return; }
  send(values, action);
}

const saveAction = (box, action) => send({}, { ...NEW, ...action, ...typed(box) });

function undoLast() {
  const { person, state: { version } } = now;
  return during("kept", async () => take(await ask("undo", { person, version }), {}, null, person, "Undone"));
}

async function load(person) {
  try {
    const found = await ask("state", { person });
    if (now.person !== person) return;
    if (now.state) keepDraft(person, unsaved());
    now.state = found.state;
    drawForm();
  } catch (error) { say("kept", lost(error)); }
}

document.addEventListener("shown", () => {
  if (now.state && keepDraft(now.person, unsaved())) say("kept", `NOT SAVED: what was typed about ${now.person}. It is kept in its form until you save.`);
  const person = state.chosen === null ? null : people[state.chosen].id;
  find("entry").hidden = person === null;
  document.documentElement.classList.toggle("entering", person !== null);
  now.person = person;
  now.state = null;
  if (person) { find("entry").replaceChildren(entryTitle(person)); load(person); }
});
window.addEventListener("beforeunload", (event) => {
  if (anyDraft()) event.preventDefault();
});
