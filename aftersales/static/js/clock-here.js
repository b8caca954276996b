// The person's clock as it will be when what waits on this tablet has arrived: who clocked on without network can pause,
// begin again, switch and finish. The page holds a form for each of that, and this shows the one that fits. What another
// tablet did meanwhile only the server knows; it refuses with a sentence what does not fit any more.
import { list, owner } from "./queue.js";

const jobOf = (url, act) => Number(new RegExp(`^/jobs/(\\d+)/${act}$`).exec(url)?.[1] ?? 0);

// What is running after the items, in the order in which they were tapped; `since` only where it began on this tablet.
function after(items, running) {
  const clock = { running, since: 0, done: new Set(), isChanged: false };
  const become = (job, since) => Object.assign(clock, { running: job, since, isChanged: true });
  for (const { url, made_at } of items) {
    const [begun, done] = [jobOf(url, "clocking"), jobOf(url, "completion")];
    if (begun && begun !== clock.running) become(begun, made_at);
    if (url === "/clocking/end") become(0, 0);
    if (done) clock.done.add(done);
    if (done) become(clock.running === done ? 0 : clock.running, clock.running === done ? 0 : clock.since);
  }
  return clock;
}

// `page` says by data-running which job runs as the server knows it; it may itself be the card of a clock that began here.
export function start(page) {
  const known = Number(page.dataset.running);
  const card = page.id === "running-here" ? page : null;
  const running = document.getElementById("running");
  const parts = [...document.querySelectorAll("[data-clock]"), ...(running ? [running] : [])];
  const before = new Map(parts.map((part) => [part, part.hidden]));

  function isHidden(part, { running: now, since, done, first }) {
    if (part === running) return now !== known || since > 0;
    const job = Number(part.dataset.job);
    switch (part.dataset.clock) {
      case "on": return now > 0 || done.has(job);
      case "switch": return now === 0 || now === job || done.has(job);
      case "done-bar": return now !== job;
      case "switch-bar": return now === 0 || job !== first || isHere(now);
      default: return now > 0 || job !== first;
    }
  }

  const isHere = (job) => document.getElementById(`job-${job}-title`) !== null;

  function tellOf({ running: job, since }) {
    if (!card) return;
    const title = document.getElementById(`job-${job}-title`)?.textContent.trim();
    card.hidden = !since || !title;
    if (card.hidden) return;
    const time = new Date(since).toLocaleTimeString(document.documentElement.lang, { timeZone: card.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const told = (words) => words.replace("{job}", title).replace("{time}", time);
    for (const line of card.querySelectorAll("[data-words]")) line.textContent = told(line.dataset.words);
    for (const part of card.querySelectorAll("[data-kept]")) {
      part.dataset.template ??= part.dataset.kept;
      part.dataset.kept = told(part.dataset.template);
    }
    for (const input of card.querySelectorAll('[name="job_id"]')) input.value = job;
  }

  function show(items) {
    const clock = after(items.filter((item) => item.owner === owner() && !item.refused), known);
    clock.first = Number(parts.find((part) => part.dataset.clock === "on-bar" && !clock.done.has(Number(part.dataset.job)))?.dataset.job ?? 0);
    for (const part of parts) part.hidden = clock.isChanged ? isHidden(part, clock) : before.get(part);
    for (const input of document.querySelectorAll('[data-clock="switch"] [name="instead_of"]')) input.value = clock.running || "";
    tellOf(clock);
    if (clock.isChanged) for (const open of document.querySelectorAll("#running[hidden] details, #running-here[hidden] details")) open.open = false;
  }

  for (const name of ["ready", "kept", "sent", "refused", "dropped"]) document.addEventListener(`queue:${name}`, ({ detail }) => show(detail.items));
  return list().then(show);
}
