// Says on every page what waits on this tablet, and goes on sending it; who signs out with something waiting is asked.
import { attach, counted, emit, word } from "./core.js";

const count = () => Number(localStorage.getItem("waiting"));

function show({ detail: { items } }) {
  const photos = items.filter(({ fields }) => fields.some(([name]) => name === "photo_id")).length;
  const refused = items.filter((item) => item.refused).length;
  for (const line of document.querySelectorAll("[data-waiting-line]")) {
    line.hidden = !items.length;
    line.dataset.tone = refused ? "urgent" : "soon";
    const words = photos === items.length ? counted("photos_wait", photos) : counted("entries_wait", items.length);
    line.querySelector("span").textContent = refused ? `${words} ${counted("entries_refused", refused)}` : words;
  }
}

for (const name of ["ready", "kept", "sent", "refused", "dropped"]) document.addEventListener(`queue:${name}`, show);
document.addEventListener("queue:full", () => emit("banner", { owner: "queue", text: word("tablet_full") }));

if (count()) import(document.querySelector('meta[name="queue"]')?.content).catch(() => emit("banner", { text: word("load_failed") }));

// The pages that this tablet keeps for the yard go with the sign-out; what waits stays.
attach("form[data-signs-out]", (form) => form.addEventListener("submit", (event) => {
  if (!count() || form.dataset.sure !== undefined) {
    return navigator.serviceWorker?.getRegistration().then((worker) => worker?.active?.postMessage({ type: "forget" }));
  }
  event.preventDefault();
  const dialog = document.getElementById(form.dataset.signsOut);
  dialog.querySelector("[data-sure]").addEventListener("click", () => { form.dataset.sure = ""; form.requestSubmit(); }, { once: true });
  dialog.showModal();
}, true));
