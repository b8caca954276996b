// Records video or sound in the page, stops by itself at the site's limit, and gives the recording to the tablet's
// queue. Where the browser cannot record, the form's file input does it.
import { emit } from "./core.js";
import { keep } from "./queue.js";

const KINDS = {
  video: ["video/mp4;codecs=avc1,mp4a.40.2", "video/webm;codecs=vp8,opus", "video/webm", "video/mp4"],
  audio: ["audio/mp4", "audio/webm;codecs=opus", "audio/webm"],
};
const BITS = { videoBitsPerSecond: 2_500_000, audioBitsPerSecond: 64_000 };

export function start(form) {
  const part = (name) => form.querySelector(`[data-clip-${name}]`);
  const words = JSON.parse(form.dataset.words);
  const most = Number(form.dataset.seconds);
  const say = (text) => { part("say").textContent = text; };
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return;
  part("tools").hidden = false;

  function show(isRecording) {
    for (const button of form.querySelectorAll("[data-clip-record]")) button.hidden = isRecording;
    part("stop").hidden = !isRecording;
  }

  async function send(blob) {
    const name = blob.type.startsWith("video/") ? "clip.video" : "clip.sound";
    const fields = [["clip", blob, name], ["taken_at", new Date().toISOString()]];
    if (form.elements.is_shared?.checked) fields.push(["is_shared", "1"]);
    try {
      await keep({ url: form.getAttribute("action"), title: form.dataset.title, order: form.dataset.order, fields });
      say(words.waits);
    } catch {
      say(words.full);
    }
  }

  async function record(kind) {
    let stream;
    try {
      const video = kind === "video" && { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
      stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
    } catch (error) {
      return say(error.name === "NotAllowedError" ? words.refused : words.none);
    }
    const mimeType = KINDS[kind].find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = new MediaRecorder(stream, { mimeType, ...BITS });
    const parts = [];
    let seconds = 0;
    if (kind === "video") {
      part("live").hidden = false;
      part("live").srcObject = stream;
      part("live").play();
    }
    const tick = setInterval(() => {
      seconds += 1;
      say(words.recording.replace("{n}", seconds).replace("{all}", most));
      if (seconds >= most) recorder.stop();
    }, 1000);
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("stop", () => {
      clearInterval(tick);
      for (const track of stream.getTracks()) track.stop();
      part("live").srcObject = null;
      part("live").hidden = true;
      show(false);
      send(new Blob(parts, { type: recorder.mimeType.split(";")[0] }));
    });
    part("stop").onclick = () => { if (recorder.state === "recording") recorder.stop(); };
    show(true);
    say(words.recording.replace("{n}", 0).replace("{all}", most));
    recorder.start();
  }

  for (const button of form.querySelectorAll("[data-clip-record]")) {
    button.addEventListener("click", () => record(button.dataset.clipRecord));
  }
  const isOwn = (item) => item?.url === form.getAttribute("action");
  document.addEventListener("queue:sent", ({ detail }) => {
    if (isOwn(detail.item)) window.htmx.trigger(document.getElementById("clips"), "clip-saved");
  });
  document.addEventListener("queue:refused", ({ detail }) => {
    if (isOwn(detail.item)) emit("banner", { owner: "clip", tone: "urgent", icon: "octagon-alert", text: detail.item.refused });
  });
}
