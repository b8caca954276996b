// One kept item on its way to the server, and what came of it. Whoever answers without our header is not the workshop.
import { emit, sentenceOf } from "./core.js";

const SEND_MS = 60_000;
const REFUSED = [403, 404, 409, 410, 413, 415, 422];

// Who is signed in, and the token of this session. Null where something else than our server answers.
export async function ask() {
  try {
    const answer = await fetch("/waiting/session", { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(8000) });
    return answer.headers.get("Aftersales") && answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function bodyOf(item) {
  const body = new FormData();
  for (const [name, value, file] of item.fields) value instanceof Blob ? body.append(name, value, file ?? "file") : body.append(name, value);
  body.set("made_at", new Date(item.made_at).toISOString());
  body.set("sent_at", new Date().toISOString());
  return body;
}

function refusalOf(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const said = page.querySelector(".error, .errors, [role=alert]")?.textContent.trim().replace(/\s+/g, " ");
  return sentenceOf(request) || said || `${request.status}`;
}

// Ends as "sent", "refused" (with the server's sentence), "failed" (our server could not do it now) or "unreachable".
export function post(item, session) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", item.url);
    request.timeout = SEND_MS;
    for (const [name, value] of [["HX-Request", "true"], ["X-CSRFToken", session.csrf], ["Aftersales-Item", item.id], ["Aftersales-Author", item.owner]]) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => emit("queue:progress", { item, percent: total ? Math.round((100 * loaded) / total) : 0 }));
    for (const name of ["error", "timeout", "abort"]) request.addEventListener(name, () => resolve("unreachable"));
    request.addEventListener("load", () => {
      // Whoever answers without our item's id is not the workshop: a hotel's or a provider's sign-in page.
      if (request.getResponseHeader("Aftersales-Item") !== item.id) return resolve("unreachable");
      if (request.status < 300) return resolve("sent");
      if (!REFUSED.includes(request.status)) return resolve("failed");
      item.refused = refusalOf(request);
      resolve("refused");
    });
    request.send(bodyOf(item));
  });
}
