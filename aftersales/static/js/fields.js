// Forms whose fields are kept one by one as they are set: <form data-fields="address" data-next="page">. Each field goes
// out with the value that was there before, so that two tablets on one order merge, and differ only where both set the
// same field. The big button then only goes on to the next page. Without script the whole form is posted as ever.
import { newId } from "./core.js";
import { drop, keep, listOf } from "./queue.js";

const SETTLE_MS = 2500;
const valueOf = (control) => (control.type === "checkbox" ? (control.checked ? "1" : "") : control.value.trim());

function setTo(form, name, value) {
  for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (control.type === "radio") control.checked = control.value === value;
    else if (control.type === "checkbox") control.checked = value === "1";
    else control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function labelOf(form, control) {
  const legend = control.type === "radio" ? control.closest("fieldset")?.querySelector("legend") : form.querySelector(`label[for="${CSS.escape(control.id)}"]`);
  return (legend ?? control.closest("label"))?.textContent.trim().replace(/\s+/g, " ") ?? control.name;
}

export async function start(form) {
  const url = form.dataset.fields;
  const order = Number(form.closest("[data-order]").dataset.order);
  const before = {};
  for (const control of form.elements) {
    if (!control.name || ["hidden", "fieldset"].includes(control.type)) continue;
    // What the server sent, not what the browser brought back: a range that nobody set has no value yet.
    if (control.type === "radio") before[control.name] = control.defaultChecked ? control.value : before[control.name] ?? "";
    else if (control.type === "checkbox") before[control.name] = control.defaultChecked ? "1" : "";
    else before[control.name] = (control.options ? [...control.options].find((option) => option.defaultSelected)?.value : control.defaultValue)?.trim() ?? "";
  }

  function say(name, sentence) {
    const control = form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (!control) return;
    const place = control.closest(".field, fieldset, .check") ?? control;
    place.parentElement.querySelector(`[data-refused="${CSS.escape(name)}"]`)?.remove();
    control.toggleAttribute("aria-invalid", Boolean(sentence));
    if (!sentence) return;
    const line = document.createElement("span");
    line.className = "error";
    line.setAttribute("role", "alert");
    line.dataset.refused = name;
    line.textContent = sentence;
    place.after(line);
  }

  async function enter(name, value, title, more = []) {
    for (const item of (await listOf(order)).filter((item) => item.url === url && item.refused && nameOf(item) === name)) await drop(item.id);
    const fields = [["name", name], ["value", value], ["before", before[name] ?? ""], ["submission_id", newId()], ...more];
    before[name] = value;
    say(name, "");
    await keep({ url, order, title: `${title}: ${value}`, fields });
  }

  const nameOf = (item) => item.fields.find(([key]) => key === "name")?.[1];
  const mine = async () => (await listOf(order)).filter((item) => item.url === url);

  form.addEventListener("change", ({ target }) => {
    if (!target.name || target.type === "hidden" || target.closest("[data-kept]")) return;
    const confirmed = form.querySelector('[name="is_odometer_confirmed"]:checked') ? [["is_odometer_confirmed", "1"]] : [];
    if (target.name === "is_odometer_confirmed") {
      const odometer = form.querySelector('[name="odometer"]');
      return enter("odometer", valueOf(odometer), labelOf(form, odometer), confirmed);
    }
    return enter(target.name, valueOf(target), labelOf(form, target), target.name === "odometer" ? confirmed : []);
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

  for (const item of await mine()) {
    const [, value] = item.fields.find(([key]) => key === "value");
    setTo(form, nameOf(item), value);
    before[nameOf(item)] = value;
    if (item.refused) say(nameOf(item), item.refused);
  }
}
