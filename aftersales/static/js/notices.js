// Toast and banner. The server sends them as HX-Trigger events: {"toast": {"text": …, "undo": {"url": …}}} and
// {"banner": {"tone": …, "icon": …, "title": …, "text": …}}; scripts send them with emit().
import { attach, emit, iconMarkup, word } from "./core.js";

const TOAST_MS = 6000;
let timer;

function hideLater(toast) {
  clearTimeout(timer);
  timer = setTimeout(() => toast.matches(":focus-within, :hover") ? hideLater(toast) : toast.remove(), TOAST_MS);
}

function button(label, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "btn";
  element.append(label);
  element.addEventListener("click", act);
  return element;
}

document.addEventListener("toast", ({ detail }) => {
  const region = document.getElementById("toast");
  if (!region) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(typeof detail === "string" ? detail : detail.text ?? detail.value);
  if (detail.undo) {
    toast.append(button(detail.undo.label ?? word("undo"), () => {
      toast.remove();
      window.htmx.ajax("POST", detail.undo.url, { target: detail.undo.target ?? "body", swap: detail.undo.swap ?? "outerHTML" });
    }));
  }
  region.replaceChildren(toast);
  hideLater(toast);
});

document.addEventListener("banner", ({ detail }) => {
  const region = document.getElementById("banner");
  if (!region) return;
  const banner = document.createElement("div");
  banner.className = "banner";
  if (detail.tone) banner.dataset.tone = detail.tone;
  if (detail.retry) banner.dataset.own = "";
  if (detail.icon) banner.append(iconMarkup(detail.icon));
  if (detail.title) banner.append(`${detail.title} `);
  banner.appendChild(document.createElement("span")).append(detail.text ?? detail.value);
  if (detail.retry) banner.append(button(word("retry"), () => { banner.remove(); detail.retry(); }));
  region.replaceChildren(banner);
});

document.addEventListener("banner-end", ({ detail }) => {
  document.querySelector(detail.own ? "#banner > [data-own]" : "#banner > *")?.remove();
});

// A message that came with the page (after a plain POST and redirect) leaves like every other toast.
attach("#toast > .toast", hideLater);

addEventListener("offline", () => emit("banner", { tone: "soon", icon: "wifi-off", text: word("no_connection") }));
addEventListener("online", () => emit("banner-end", { own: false }));
