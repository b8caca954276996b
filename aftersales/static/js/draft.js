// What somebody typed and did not send yet when the shared tablet was locked: kept in this tab for this person and page,
// and put back when the same person returns to it. Never passwords, files or what a script filled in.
import { isField, sentValueOf, setTo, valueOf } from "./controls.js";

const keyOf = (person) => `draft ${person} ${location.pathname}${location.search}`;
const forms = () => [...document.querySelectorAll('main form[method="post"]')];
const isTyped = (control) => isField(control) && control.type !== "password" && !control.closest("[data-fields]");

function changed(form) {
  const values = {};
  for (const control of form.elements) {
    if (!isTyped(control)) continue;
    if (control.type === "radio") {
      if (control.checked && !control.defaultChecked) values[control.name] = control.value;
    } else if (valueOf(control) !== sentValueOf(control)) values[control.name] = valueOf(control);
  }
  return values;
}

export function keepDraft(person) {
  const drafts = forms().map((form) => ({ action: form.getAttribute("action"), values: changed(form) })).filter(({ values }) => Object.keys(values).length);
  if (drafts.length) sessionStorage.setItem(keyOf(person), JSON.stringify(drafts));
}

export function bringBack(person) {
  const drafts = JSON.parse(sessionStorage.getItem(keyOf(person)) ?? "[]");
  sessionStorage.removeItem(keyOf(person));
  for (const { action, values } of drafts) {
    const form = forms().find((each) => each.getAttribute("action") === action);
    if (form) for (const [name, value] of Object.entries(values)) setTo(form, name, value);
  }
}
