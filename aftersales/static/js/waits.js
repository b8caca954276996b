// Shows on a page what of it still waits on this tablet: <ul data-waiting-list="address"> lists what was posted there,
// <ul data-waiting-order="id"> all of an order; a part with data-restore stands again as it was entered, a line with data-waits-for="name=value" and data-url says that
// just this waits, and what a form with data-once sends is not sent a second time: its page is read anew on arrival.
import { iconMarkup, word } from "./core.js";
import { list, owner } from "./queue.js";

function row(item) {
  const entry = document.createElement("li");
  entry.className = "item";
  const main = document.createElement("span");
  main.className = "item-main";
  const note = document.createElement("span");
  note.className = "note";
  note.textContent = item.refused || word("waits_here");
  const title = document.createElement("b");
  title.textContent = item.title;
  main.append(title, document.createElement("br"), note);
  entry.append(iconMarkup(item.refused ? "octagon-alert" : "cloud-upload"), main);
  return entry;
}

function fill(items) {
  for (const place of document.querySelectorAll("[data-waiting-list]")) {
    const own = items.filter(({ url }) => url === place.dataset.waitingList);
    place.hidden = !own.length;
    place.replaceChildren(...own.map(row));
  }
  for (const place of document.querySelectorAll("[data-waiting-order]")) {
    const own = items.filter(({ order }) => order === Number(place.dataset.waitingOrder));
    place.hidden = !own.length;
    place.replaceChildren(...own.map(row));
  }
  for (const line of document.querySelectorAll("[data-waits-for]")) {
    const [name, value] = line.dataset.waitsFor.split("=");
    const item = items.findLast(({ url, fields }) => url === line.dataset.url && fields.some((field) => field[0] === name && field[1] === value));
    line.hidden = !item;
    if (item) line.lastElementChild.textContent = `${item.title}: ${item.refused || word("waits_here")}`;
  }
  for (const form of document.querySelectorAll("form[data-once]")) {
    const isWaiting = items.some(({ url, refused }) => url === form.getAttribute("action") && !refused);
    for (const button of document.querySelectorAll(`[form="${CSS.escape(form.id)}"], #${CSS.escape(form.id)} button`)) button.disabled = isWaiting;
  }
  for (const source of document.querySelectorAll("[data-kept][data-restore]")) {
    const item = items.find(({ url }) => url === source.getAttribute("hx-post"));
    source.querySelector("[data-waits-note]")?.remove();
    if (!item) continue;
    const note = document.createElement("span");
    note.className = "note";
    note.dataset.waitsNote = "";
    note.textContent = item.refused || word("waits_here");
    source.firstElementChild.append(note);
  }
}

// What waits stands in its form again after the page was opened anew.
function restore(item) {
  const source = document.querySelector(`[data-kept][data-restore][hx-post="${CSS.escape(item.url)}"]`);
  for (const [name, value] of source ? item.fields : []) {
    for (const input of source.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "radio") input.checked = input.value === value;
      else if (!["hidden", "file"].includes(input.type)) input.value = value;
    }
  }
}

// A list that showed what waited takes what has arrived from its page.
document.addEventListener("queue:sent", ({ detail }) => {
  for (const place of document.querySelectorAll("[data-waiting-list]")) {
    const part = place.dataset.waitingList === detail.item.url && place.closest('[hx-trigger="item-sent"]');
    if (part) window.htmx.trigger(part, "item-sent");
  }
  readAnew(detail);
});
document.addEventListener("queue:refused", ({ detail }) => readAnew(detail));

// When the last of the person's entries was answered, the page says what came of them.
function readAnew({ item, items }) {
  const isShown = document.querySelector("[data-waiting-order]") || [...document.querySelectorAll("form[data-once]")].some((form) => form.getAttribute("action") === item.url);
  const isOpen = items.some((other) => other.owner === owner() && !other.refused);
  if (isShown && !isOpen && !document.activeElement?.matches("input, textarea")) location.reload();
}

for (const name of ["ready", "kept", "sent", "refused", "dropped"]) {
  document.addEventListener(`queue:${name}`, ({ detail }) => fill(detail.items));
}
document.addEventListener("htmx:load", async () => fill(await list()));
list().then((items) => { fill(items); items.forEach(restore); });

// The module works for the whole page; nothing is bound to the element that loads it.
export function start() {}
