// The values and the note of an inspection point are sent when the finger leaves them, not after each of them: an
// answer in between would take away what is being typed into the next field. Steppers are sent after a short rest.
const AFTER_LEAVING = 150;
const AFTER_STEP = 900;

export function start(section) {
  const timers = new WeakMap();

  function send(more, after) {
    clearTimeout(timers.get(more));
    timers.set(more, setTimeout(() => {
      if (!more.isConnected || more.dataset.changed === undefined) return;
      delete more.dataset.changed;
      more.dispatchEvent(new Event("measured"));
    }, after));
  }

  section.addEventListener("input", ({ target }) => {
    const more = target.closest(".probe-more");
    if (more && target.name) more.dataset.changed = "";
  });

  section.addEventListener("change", ({ target }) => {
    // A verdict carries the values with it.
    const probe = target.closest(".probe");
    if (target.closest(".verdict")) return clearTimeout(timers.get(probe.querySelector(".probe-more")));
    const more = target.closest(".probe-more");
    if (more && target !== document.activeElement) send(more, AFTER_STEP);
  });

  section.addEventListener("focusout", ({ target, relatedTarget }) => {
    const more = target.closest(".probe-more");
    if (more && !more.contains(relatedTarget)) send(more, AFTER_LEAVING);
  });
}
