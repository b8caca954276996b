// Dragging in the day plan: a booking or an open job (`data-drag`) is dropped on a row and a time; the hidden form #drop
// sends what a tap on a free place would. A mouse drags at once; a finger swipes the page, and drags after a moment's
// hold. Without this module the same is done by choosing and tapping, or by a form.
import { newId } from "./core.js";

const SLOP = 8; // px: less is a tap
const HOLD = 350; // ms that a finger rests before it drags
const EDGE = 72; // px from an edge: there the page goes on by itself
const QUARTER = 15;

export function start(plan) {
  const words = JSON.parse(plan.dataset.planWords);
  const table = () => plan.querySelector("#plan-now");
  let drag = null;

  // Where the pointer is: the row and the quarter of an hour under it.
  function place() {
    const row = document.elementFromPoint(drag.x, drag.y)?.closest?.("tr[data-row]");
    const frame = row?.closest(".plan-frame");
    if (!frame) return null;
    const hours = [...frame.querySelectorAll("thead th")].slice(1);
    const left = hours[0].getBoundingClientRect().left;
    const right = hours.at(-1).getBoundingClientRect().right;
    const share = Math.min(Math.max((Math.max(left, drag.x - drag.grip) - left) / (right - left), 0), 1);
    const minutes = Math.floor((share * Number(frame.dataset.axisMinutes)) / QUARTER) * QUARTER;
    const at = new Date(new Date(frame.dataset.axisStart).getTime() + minutes * 60_000);
    const hour = hours[Math.min(Math.floor(minutes / 60), hours.length - 1)].textContent;
    return { row: row.dataset.row, name: row.dataset.name, at, time: `${hour}:${String(minutes % 60).padStart(2, "0")}` };
  }

  function lift() {
    drag.moving = true;
    drag.ghost = document.createElement("div");
    drag.ghost.className = "plan-ghost";
    document.body.append(drag.ghost);
    drag.item.setAttribute("data-dragging", "");
    drag.item.setPointerCapture(drag.pointer);
    drag.edges = setInterval(goOn, 40);
    show();
  }

  function show() {
    const where = place();
    drag.ghost.textContent = where ? words.here.replace("{name}", where.name).replace("{time}", where.time) : "…";
    const width = drag.ghost.offsetWidth;
    const left = drag.x + 12 + width > innerWidth ? drag.x - 12 - width : drag.x + 12;
    drag.ghost.style.transform = `translate(${Math.max(0, left)}px, ${drag.y + (drag.isTouch ? -64 : 12)}px)`;
  }

  // Near an edge the page, or the table in it, scrolls under the pointer.
  function goOn() {
    const box = table()?.getBoundingClientRect();
    const bar = document.querySelector(".bar")?.getBoundingClientRect().top ?? innerHeight;
    if (drag.y < EDGE) scrollBy(0, -16);
    else if (drag.y > Math.min(bar, innerHeight) - EDGE) scrollBy(0, 16);
    if (box && drag.x > box.right - EDGE && drag.x < box.right) table().scrollBy(12, 0);
    else if (box && drag.x < box.left + EDGE) table().scrollBy(-12, 0);
    show();
  }

  function end() {
    clearTimeout(drag?.hold);
    clearInterval(drag?.edges);
    drag?.ghost?.remove();
    drag?.item.removeAttribute("data-dragging");
    table()?.removeAttribute("data-held");
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
    if (!item || event.button !== 0 || !event.isPrimary) return;
    const own = item.querySelector(".plan-true rect") ?? item;
    const grip = item.matches(".plan-block") ? event.clientX - own.getBoundingClientRect().left : 0;
    drag = { item, grip, x: event.clientX, y: event.clientY, pointer: event.pointerId, isTouch: event.pointerType === "touch" };
    table()?.setAttribute("data-held", ""); // no poll swaps what is held
    if (drag.isTouch) drag.hold = setTimeout(lift, HOLD);
  });
  plan.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) >= SLOP;
    if (!drag.moving && drag.isTouch && far) return end(); // a swipe: the browser scrolls
    if (!drag.moving && (drag.isTouch || !far)) return;
    [drag.x, drag.y] = [event.clientX, event.clientY];
    if (!drag.moving) lift();
    show();
  });
  plan.addEventListener("pointerup", () => {
    if (!drag?.moving) return end();
    // The click that follows belongs to the drag, not to the link under it.
    plan.addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true });
    setTimeout(() => plan.dispatchEvent(new Event("click", { cancelable: true })), 0);
    const where = place();
    if (where) drop(where);
    end();
  });
  plan.addEventListener("pointercancel", end);
  plan.addEventListener("touchmove", (event) => { if (drag?.moving && event.cancelable) event.preventDefault(); }, { passive: false });
  plan.addEventListener("contextmenu", (event) => { if (drag?.isTouch) event.preventDefault(); });
  plan.addEventListener("dragstart", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && drag) end(); });
}
