// Sends what was done on this tablet, at once or when the server answers again. Each item carries an id made here, and
// the second arrival of the same one changes nothing: so an answer that got lost is simply sent again.
import { emit, newId } from "./core.js";
import { ask, post } from "./sending.js";
import { get, list, put, remove, tell } from "./store.js";

export { list };

const RETRY_MS = 10_000;

const busy = new Set(); // what a form on this page is sending itself just now
let running = null;
let latest = 0;

// No two items of this page have the same time: they go out in the order in which they were made.
const madeAt = (at) => (latest = Math.max(at, latest + 1));

const person = () => document.querySelector('meta[name="person"]');
export const listOf = async (order) => (await list()).filter((item) => item.order === Number(order));
export const owner = () => Number(person()?.content ?? 0);

// Keeps an item and sends it soon. `fields` are [name, text or Blob, file name]; `last` waits for the order's others, `at` is when it was tapped.
export async function keep({ url, title, fields, order = 0, last = false, isSending = false, id = newId(), at = Date.now() }) {
  const own = fields.find(([name, value]) => ["submission_id", "photo_id"].includes(name) && value);
  const all = fields.filter(([name]) => name !== "csrf_token");
  if (!own) all.push(["submission_id", id]);
  const item = { id: own?.[1] ?? id, url, title, fields: all, order: Number(order), owner: owner(), author: person()?.dataset.name ?? "", last, made_at: madeAt(at) };
  if (isSending) busy.add(item.id);
  try {
    await put(item);
  } catch (error) {
    return sendAtOnce(item, error);
  }
  navigator.storage?.persist?.();
  await tell("queue:kept", item);
  if (!isSending) send();
  return item.id;
}

// There is no room on the tablet: with a network the item arrives all the same, without one the page says so.
async function sendAtOnce(item, error) {
  const session = await ask();
  if (!session || (await post(item, session)) !== "sent") {
    emit("queue:full", { item, error });
    throw error;
  }
  await tell("queue:sent", item);
  return item.id;
}

export async function drop(id) {
  busy.delete(id);
  const item = await get(id);
  await remove(id);
  await tell("queue:dropped", item ?? { id });
}

// Waits until all of an order has arrived, at most `ms`; false where something is still here.
export async function settled(order, ms) {
  send();
  for (const until = Date.now() + ms; Date.now() < until; await new Promise((go) => setTimeout(go, 80))) {
    if (!(await listOf(order)).some((item) => !item.refused)) return true;
  }
  return false;
}

// A form that was sending an item itself did not reach the server: from now on the queue does.
export function release(id) {
  busy.delete(id);
  send();
}

export async function again(id) {
  const item = await get(id);
  if (item) await put({ ...item, refused: "" });
  return send();
}

function nextOf(items, passed) {
  const open = items.filter((item) => !busy.has(item.id) && !item.refused && !passed.has(item.id));
  // What closes an order, the signature, goes when nothing else of it is left here.
  return open.find((item) => !item.last || !items.some((other) => other.order === item.order && other.id !== item.id));
}

async function sendAll() {
  const passed = new Set();
  let session = null;
  for (;;) {
    const items = (await list()).filter((item) => !session || item.owner === session.person);
    const item = nextOf(items, passed);
    if (!item) return passed.size === 0; // others' items wait until they sign in on this tablet
    if (!session) {
      session = await ask();
      if (!session) return false;
      emit("queue:session", session);
      continue;
    }
    const outcome = await post(item, session);
    if (outcome === "unreachable") return false;
    if (outcome === "failed") passed.add(item.id);
    else if (outcome === "sent") await remove(item.id);
    else if (await get(item.id)) await put(item); // unless it was deleted meanwhile
    await tell(`queue:${outcome}`, item);
  }
}

// Sends what waits, one after another, once at a time in all tabs; tries again later where nobody answers.
export function send() {
  running ??= locked(sendAll)
    .then((isDone) => { if (!isDone) setTimeout(send, RETRY_MS); })
    .finally(() => { running = null; });
  return running;
}

const locked = (act) => (navigator.locks ? navigator.locks.request("aftersales-queue", act) : act());

tell("queue:ready", null);
addEventListener("online", send);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") send(); });
send();
