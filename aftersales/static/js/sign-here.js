// The customer signs on a tablet without connection, or while something of the order still waits on it. What is signed
// is exactly what is shown: the order as the page brought it, and the list of what waits here, with the digests of its
// files. It goes last, when all else of the order has arrived.
import { emit, newId } from "./core.js";
import { keep, listOf } from "./queue.js";
import { ask } from "./sending.js";

const textOf = (item, name) => item.fields.find(([key]) => key === name)?.[1];

async function digestOf(blob) {
  if (!crypto.subtle) return { name: blob.name ?? "file", size: blob.size };
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return { size: blob.size, sha256: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") };
}

const described = async (item) => ({
  id: item.id, what: item.title, at: new Date(item.made_at).toISOString(), by: item.author,
  fields: Object.fromEntries(await Promise.all(item.fields.map(async ([name, value]) => [name, value instanceof Blob ? await digestOf(value) : value]))),
});

export function start(form) {
  const statement = JSON.parse(form.querySelector("[data-statement]").textContent);
  const words = JSON.parse(form.dataset.words);
  const order = Number(form.closest("[data-order]").dataset.order);
  const part = (name) => form.querySelector(`[data-${name}]`);
  const rest = async () => (await listOf(order)).filter((item) => !item.last);

  function listMissing(items) {
    const entered = new Set(items.filter((item) => textOf(item, "name")).map((item) => textOf(item, "name")));
    const stations = new Set(items.flatMap((item) => [textOf(item, "station"), item.url.match(/\/stations\/([\w-]+)\/skip$/)?.[1]]));
    return [
      ...(statement.is_priced ? [] : [words.prices]),
      ...statement.fields.filter((name) => !entered.has(name)).map((name) => words[name]),
      ...Object.entries(statement.stations).filter(([station]) => !stations.has(station)).map(([, label]) => words.photo.replace("{station}", label)),
    ];
  }

  function fill(place, sentences) {
    place.replaceChildren(...sentences.map((sentence) => {
      const entry = document.createElement("li");
      entry.textContent = sentence;
      return entry;
    }));
  }

  async function show() {
    const items = await rest();
    const isGiven = (await listOf(order)).some((item) => item.last);
    const isHere = isGiven || items.length > 0 || (await ask()) === null;
    const missing = listMissing(items);
    form.hidden = !isHere;
    for (const element of document.querySelectorAll("[data-online-sign]")) element.hidden = isHere;
    for (const element of document.querySelectorAll("[data-sign-here]")) element.hidden = !isHere || isGiven || missing.length > 0;
    part("items").hidden = !items.length;
    fill(part("items"), items.map((item) => item.title));
    part("missing").hidden = isGiven || !missing.length;
    fill(part("missing").querySelector("ul"), missing);
    part("pad").hidden = isGiven || missing.length > 0;
    part("given").hidden = !isGiven;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string" || value.size).map(([name, value]) => [name, value, value.name]);
    if (!textOf({ fields }, "here_name")?.trim()) return emit("banner", { text: words.signature });
    const items = await Promise.all((await rest()).map(described));
    const shown = { ...statement, consent: part("consent").textContent.trim(), on_the_tablet: items, signed_at: new Date().toISOString() };
    const bytes = new Blob([JSON.stringify(shown)], { type: "application/json" });
    const own = [["statement", bytes, "statement.json"], ["order_digest", statement.order_digest], ["consent", shown.consent], ["submission_id", newId()]];
    await keep({ url: form.getAttribute("action"), title: form.dataset.title, order, last: true, fields: [...fields, ...own] });
    return show();
  }, true);

  for (const name of ["kept", "refused", "dropped"]) document.addEventListener(`queue:${name}`, show);
  document.addEventListener("queue:sent", ({ detail }) => {
    const isDone = detail.item.order === order && !detail.items.some((item) => item.order === order);
    return isDone ? location.reload() : show();
  });
  show();
}
