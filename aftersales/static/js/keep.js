// Forms whose post must not be lost: <form data-kept="Damage: {kind}, {zone}">. What is sent is kept on this tablet
// first and forgotten when our server has answered; without an answer the queue sends it.
import { emit, newId, word } from "./core.js";
import { drop, keep, owner, release, settled } from "./queue.js";
import { ask } from "./sending.js";

const SETTLE_MS = 15_000;
const MOST_IDS = 200;
const itemOf = (event) => event.detail.requestConfig?.headers["Aftersales-Item"];
const isOurs = (event) => event.detail.xhr.getResponseHeader("Aftersales-Item") === itemOf(event);

// The words of the list, with the chosen values in place of {names}.
function titleOf(source, fields) {
  const values = Object.fromEntries(fields.map(([name, value]) => [name, typeof value === "string" ? labelOf(source, name, value) : ""]));
  return source.dataset.kept.replace(/\{([\w-]+)\}/g, (whole, name) => values[name] ?? "").trim();
}

function labelOf(source, name, value) {
  const option = source.querySelector(`select[name="${name}"] option[value="${CSS.escape(value)}"]`);
  const radio = source.querySelector(`input[type="radio"][name="${name}"][value="${CSS.escape(value)}"]`);
  return option?.textContent.trim() ?? radio?.closest("label")?.textContent.trim() ?? value;
}

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, formData, headers, path, verb } = event.detail;
  const source = elt.closest("[data-kept]");
  if (!source || verb !== "post") return;
  const fields = fieldsOf(formData);
  const id = formData.get("submission_id") || newId();
  headers["Aftersales-Item"] = id;
  headers["Aftersales-Author"] = owner();
  keep({ url: path, title: titleOf(source, fields), fields, order: source.closest("[data-order]")?.dataset.order, isSending: true, id });
});

// A page of somebody else, a hotel's sign-in for example, must not come into ours.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (itemOf(event) && !isOurs(event)) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const id = itemOf(event);
  if (!id) return;
  const reached = isOurs(event) && event.detail.xhr.status !== 401 && event.detail.xhr.status < 500;
  if (reached) drop(id); else release(id);
});

const fieldsOf = (entries) => [...entries].filter(([, value]) => typeof value === "string" || value.size).map(([name, value]) => [name, value, value.name]);

// A page that opens without network opens with the ids that it had: what was kept from it before must not be taken for
// the same deed. An id is remembered when something is kept under it, not when the form itself is sent.
function unusedId(own) {
  const used = JSON.parse(localStorage.getItem("used ids") ?? "[]");
  const id = own && !used.includes(own) ? own : newId();
  localStorage.setItem("used ids", JSON.stringify([...used, id].slice(-MOST_IDS)));
  return id;
}

// A form that is posted as a page asks first whether the server is there: the browser's own error page would take the
// place of what was typed. Without it a kept form is kept, another one goes to the page named for that or stays.
document.addEventListener("submit", async (event) => {
  const [form, button] = [event.target, event.submitter];
  if (form.method !== "post" || form.matches("[hx-post], [data-fields], [data-sign-here-form], .lock") || button?.hasAttribute("hx-post")) return;
  if (form.dataset.reached !== undefined) return void delete form.dataset.reached;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.asking !== undefined) return; // the second tap of one
  const at = Date.now();
  form.dataset.asking = "";
  button?.classList.add("htmx-request"); // it is seen to work while nobody answers
  try {
    await decide(form, button, at);
  } finally {
    delete form.dataset.asking;
    button?.classList.remove("htmx-request");
  }
}, true);

async function decide(form, button, at) {
  // What is agreed and signed needs the photos that are still on their way.
  const order = form.closest("[data-order]")?.dataset.order;
  if ((await ask()) && (form.dataset.afterQueue === undefined || (await settled(order, SETTLE_MS)))) {
    form.dataset.reached = "";
    return form.requestSubmit(button);
  }
  const next = button?.dataset.nextOffline ?? form.dataset.nextOffline;
  if (form.dataset.kept !== undefined) {
    const entries = new FormData(form, button);
    entries.set("submission_id", unusedId(entries.get("submission_id")));
    const fields = fieldsOf(entries);
    const source = button?.dataset.kept === undefined ? form : button;
    await keep({ url: button?.getAttribute("formaction") ?? form.getAttribute("action"), title: titleOf(source, fields), fields, order, at });
    form.reset();
    for (const input of form.querySelectorAll('[name="submission_id"]')) input.value = newId();
  } else if (!next) {
    return emit("banner", { owner: "network", tone: "soon", icon: "wifi-off", text: word("no_connection") });
  }
  if (next) location.assign(next);
}

// The module works for the whole page; nothing is bound to the element that loads it.
export function start() {}
