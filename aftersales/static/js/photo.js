// Photo capture: shrinks the picture on the tablet, keeps it there with an id made here until the server has it, and
// shows on its tile how far it is. A photo that waits is on its tile again after the page was opened anew.
import { emit, iconMarkup, newId } from "./core.js";
import { drop, keep, list } from "./queue.js";

const LONG_EDGE = 2000;
const QUALITY = 0.85;
const LOOKS = { queued: ["", "cloud-upload"], sending: ["", "cloud-upload"], done: ["ok", "circle-check"], failed: ["urgent", "rotate-ccw"] };

export async function shrink(source) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(source, { imageOrientation: "from-image" });
  } catch {
    return source; // e.g. HEIC where the browser cannot read it: the server may
  }
  const scale = Math.min(1, LONG_EDGE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob ?? source;
}

export function start(form) {
  const input = form.querySelector('input[type="file"]');
  const words = JSON.parse(form.dataset.words);
  const say = form.querySelector("[data-shot-words]");
  const own = [...new FormData(form)].filter(([name]) => !["csrf_token", "photo_id", "photo"].includes(name));
  let newest = null; // the photo whose state the tile shows

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
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(blob);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    form.querySelector(".shot-img").replaceChildren(image);
  }

  const isOwn = (item) => item?.url === form.getAttribute("action") && own.every(([name, value]) => item.fields.some((field) => field[0] === name && field[1] === value));

  function take(item) {
    newest = item;
    preview(item.fields.find(([name]) => name === "photo")[1]);
    show(item.refused ? "failed" : "queued", item.refused ? words.refused : words.waits);
  }

  document.addEventListener("queue:kept", ({ detail }) => { if (isOwn(detail.item)) take(detail.item); });

  document.addEventListener("queue:progress", ({ detail }) => {
    if (detail.item.id !== newest?.id) return;
    form.style.setProperty("--sent", `${detail.percent}%`);
    show("sending", words.sending.replace("{percent}", detail.percent));
  });

  document.addEventListener("queue:sent", ({ detail }) => {
    if (!isOwn(detail.item)) return;
    if (detail.item.id === newest?.id) {
      form.removeAttribute("style"); // htmx would copy it onto the new tile, which the security policy forbids
      newest = null;
      show("done", words.saved);
    }
    const listener = form.dataset.refresh && document.querySelector(form.dataset.refresh);
    if (listener) window.htmx.trigger(listener, "photo-saved");
  });

  // Our server looked at it and refused: the same picture again would be refused again, another one may be taken.
  document.addEventListener("queue:refused", ({ detail }) => {
    if (detail.item.id !== newest?.id) return;
    newest = detail.item;
    show("failed", words.refused);
    emit("banner", { owner: "photo", tone: "urgent", icon: "octagon-alert", text: detail.item.refused });
  });

  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    const [picture] = input.files;
    const blob = await shrink(picture);
    if (newest?.refused) drop(newest.id);
    const fields = [...own, ["photo_id", newId()], ["taken_at", new Date().toISOString()], ["photo", blob, "photo.jpg"]];
    await keep({ url: form.getAttribute("action"), title: form.dataset.title, order: form.closest("[data-order]")?.dataset.order, fields });
    input.value = ""; // only now: where it could not be kept, the picture stays chosen
    emit("banner-end", { owner: "photo" });
  });

  list().then((items) => items.filter(isOwn).forEach(take));
}

