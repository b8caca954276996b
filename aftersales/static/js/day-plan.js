// Dragging in the day plan: a booking or an open job (`data-drag`) is dropped on a row and a time; the hidden form #drop
// sends what a tap on a free place would. Without this module the same is done by choosing and tapping, or by a form.
import { newId } from "./core.js";

const SLOP = 8; // px: less is a tap
const QUARTER = 15;

export function start(plan) {
  const words = JSON.parse(plan.dataset.planWords);
  let drag = null;

  function ghost(text) {
    drag.ghost.textContent = text;
    return drag.ghost;
  }

  // Where the pointer is: the row and the quarter of an hour under it.
  function place(event) {
    const row = document.elementFromPoint(event.clientX, event.clientY)?.closest?.("tr[data-row]");
    const frame = row?.closest(".plan-frame");
    if (!frame) return null;
    const cells = [...row.children];
    const left = cells[1].getBoundingClientRect().left;
    const right = cells[cells.length - 1].getBoundingClientRect().right;
    const grip = Math.max(left, event.clientX - drag.grip);
    const share = Math.min(Math.max((grip - left) / (right - left), 0), 1);
    const minutes = Math.floor((share * Number(frame.dataset.axisMinutes)) / QUARTER) * QUARTER;
    const at = new Date(new Date(frame.dataset.axisStart).getTime() + minutes * 60_000);
    const hours = [...frame.querySelectorAll("thead th")].slice(1).map((each) => each.textContent);
    const time = `${hours[Math.min(Math.floor(minutes / 60), hours.length - 1)]}:${String(minutes % 60).padStart(2, "0")}`;
    return { row: row.dataset.row, name: row.dataset.name, at, time };
  }

  function begin(event) {
    drag.moving = true;
    drag.ghost = document.createElement("div");
    drag.ghost.className = "plan-ghost";
    document.body.append(drag.ghost);
    drag.item.setAttribute("data-dragging", "");
    plan.querySelector("#plan-now")?.setAttribute("data-held", "");
    drag.item.setPointerCapture(event.pointerId);
  }

  function end() {
    drag?.ghost?.remove();
    drag?.item.removeAttribute("data-dragging");
    plan.querySelector("#plan-now")?.removeAttribute("data-held");
    drag = null;
  }

  function drop(where) {
    const form = document.getElementById("drop");
    const { booking, version, job } = drag.item.dataset;
    const url = booking ? `${words.book}/${booking}` : words.book;
    form.action = url;
    form.setAttribute("hx-post", url);
    window.htmx?.process(form);
    form.elements.place.value = `${where.row}~${where.at.toISOString()}`;
    form.elements.job_id.value = job ?? "";
    form.elements.version.value = version ?? "";
    form.elements.chosen.value = booking ? `booking-${booking}` : `job-${job}`;
    form.elements.submission_id.value = newId();
    form.requestSubmit();
  }

  plan.addEventListener("pointerdown", (event) => {
    const item = event.target.closest?.("[data-drag]");
    if (!item || event.button !== 0) return;
    const isBlock = item.matches(".plan-block");
    drag = { item, x: event.clientX, y: event.clientY, grip: isBlock ? event.clientX - item.getBoundingClientRect().left : 0 };
  });
  plan.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.moving && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < SLOP) return;
    if (!drag.moving) begin(event);
    event.preventDefault();
    const where = place(event);
    const text = where ? words.here.replace("{name}", where.name).replace("{time}", where.time) : "…";
    ghost(text).style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 12}px)`;
  });
  plan.addEventListener("pointerup", (event) => {
    if (!drag?.moving) { drag = null; return; }
    const where = place(event);
    // The click that follows belongs to the drag, not to the link under it.
    plan.addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true });
    setTimeout(() => plan.dispatchEvent(new Event("click", { cancelable: true })), 0);
    if (where) drop(where);
    end();
  });
  plan.addEventListener("pointercancel", end);
  plan.addEventListener("dragstart", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && drag) end(); });
}
