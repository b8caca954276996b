// Toast and banner. The server sends them as HX-Trigger events whose value is a sentence, or {text, undo: {url, label}}
// for a toast, {text, title, tone, icon} for a banner; scripts send the same with emit().
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

function noticeOf({ detail }) {
  const notice = detail?.value ?? detail;
  return typeof notice === "string" ? { text: notice } : notice;
}

document.addEventListener("toast", (event) => {
  const notice = noticeOf(event);
  const region = document.getElementById("toast");
  if (!region) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(notice.text);
  if (notice.undo) {
    toast.append(button(notice.undo.label ?? word("undo"), () => {
      toast.remove();
      window.htmx.ajax("POST", notice.undo.url, { target: notice.undo.target ?? "body", swap: notice.undo.swap ?? "outerHTML" });
    }));
  }
  region.replaceChildren(toast);
  hideLater(toast);
});

document.addEventListener("banner", (event) => {
  const notice = { icon: "octagon-alert", tone: "urgent", ...noticeOf(event) };
  const region = document.getElementById("banner");
  if (!region || !notice.text) return;
  const banner = document.createElement("div");
  banner.className = "banner";
  if (notice.tone) banner.dataset.tone = notice.tone;
  if (notice.owner) banner.dataset.owner = notice.owner;
  if (notice.icon) banner.append(iconMarkup(notice.icon));
  if (notice.title) banner.append(`${notice.title} `);
  banner.appendChild(document.createElement("span")).append(notice.text);
  if (notice.retry) banner.append(button(word("retry"), () => { banner.remove(); notice.retry(); }));
  region.replaceChildren(banner);
});

// Whoever put up a banner takes down that one only: a poll that works again says nothing about a failed save.
document.addEventListener("banner-end", ({ detail }) => {
  document.querySelector(`#banner > [data-owner="${detail.owner}"]`)?.remove();
});

// A message that came with the page (after a plain POST and redirect) leaves like every other toast.
attach("#toast > .toast", hideLater);

addEventListener("offline", () => emit("banner", { owner: "network", tone: "soon", icon: "wifi-off", text: word("no_connection") }));
addEventListener("online", () => emit("banner-end", { owner: "network" }));
