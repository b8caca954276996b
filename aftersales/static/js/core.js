// What every other module uses: `attach` gives a behaviour to the elements that carry a data- attribute, now and
// after each swap; `newId` makes an id on this device; `say` announces to a screen reader and shows a toast.

const behaviours = [];

function run({ selector, start, seen }, root) {
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.unshift(root);
  for (const element of found) {
    if (seen.has(element)) continue;
    seen.add(element);
    start(element);
  }
}

export function attach(selector, start) {
  const behaviour = { selector, start, seen: new WeakSet() };
  behaviours.push(behaviour);
  run(behaviour, document);
}

export function attachIn(root) {
  for (const behaviour of behaviours) run(behaviour, root);
}

// On a plain http address crypto.randomUUID is missing; getRandomValues is there always.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

// Words come from the page, since they are translated there: <meta name="words" content='{"retry": "…"}'>.
const words = JSON.parse(document.querySelector('meta[name="words"]')?.content ?? "{}");

export function word(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// A number with its words: <meta name="words"> holds one sentence for each plural form of the language.
export function counted(key, n) {
  const forms = words[key] ?? {};
  const form = forms[new Intl.PluralRules(document.documentElement.lang).select(n)] ?? forms.other ?? key;
  return form.replace("{n}", n);
}

export function iconMarkup(name) {
  const sprite = document.querySelector('meta[name="icons"]')?.content ?? "";
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(document.createElementNS(ns, "use")).setAttribute("href", `${sprite}#i-${name}`);
  return svg;
}

// An answer's own sentence, sent as HX-Trigger {"banner": {"text": …}} or {"toast": …}; empty where it has none.
export function sentenceOf(request) {
  const events = JSON.parse(request?.getResponseHeader("HX-Trigger") || "{}");
  const notice = events.banner ?? events.toast ?? "";
  return notice.value?.text ?? notice.value ?? notice.text ?? notice;
}

export function emit(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

document.addEventListener("htmx:load", (event) => attachIn(event.target));

// The page is ready when htmx has seen it and each behaviour that it asked for is there; early.js holds taps until then.
let awaited = 0;

function wait() {
  awaited += 1;
  emit("page:busy");
}

function arrive() {
  awaited -= 1;
  if (!awaited) emit("page:ready");
}

wait();
if (document.readyState === "complete") arrive();
else document.addEventListener("DOMContentLoaded", () => setTimeout(arrive));

// Behaviours that few pages need: the element names its module, which exports `start(element)`.
attach("[data-load]", (element) => {
  for (const url of element.dataset.load.split(" ")) {
    wait();
    const loaded = import(url);
    loaded.then((module) => module.start(element)).catch((error) => {
      console.debug(error);
      emit("banner", { tone: "urgent", text: word("load_failed") });
    });
    loaded.then(arrive, arrive);
  }
});
