// Signature pad: the drawing goes into its form as two file parts, the picture and the strokes with their times.
import SignaturePad from "../vendor/signature_pad.min.js";

function put(input, content, name, type) {
  const transfer = new DataTransfer();
  if (content) transfer.items.add(new File([content], name, { type }));
  input.files = transfer.files;
}

function bytesOf(dataUrl) {
  return Uint8Array.from(atob(dataUrl.split(",")[1]), (letter) => letter.charCodeAt(0));
}

export function start(element) {
  const canvas = element.querySelector("canvas");
  const png = element.querySelector("[data-signature-png]");
  const strokes = element.querySelector("[data-signature-strokes]");
  const pad = new SignaturePad(canvas, { penColor: "#17191c", backgroundColor: "rgba(0,0,0,0)" });

  // The canvas has as many pixels as the screen shows; a changed size keeps what was drawn.
  function fit() {
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    const drawn = pad.toData();
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(drawn);
  }

  function keep() {
    const empty = pad.isEmpty();
    put(png, empty ? null : bytesOf(pad.toDataURL("image/png")), "signature.png", "image/png");
    const lines = pad.toData().map((group) => group.points.map(({ x, y, time }) => [Math.round(x), Math.round(y), time]));
    put(strokes, empty ? null : JSON.stringify(lines), "strokes.json", "application/json");
    element.dataset.signed = empty ? "" : "yes";
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  pad.addEventListener("endStroke", keep);
  element.querySelector("[data-signature-clear]").addEventListener("click", () => {
    pad.clear();
    keep();
  });
  new ResizeObserver(() => { if (canvas.offsetWidth) fit(); }).observe(canvas);
}
