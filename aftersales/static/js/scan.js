// Reads a bar code or QR code by the tablet's camera into a field. The browser's own reader is used where there is
// one, else a library that is loaded now; a photo of the code is read by the server.
import { csrfToken } from "./core.js";
import { close, open } from "./lens.js";

const FORMATS = ["code_39", "code_128", "data_matrix", "qr_code"];
const EVERY_MS = 200;

async function ownReader() {
  if (!("BarcodeDetector" in window)) return null;
  const known = await BarcodeDetector.getSupportedFormats();
  if (!FORMATS.every((name) => known.includes(name))) return null;
  const detector = new BarcodeDetector({ formats: FORMATS });
  return async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? "";
}

async function libraryReader(url) {
  await import(url);
  const { BarcodeFormat, BinaryBitmap, DataMatrixReader, DecodeHintType, HTMLCanvasElementLuminanceSource, HybridBinarizer, MultiFormatOneDReader, QRCodeReader } = globalThis.ZXing;
  const hints = new Map([[DecodeHintType.POSSIBLE_FORMATS, [BarcodeFormat.CODE_39, BarcodeFormat.CODE_128]], [DecodeHintType.TRY_HARDER, true]]);
  const readers = [new MultiFormatOneDReader(hints), new QRCodeReader(), new DataMatrixReader()];
  return (canvas) => {
    const picture = new BinaryBitmap(new HybridBinarizer(new HTMLCanvasElementLuminanceSource(canvas)));
    for (const reader of readers) {
      try {
        return reader.decode(picture, hints).getText();
      } catch {
        continue; // the library throws where it sees no code of this kind
      }
    }
    return "";
  };
}

// The VIN of a label (those for import begin with an I), the tag of a key's address, else the text as it stands.
function valueOf(text) {
  const bare = text.toUpperCase().replace(/[\s*.-]/g, "").replace(/^I(?=.{17}$)/, "");
  if (/^[A-HJ-NPR-Z0-9]{17}$/.test(bare)) return bare;
  const tag = /\/k\/([^/?#]+)/.exec(text);
  return tag ? decodeURIComponent(tag[1]) : text.trim();
}

export function start(element) {
  const dialog = element.querySelector("dialog");
  const video = dialog.querySelector("video");
  const words = JSON.parse(element.dataset.words);
  const say = (text) => { dialog.querySelector("[data-scan-say]").textContent = text; };
  const canvas = document.createElement("canvas");
  let read = null;

  function found(text) {
    dialog.close();
    if (element.dataset.go) return location.assign(`${element.dataset.go}?text=${encodeURIComponent(text)}`);
    const field = document.getElementById(element.dataset.scan);
    field.value = valueOf(text);
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
    field.focus();
  }

  function frame() {
    const scale = Math.min(1, 1200 / Math.max(video.videoWidth, 1));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  async function look() {
    dialog.showModal();
    say(words.starting);
    try {
      await open(video);
      read ??= (await ownReader()) ?? (await libraryReader(element.dataset.library));
    } catch (error) {
      return say(words[error.message] ?? words.none);
    }
    say(words.look);
    while (dialog.open) {
      const text = video.videoWidth ? await read(frame()) : "";
      if (text && dialog.open) return found(text);
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
    close(video);
  }

  async function send(file) {
    say(words.reading);
    const body = new FormData();
    body.set("photo", file, "code.jpg");
    try {
      const answer = await fetch(element.dataset.post, { method: "POST", body, headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() } });
      const { text, refusal } = await answer.json();
      if (text) found(text); else say(refusal);
    } catch {
      say(words.failed);
    }
  }

  element.querySelector("[data-scan-open]").addEventListener("click", look);
  dialog.querySelector("[data-scan-close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("input").addEventListener("change", ({ target }) => { if (target.files.length) send(target.files[0]); target.value = ""; });
  dialog.addEventListener("close", () => close(video));
}
