// Says once that somebody looks at the page. Mail scanners fetch addresses too, but run no script on a visible page.
import { csrfToken } from "./core.js";

export function start(element) {
  const tell = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", tell);
    fetch(element.dataset.opened, { method: "POST", headers: { "X-CSRFToken": csrfToken() }, keepalive: true }).catch(() => {});
  };
  document.addEventListener("visibilitychange", tell);
  tell();
}
