// What the camera view and the walk-around hand to one another: a photo into the tile of its station, a skip as a post of its own.
import { csrfToken, emit, newId, sentenceOf, word } from "./core.js";

export function takePhoto(station, blob) {
  const input = document.getElementById(`photo-${station}-file`);
  const transfer = new DataTransfer();
  transfer.items.add(new File([blob], "photo.jpg", { type: "image/jpeg", lastModified: Date.now() }));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

export async function skip({ url, reason }) {
  const body = new URLSearchParams({ reason, submission_id: newId() });
  const answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() } });
  if (!answer.ok) {
    const text = sentenceOf({ getResponseHeader: (name) => answer.headers.get(name) }) || word("server_failed");
    emit("banner", { owner: "skip", tone: "urgent", icon: "octagon-alert", text });
    throw new Error(text);
  }
  window.htmx.trigger(document.getElementById("walk-listener"), "photo-saved");
}

// Everything on the page that asks for a photo of a station calls `look`; where it may not, the file input opens.
export function onAsked(stations, look, mayNot) {
  document.addEventListener("click", (event) => {
    const label = event.target.closest("label[for^='photo-'], .walk-shots label.shot-pick");
    const id = label?.htmlFor || label?.querySelector("input[type=file]")?.id;
    const station = stations.find((each) => id === `photo-${each.station}-file`);
    if (!station || mayNot(label) || label.closest("[data-state=failed]")) return;
    event.preventDefault();
    look(station);
  });
}
