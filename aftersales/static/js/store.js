// The browser's database with what was done on this tablet and has not reached the server yet. Each change is told to
// the page by an event: queue:kept, queue:sent, queue:refused, queue:dropped, with the item and all that still waits.
import { openDB } from "../vendor/idb.js";
import { emit } from "./core.js";

const database = openDB("aftersales", 1, {
  upgrade: (db) => db.createObjectStore("items", { keyPath: "id" }).createIndex("made_at", "made_at"),
});

export const list = async () => (await database).getAllFromIndex("items", "made_at");
export const get = async (id) => (await database).get("items", id);

// Committed at once: what is still open when the page is left would be taken back.
export async function put(item) {
  const change = (await database).transaction("items", "readwrite");
  change.store.put(item);
  change.commit();
  await change.done;
}

export const remove = async (id) => (await database).delete("items", id);

export async function tell(name, item) {
  const items = await list();
  localStorage.setItem("waiting", items.length);
  emit(name, { item, items });
}
