// The page of what is on this tablet: entries that wait, with what the server said to them, and pages kept for the yard.
import { attachIn, iconMarkup } from "./core.js";
import { again, drop, list, owner } from "./queue.js";

const MB = 1024 * 1024;
const FEW_MB = 200;

function element(name, content, attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...[content].flat());
  return made;
}

function pictureOf(item) {
  const blob = item.fields.find(([, value]) => value instanceof Blob && value.type.startsWith("image/"))?.[1];
  if (!blob) return iconMarkup(item.refused ? "octagon-alert" : "cloud-upload");
  const image = element("img", [], { class: "thumb", alt: "", src: URL.createObjectURL(blob) });
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  return image;
}

export function start(page) {
  const words = JSON.parse(page.dataset.words);
  const dialog = document.getElementById("delete-item");
  const place = (name) => page.querySelector(`[data-${name}]`);
  let chosen = null;

  function row(item) {
    const state = item.refused ? words.refused.replace("{reason}", item.refused)
      : item.owner === owner() ? words.waits : words.others.replace("{name}", item.author || words.somebody);
    const time = new Date(item.made_at).toLocaleString(document.documentElement.lang, { timeZone: page.dataset.zone, month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const main = element("span", [element("b", item.title), element("br", []), element("span", `${state} · ${time}`, { class: "note" })], { class: "item-main" });
    const entry = element("li", [pictureOf(item), main], { class: "item" });
    if (item.refused) {
      const retry = element("button", words.again, { class: "btn", "aria-label": words.again_what.replace("{what}", item.title) });
      retry.addEventListener("click", () => again(item.id));
      entry.append(retry);
    }
    const remove = element("button", iconMarkup("x"), { class: "btn", "data-kind": "quiet", "aria-label": words.delete_what.replace("{what}", item.title) });
    remove.addEventListener("click", () => { chosen = item.id; dialog.querySelector("[data-what]").textContent = item.title; dialog.showModal(); });
    entry.append(remove);
    return entry;
  }

  async function fill() {
    const items = await list();
    place("nothing").hidden = items.length > 0;
    place("items").replaceChildren(...items.map(row));
  }

  async function fillPages() {
    const cache = await window.caches?.open("pages");
    const entries = [];
    for (const request of (await cache?.keys()) ?? []) {
      const { pathname } = new URL(request.url);
      if (!/^\/orders\/\d+\/(check-in|inspection|work)$/.test(pathname)) continue;
      const kept = new DOMParser().parseFromString(await (await cache.match(request)).text(), "text/html");
      for (const part of kept.querySelectorAll("[data-yard]")) part.remove();
      const text = (selector) => kept.querySelector(selector)?.textContent.trim() ?? "";
      const main = element("span", [element("b", text(".task-head .plate") || text("h1")), element("br", []), element("span", `${text("h1")} · ${text(".task-title .note")}`, { class: "note" })], { class: "item-main" });
      entries.push(element("li", element("a", [iconMarkup("car"), main, iconMarkup("chevron-right")], { class: "item", href: pathname })));
    }
    place("no-pages").hidden = entries.length > 0;
    place("pages").replaceChildren(...entries);
  }

  async function sayRoom() {
    const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    if (!quota) return;
    const free = Math.floor((quota - usage) / MB);
    place("room").textContent = (free < FEW_MB ? words.short : words.room).replace("{free}", free.toLocaleString(document.documentElement.lang));
  }

  dialog.querySelector("[data-sure]").addEventListener("click", () => drop(chosen));
  for (const name of ["ready", "kept", "sent", "refused", "dropped"]) document.addEventListener(`queue:${name}`, fill);
  fetch("/waiting/session", { cache: "no-store" }).then((answer) => answer.headers.get("Aftersales") === null).catch(() => true).then((gone) => { place("no-network").hidden = !gone; });
  fill();
  fillPages();
  sayRoom();
  attachIn(page);
}
