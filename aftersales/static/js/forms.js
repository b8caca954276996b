// Small behaviours of forms: no double submit, number steppers, range labels, the error summary gets the focus.
import { attach, newId } from "./core.js";

// A form sent without htmx: the second press within the same page does nothing, and says so to assistive tools.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented) return;
  if (form.dataset.sent !== undefined) return event.preventDefault();
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-disabled", "true");
});

// A page that comes back from the browser's cache must be usable again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll('button[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
});

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll('button[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
}

// With htmx the pressed form stays on the page: it may be sent again, and a success makes the next one a new deed.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (!form) return;
  release(form);
  const id = form.querySelector('input[name="submission_id"]');
  if (id && event.detail.xhr?.status < 400) id.value = newId();
});

attach("[data-step]", (button) => {
  button.addEventListener("click", () => {
    const input = button.closest(".number").querySelector("input");
    if (Number(button.dataset.step) > 0) input.stepUp(); else input.stepDown();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
});

// <output data-range-for="fuel" data-labels='["Empty", "1/8", …]'>: says in words where the range stands.
attach("output[data-range-for]", (output) => {
  const range = document.getElementById(output.dataset.rangeFor);
  const labels = JSON.parse(output.dataset.labels ?? "[]");
  const show = () => {
    const text = labels[(range.value - range.min) / (range.step || 1)] ?? range.value;
    output.textContent = text;
    range.setAttribute("aria-valuetext", text);
  };
  range?.addEventListener("input", show);
  if (range) show();
});

attach(".errors[tabindex]", (summary) => summary.focus());

// A change of a filter sends its form at once; without script its button does.
attach("form[data-submit-on-change]", (form) => form.addEventListener("change", () => form.requestSubmit()));

// After a failed post: back to the form, where what was typed still stands.
attach("a[data-back]", (link) => link.addEventListener("click", (event) => { event.preventDefault(); history.back(); }));

// What cannot be pressed now says why in its own text; pressing it does nothing.
document.addEventListener("click", (event) => {
  if (event.target.closest?.('.btn[aria-disabled="true"]')) { event.preventDefault(); event.stopPropagation(); }
}, true);
