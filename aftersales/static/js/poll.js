// Polling: <div data-load="…/poll.js" data-poll="/board/lanes" data-every="5">. Asks conditionally, swaps only what
// changed, never empties the target, and says when the last good answer came: <time data-polled="Europe/Warsaw"></time> in
// [data-poll-status] on the page. Pauses while the page is hidden; with `data-gentle` also while somebody types or answers
// a dialog. One question at a time: the next is asked when the last was answered or given up.
import { attachIn, emit, word } from "./core.js";

const PATIENCE = 10_000; // ms: a line that hangs is as bad as one that is cut

export function start(element) {
  const every = Number(element.dataset.every ?? 5) * 1000;
  const status = document.querySelector("[data-poll-status]");
  let etag = element.dataset.etag ?? "";
  let failures = 0;

  function good() {
    failures = 0;
    emit("banner-end", { owner: "poll" });
    const time = status?.querySelector("[data-polled]");
    if (time) time.textContent = new Date().toLocaleTimeString(document.documentElement.lang, { timeZone: time.dataset.polled || undefined, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    status?.removeAttribute("data-stale");
  }

  function bad() {
    failures += 1;
    status?.setAttribute("data-stale", "");
    if (failures !== 2) return;
    const time = status?.querySelector("[data-polled]")?.textContent;
    const text = time ? word("not_current_since", { time }) : word("not_current");
    emit("banner", { owner: "poll", tone: "soon", icon: "wifi-off", text, retry: () => tick() });
  }

  function swap(html) {
    const held = element.contains(document.activeElement) ? document.activeElement.id : "";
    element.innerHTML = html;
    window.htmx?.process(element);
    attachIn(element);
    if (held) document.getElementById(held)?.focus();
  }

  async function ask() {
    const headers = { "HX-Request": "true", "HX-Target": element.id };
    if (etag) headers["If-None-Match"] = etag;
    // The browser's own cache would answer 200 for a 304; with no-store it is left out and the 304 arrives here.
    const answer = await fetch(element.dataset.poll, { headers, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 304) return good();
    const goTo = answer.headers.get("HX-Redirect");
    if (goTo) return location.assign(goTo);
    // A portal that answers everything with a page of its own is no good answer either.
    if (answer.status !== 200 || answer.redirected) return bad();
    const html = await answer.text();
    if (/<html[\s>]/i.test(html)) return bad();
    // Somebody began to type or to drag since it was asked: what is shown stays, and the next question brings this again.
    if (mustWait()) return;
    etag = answer.headers.get("ETag") ?? "";
    swap(html);
    good();
  }

  // Held: somebody drags in it.
  function mustWait() {
    if (document.hidden || element.hasAttribute("data-held")) return true;
    return element.hasAttribute("data-gentle") && (document.querySelector("dialog[open]") || document.activeElement?.matches("input, select, textarea"));
  }

  let timer;
  let isAsking = false;
  async function tick() {
    clearTimeout(timer);
    if (!element.isConnected) return document.removeEventListener("visibilitychange", look);
    if (isAsking) return; // whoever asks also sets the next
    isAsking = true;
    if (!mustWait()) await ask().catch(bad);
    isAsking = false;
    timer = setTimeout(tick, every);
  }
  const look = () => { if (!document.hidden) tick(); };
  document.addEventListener("visibilitychange", look);
  timer = setTimeout(tick, every);
}
