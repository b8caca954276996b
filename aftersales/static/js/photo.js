// Photo capture: shrinks the picture on the tablet, sends it with an id made here and shows the progress on the tile.
// A failed sending keeps picture and id: pressing the tile again sends the very same photo.
import { csrfToken, emit, iconMarkup, newId, sentenceOf, word } from "./core.js";

const LONG_EDGE = 2000;
const QUALITY = 0.85;
const LOOKS = { sending: ["", "cloud-upload"], done: ["ok", "circle-check"], failed: ["urgent", "rotate-ccw"] };

async function shrink(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file; // e.g. HEIC where the browser cannot read it: the server may
  }
  const scale = Math.min(1, LONG_EDGE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob ?? file;
}

export function start(form) {
  const input = form.querySelector('input[type="file"]');
  const words = JSON.parse(form.dataset.words);
  const say = form.querySelector("[data-shot-words]");
  let waiting = null; // { blob, id } of the photo that is not yet at the server

  function show(state, text) {
    const [tone, icon] = LOOKS[state];
    say.textContent = text;
    if (form.dataset.state === state) return;
    form.dataset.state = state;
    say.parentElement.dataset.tone = tone;
    say.parentElement.querySelector(".icon")?.remove();
    say.before(iconMarkup(icon));
  }

  function preview(blob) {
    const frame = form.querySelector(".shot-img");
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(blob);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    frame.replaceChildren(image);
  }

  function failed(text) {
    show("failed", text);
    emit("banner", { owner: "photo", tone: "urgent", icon: "cloud-upload", text: word("photo_waits"), retry: send });
  }

  function send() {
    const body = new FormData(form);
    body.set("photo_id", waiting.id);
    body.set("photo", waiting.blob, "photo.jpg");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.timeout = 60000;
    request.upload.addEventListener("progress", (event) => {
      const percent = event.lengthComputable ? Math.round((100 * event.loaded) / event.total) : 0;
      form.style.setProperty("--sent", `${percent}%`);
      show("sending", words.sending.replace("{percent}", percent));
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) return saved();
      // The server looked at it and refused: the same picture again would be refused again.
      if ([409, 413, 415, 422].includes(request.status)) {
        waiting = null;
        show("failed", words.refused);
        return emit("banner", { owner: "photo", tone: "urgent", icon: "octagon-alert", text: sentenceOf(request) || words.refused });
      }
      failed(words.failed);
    });
    for (const name of ["error", "timeout"]) request.addEventListener(name, () => failed(words.failed));
    show("sending", words.sending.replace("{percent}", 0));
    request.send(body);
  }

  function saved() {
    form.removeAttribute("style"); // htmx would copy it onto the new tile, which the security policy forbids
    waiting = null;
    input.value = "";
    show("done", words.saved);
    emit("banner-end", { owner: "photo" });
    const listener = form.dataset.refresh && document.querySelector(form.dataset.refresh);
    if (listener) window.htmx.trigger(listener, "photo-saved");
  }

  // A tile whose photo waits sends it again instead of opening the camera.
  input.addEventListener("click", (event) => {
    if (!waiting || form.dataset.state !== "failed") return;
    event.preventDefault();
    send();
  });

  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    const blob = await shrink(input.files[0]);
    waiting = { blob, id: newId() };
    preview(blob);
    send();
  });
}
