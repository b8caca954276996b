// The own number pad for measured values: a tap on a value opens it, its keys are large enough for gloves, and the value
// takes the colour of its limits while it is typed. Typing on a real keyboard colours it too. Without script the field
// is a number field like any other.
import { iconMarkup } from "./core.js";
import { colour } from "./value-colour.js";

const AFTER_LEAVING = 350;
const KEYS = ["7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0", ".5"];

export function start(section) {
  const words = JSON.parse(section.dataset.padWords);
  let pad = null;
  let id = "";
  let text = "";
  let isFresh = true;
  const current = () => document.getElementById(id);
  const all = () => [...section.querySelectorAll("input[data-measure]")].filter((input) => input.offsetParent !== null);
  for (const input of all()) input.inputMode = "none";

  function part(tag, className, content = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = content;
    return made;
  }

  function key(name, label, press) {
    const button = part("button", "btn");
    button.type = "button";
    button.dataset.key = name;
    if (name === "delete") {
      button.append(iconMarkup("delete"));
      button.setAttribute("aria-label", label);
    } else button.textContent = label;
    // The field keeps the focus, so that nothing is sent in between.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", press);
    return button;
  }

  function show() {
    const input = current();
    if (!input) return close();
    const tone = colour(input);
    pad.dataset.tone = tone;
    pad.querySelector(".numpad-name").textContent = [input.dataset.measure, input.dataset.before].filter(Boolean).join(" · ");
    pad.querySelector(".numpad-value").textContent = `${text || "–"} ${input.nextElementSibling?.textContent ?? ""}`;
    pad.querySelector(".numpad-word").textContent = words[tone] ?? "";
    pad.querySelector('[data-key="next"]').textContent = all().at(-1) === input ? words.done : words.next;
  }

  function write(value) {
    const input = current();
    text = value;
    isFresh = false;
    input.value = Number.isNaN(Number(value)) ? "" : value.replace(/\.$/, "");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    show();
  }

  function press(sign) {
    const typed = isFresh ? "" : text;
    if (sign === "minus") return write(typed.startsWith("-") ? typed.slice(1) : `-${typed}`);
    if (sign.startsWith(".") && typed.includes(".")) return;
    write((typed + sign).replace(/^(-?)\./, "$10."));
  }

  function next() {
    const inputs = all();
    const following = inputs[inputs.findIndex((input) => input.id === id) + 1];
    if (!following) return close();
    following.focus();
    open(following);
  }

  function close() {
    pad?.remove();
    pad = null;
    current()?.blur();
  }

  function build() {
    pad = part("div", "numpad card");
    pad.setAttribute("role", "group");
    pad.setAttribute("aria-label", words.pad);
    const head = part("div", "numpad-head");
    head.append(part("span", "numpad-name"), part("b", "numpad-value num"), part("span", "numpad-word"));
    pad.append(head, ...KEYS.map((sign) => key(sign, sign, () => press(sign))));
    pad.append(key("delete", words.delete, () => write(isFresh ? "" : text.slice(0, -1))));
    pad.append(key("minus", "±", () => press("minus")), key("next", words.next, next));
    pad.querySelector('[data-key="next"]').dataset.kind = "primary";
    section.closest("main").append(pad);
  }

  function open(input) {
    if (!pad) build();
    [id, text, isFresh] = [input.id, input.value, true];
    pad.toggleAttribute("data-signed", Number(input.min) < 0);
    show();
    input.closest(".field").scrollIntoView({ block: "center" });
  }

  section.addEventListener("click", ({ target }) => { if (target.matches("input[data-measure]")) open(target); });
  section.addEventListener("input", ({ target, isTrusted }) => {
    if (!target.matches("input[data-measure]")) return;
    colour(target);
    if (pad && isTrusted && target.id === id) [text, isFresh] = [target.value, false], show();
  });
  // Not at once: the page must not move under the finger that presses the next button.
  section.addEventListener("focusout", () => setTimeout(() => {
    if (!pad || document.activeElement?.matches("input[data-measure]") || pad.contains(document.activeElement)) return;
    pad.remove();
    pad = null;
  }, AFTER_LEAVING));
  section.addEventListener("htmx:load", () => { for (const input of all()) input.inputMode = "none"; });
}
