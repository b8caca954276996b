// Fields of a form, whatever their kind: what stands in them, what the server sent, what they are called.

export const isField = ({ name, type }) => Boolean(name) && !["hidden", "fieldset", "file", "submit", "button"].includes(type);

export const valueOf = (control) => (control.type === "checkbox" ? (control.checked ? "1" : "") : control.value.trim());

export function setTo(form, name, value) {
  for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (control.type === "radio") control.checked = control.value === value;
    else if (control.type === "checkbox") control.checked = value === "1";
    else control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export function labelOf(form, control) {
  const legend = control.type === "radio" ? control.closest("fieldset")?.querySelector("legend") : form.querySelector(`label[for="${CSS.escape(control.id)}"]`);
  const words = (legend ?? control.closest("label"))?.cloneNode(true);
  words?.querySelector(".note")?.remove(); // "(optional)"
  return words?.textContent.trim().replace(/\s+/g, " ") ?? control.name;
}

// What the server sent, not what the browser brought back: a range that nobody set has no value yet.
export function sentValueOf(control) {
  if (control.type === "checkbox") return control.defaultChecked ? "1" : "";
  if (control.options) return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value ?? "";
  return control.type === "radio" ? control.value : control.defaultValue.trim();
}
