// "Who is working?": a tap on a name says whose PIN is asked for and where it leads: to the page that this person last
// had on this tablet, else to the one that was open. The tiles say what waits here until its author signs in.
import { list } from "./store.js";

const RECENT_MS = 12 * 3_600_000;

function pageOf(person) {
  const { at, page } = JSON.parse(localStorage.getItem(`page ${person}`) ?? "{}");
  return at > Date.now() - RECENT_MS ? page : "";
}

export async function start(form) {
  const words = JSON.parse(form.dataset.words);
  const { next, pin } = form.elements;
  const wasOpen = next.value;
  let chosen = null;

  function choose(tile) {
    form.querySelector("[data-pin-of]").textContent = words.of.replace("{name}", tile.dataset.name);
    next.value = pageOf(tile.value) || wasOpen;
    const forgot = form.querySelector("[data-forgot]");
    const address = new URL(forgot.href);
    address.searchParams.set("email", tile.dataset.email);
    address.searchParams.set("next", next.value);
    forgot.href = address;
    if (chosen) pin.value = "";
    chosen = tile;
    pin.dispatchEvent(new Event("input")); // the dots; six digits that waited for their name are sent
  }

  form.addEventListener("change", ({ target }) => { if (target.name === "user_id") choose(target); });
  const before = form.querySelector('[name="user_id"]:checked');
  if (before) choose(before);

  const waiting = new Map();
  for (const { owner } of await list()) waiting.set(owner, (waiting.get(owner) ?? 0) + 1);
  for (const [owner, n] of waiting) {
    const line = form.querySelector(`[data-waits="${owner}"]`);
    if (!line) continue;
    line.textContent = words.waits.replace("{n}", n);
    line.hidden = false;
  }
}
