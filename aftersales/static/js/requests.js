// Requests by htmx: the CSRF token goes along; one that fails shows a banner with Retry, never silence.
import { csrfToken, emit, sentenceOf, word } from "./core.js";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});

function retryOf(detail) {
  const { elt, requestConfig } = detail;
  return () => {
    if (!elt.isConnected || !requestConfig) return location.reload();
    const trigger = requestConfig.triggeringEvent;
    if (trigger?.type === "submit") return elt.requestSubmit(trigger.submitter ?? undefined);
    return window.htmx.trigger(elt, trigger?.type ?? "click");
  };
}

function failed(event) {
  if (event.detail.requestConfig?.headers["Aftersales-Item"]) return; // kept on this tablet: it says so itself
  const answered = event.type === "htmx:responseError";
  const { verb, triggeringEvent } = event.detail.requestConfig ?? {};
  if (!answered && verb === "get" && (triggeringEvent?.type ?? "load") === "load") return; // a part that the page itself asked for: nothing was typed
  // 409 and 422 carry their sentence in the answer; so do others whose banner is shown already: no retry helps.
  if (answered && ([409, 422].includes(event.detail.xhr.status) || sentenceOf(event.detail.xhr))) return;
  const text = answered ? word("server_failed") : word("no_connection");
  emit("banner", { owner: "request", tone: "urgent", icon: answered ? "octagon-alert" : "wifi-off", text, retry: retryOf(event.detail) });
}

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, failed);
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.xhr.status < 400) emit("banner-end", { owner: "request" });
});

// The focus stays where it was. A button that was disabled while it worked, or is gone with what was swapped, loses it:
// it comes back to the button, else to what came in its place.
let held = null;
document.addEventListener("htmx:beforeRequest", () => { held = document.activeElement; });

function bringBack(substitute) {
  requestAnimationFrame(() => {
    if (!held || held === document.body || document.activeElement !== document.body) return;
    const next = held.isConnected ? held : substitute;
    if (!next) return;
    if (next !== held && !next.hasAttribute("tabindex")) next.setAttribute("tabindex", "-1");
    next.focus({ preventScroll: true });
    held = null;
  });
}

document.addEventListener("htmx:afterRequest", () => bringBack(null));
document.addEventListener("htmx:afterSettle", (event) => bringBack(event.detail.elt));
