// The shared tablet's lock: by its button, and by itself when nobody touched it for the site's minutes. What waits in the
// queue is sent first where that is quick; what was typed stays for its author. Without the network nothing could open
// the tablet again, so it locks when the workshop answers.
import { csrfToken, emit, word } from "./core.js";
import { bringBack, keepDraft } from "./draft.js";
import { ask } from "./sending.js";

const LOOK_MS = 5_000;
const SETTLE_MS = 5_000;
const TOUCHES = ["pointerdown", "keydown", "scroll", "input"];

export function start(form) {
  const person = Number(document.querySelector('meta[name="person"]').content);
  const patience = Math.max(1, Number(form.dataset.minutes)) * 60_000;
  const here = location.pathname + location.search;
  let told = Date.now();
  let isLocking = false;

  async function tell() {
    told = Date.now();
    const answer = await fetch(form.dataset.awake, { method: "POST", redirect: "manual", headers: { "X-CSRFToken": csrfToken() } }).catch(() => null);
    if (answer?.type === "opaqueredirect") leave();
  }

  function touch() {
    localStorage.setItem("touched", Date.now());
    if (Date.now() - told > Math.min(60_000, patience / 4)) tell();
  }

  function leave() {
    keepDraft(person);
    location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
  }

  async function sendWhatWaits() {
    if (!Number(localStorage.getItem("waiting"))) return;
    const queue = await import(document.querySelector('meta[name="queue"]').content);
    const isMine = (item) => item.owner === person && !item.refused;
    for (const until = Date.now() + SETTLE_MS; Date.now() < until && (await queue.list()).some(isMine); await new Promise((go) => setTimeout(go, 100))) queue.send();
  }

  async function lock(isAsked) {
    if (isLocking) return;
    isLocking = true;
    const session = await ask();
    if (!session && isAsked) emit("banner", { owner: "network", tone: "soon", icon: "wifi-off", text: word("no_connection") });
    if (session && session.person !== person) leave();
    else if (session) {
      keepDraft(person);
      await sendWhatWaits();
      (await navigator.serviceWorker?.getRegistration())?.active?.postMessage({ type: "forget" });
      form.elements.next.value = here;
      form.dataset.sure = "";
      return form.requestSubmit();
    }
    isLocking = false;
  }

  const look = () => { if (Date.now() - Number(localStorage.getItem("touched")) > patience) lock(false); };

  form.addEventListener("submit", (event) => {
    if (form.dataset.sure !== undefined) return;
    event.preventDefault();
    lock(true);
  });
  for (const name of TOUCHES) addEventListener(name, touch, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
  setInterval(look, LOOK_MS);
  localStorage.setItem("touched", Date.now());
  localStorage.setItem(`page ${person}`, JSON.stringify({ at: Date.now(), page: here }));
  bringBack(person);
}
