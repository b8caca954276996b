// The values and the note of a point are sent when the finger leaves them, or after a rest, and the row is drawn anew
// only when nobody types in it: an answer in between would take away what is being typed into the next field.
const AFTER_LEAVING = 400;
const AFTER_STEP = 900;
const AFTER_TYPING = 1500;

const isField = (element) => element.name && element.type !== "file" && element.closest(".probe-more");

export function start(section) {
  const timers = new Map();

  function send(more, after) {
    clearTimeout(timers.get(more));
    timers.set(more, setTimeout(() => {
      if (!more.isConnected || more.dataset.changed === undefined) return;
      delete more.dataset.changed;
      more.dispatchEvent(new Event("measured"));
    }, after));
  }

  function stop() {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  }

  section.addEventListener("input", ({ target }) => {
    if (!isField(target)) return;
    const more = target.closest(".probe-more");
    more.dataset.changed = "";
    send(more, target === document.activeElement ? AFTER_TYPING : AFTER_STEP);
  });

  // A verdict carries the values with it, and so do the list's buttons ("The rest is OK") and the form itself.
  section.addEventListener("change", ({ target }) => {
    if (target.closest(".verdict")) clearTimeout(timers.get(target.closest(".probe").querySelector(".probe-more")));
  });
  section.addEventListener("click", ({ target }) => {
    if (target.closest("button[hx-post]")) stop();
  });
  document.addEventListener("submit", stop);

  section.addEventListener("focusout", ({ target, relatedTarget }) => {
    const more = target.closest(".probe-more");
    if (more && !more.contains(relatedTarget)) send(more, AFTER_LEAVING);
  });

  // While somebody types in the row, only what stands beside it is swapped; leaving the row sends it once more.
  section.addEventListener("htmx:beforeSwap", (event) => {
    const more = event.target.closest(".probe")?.querySelector(".probe-more");
    if (!more) return;
    const typing = isField(document.activeElement) && more.contains(document.activeElement);
    if (!typing && more.dataset.changed === undefined) return;
    more.dataset.changed = "";
    event.detail.swapOverride = "none";
    if (!typing) send(more, AFTER_STEP);
  });
}
