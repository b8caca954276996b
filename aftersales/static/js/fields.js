// Forms whose fields are kept one by one as they are set: <form data-fields="address" data-next="page">. Each field goes
// out with the value that was there before, so that two tablets on one order merge, and differ only where both set the
// same field. The big button then only goes on to the next page. Without script the whole form is posted as ever.
import { newId } from "./core.js";
import { isField, labelOf, sentValueOf, setTo, valueOf } from "./controls.js";
import { drop, keep, listOf } from "./queue.js";

const SETTLE_MS = 2500;
const TYPING_MS = 700;

export async function start(form) {
  const url = form.dataset.fields;
  const order = Number(form.closest("[data-order]").dataset.order);
  const before = {};
  const typed = {}; // the text of each field that is kept and has not arrived yet
  for (const control of form.elements) {
    if (!isField(control)) continue;
    if (control.type !== "radio" || control.defaultChecked) before[control.name] = sentValueOf(control);
    else before[control.name] ??= "";
  }

  function say(name, sentence) {
    const control = form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (!control) return;
    const place = control.closest(".field, fieldset, .check") ?? control;
    place.parentElement.querySelector(`[data-refused="${CSS.escape(name)}"]`)?.remove();
    control.removeAttribute("aria-invalid");
    if (!sentence) return;
    control.setAttribute("aria-invalid", "true");
    const line = document.createElement("span");
    line.className = "error";
    line.setAttribute("role", "alert");
    line.dataset.refused = name;
    line.textContent = sentence;
    place.after(line);
  }

  // A text that is typed on replaces what was kept of it a moment ago; ticks and choices each stay what they were.
  // Nothing is awaited before it is kept: the page may be left the next moment.
  async function enter(name, value, title, more = [], isTyped = false) {
    const seen = (isTyped && typed[name]) || { before: before[name] ?? "" };
    const id = newId();
    if (isTyped) typed[name] = { id, before: seen.before };
    before[name] = value;
    say(name, "");
    await keep({ url, order, title: `${title}: ${value}`, fields: [["name", name], ["value", value], ["before", seen.before], ["submission_id", id], ...more] });
    for (const item of await mine()) {
      if (item.id !== id && nameOf(item) === name && (item.refused || item.id === seen.id)) await drop(item.id);
    }
  }

  document.addEventListener("queue:sent", ({ detail: { item } }) => {
    const name = item.url === url && nameOf(item);
    if (name && typed[name]?.id === item.id) delete typed[name];
  });

  const nameOf = (item) => item.fields.find(([key]) => key === "name")?.[1];
  const mine = async () => (await listOf(order)).filter((item) => item.url === url);

  function set(control) {
    const confirmed = form.querySelector('[name="is_odometer_confirmed"]:checked') ? [["is_odometer_confirmed", "1"]] : [];
    const target = control.name === "is_odometer_confirmed" ? form.querySelector('[name="odometer"]') : control;
    const isTyped = !["radio", "checkbox"].includes(target.type);
    if (target === control && valueOf(target) === before[target.name]) return null;
    return enter(target.name, valueOf(target), labelOf(form, target), target.name === "odometer" ? confirmed : [], isTyped);
  }

  let typing = null; // what is typed is kept after a short rest, too: the tablet may be put away before the field is left
  form.addEventListener("input", ({ target }) => {
    clearTimeout(typing);
    if (isField(target) && !["radio", "checkbox"].includes(target.type)) typing = setTimeout(set, TYPING_MS, target);
  });
  form.addEventListener("change", ({ target }) => {
    clearTimeout(typing);
    if (isField(target)) set(target);
  });

  document.addEventListener("queue:refused", ({ detail: { item } }) => {
    if (item.url !== url) return;
    say(nameOf(item), item.refused);
    if (nameOf(item) === "odometer") form.querySelector("[data-confirm-odometer]")?.removeAttribute("hidden");
  });

  // All is kept already: the button waits a moment for the answers, so that a refusal is seen before the page is left.
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    document.activeElement?.blur();
    for (const until = Date.now() + SETTLE_MS; Date.now() < until && navigator.onLine; await new Promise((go) => setTimeout(go, 60))) {
      const items = await mine();
      if (items.some((item) => item.refused)) return form.querySelector("[aria-invalid]")?.focus();
      if (!items.length) break;
    }
    location.assign(form.dataset.next);
  }, true);

  // What was set before this script was there: a fast hand, or the browser that brought back what was typed.
  for (const control of form.elements) {
    if (!isField(control) || control.type === "range" || (control.type === "radio" && !control.checked)) continue;
    if (valueOf(control) !== before[control.name]) set(control);
  }

  for (const item of await mine()) {
    const [, value] = item.fields.find(([key]) => key === "value");
    setTo(form, nameOf(item), value);
    before[nameOf(item)] = value;
    if (item.refused) say(nameOf(item), item.refused);
  }
}
