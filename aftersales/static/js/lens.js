// The tablet's camera for the modules that look through it: open, take, close, and why it would not.

const LONG_EDGE = 2000;
const QUALITY = 0.85;
const REASONS = { NotAllowedError: "refused", SecurityError: "refused", NotReadableError: "busy", AbortError: "busy" };

export function canLook() {
  return window.isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia);
}

// Shows the rear camera in the video; throws "insecure", "refused", "busy" or "none".
export async function open(video, constraints = {}) {
  if (!canLook()) throw new Error("insecure");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: "environment" }, width: { ideal: LONG_EDGE }, height: { ideal: 1500 }, ...constraints },
      audio: false,
    });
  } catch (error) {
    throw new Error(REASONS[error.name] ?? "none", { cause: error });
  }
  video.srcObject = stream;
  await video.play();
  return stream;
}

export function close(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

// What the camera sees now, as a JPEG of at most 2000 px.
export async function take(video) {
  const scale = Math.min(1, LONG_EDGE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new Error("failed");
  return blob;
}
