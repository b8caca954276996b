// The walk-around's camera view: one tap a photo, and the view goes on to the next station that lacks one.
import { canLook, close, open, take } from "./lens.js";
import { shrink } from "./photo.js";
import { onAsked, skip, takePhoto } from "./walk-items.js";

const GHOST = "aftersales.ghost";

export function start(dialog) {
  const { stations, words } = JSON.parse(dialog.dataset.camera);
  const part = (name) => dialog.querySelector(`[data-camera-${name}]`);
  const [video, ghost, shutter] = [part("video"), part("ghost"), part("shutter")];
  const required = stations.filter((each) => each.required);
  let [at, stopped] = [0, ""]; // the station's place; why there is no live picture

  const lacks = (each) => !each.taken && !each.skipped;
  const following = (list) => [...stations.slice(at + 1), ...stations.slice(0, at + 1)].find((each) => list.includes(each) && lacks(each));
  const wantsGhost = () => localStorage.getItem(GHOST) === "on";

  // panel: "" for the live picture, "complete", "reasons", or "without" a picture
  function show(station, panel = stopped && "without") {
    at = stations.indexOf(station);
    const count = required.filter((each) => !lacks(each)).length;
    const standing = station.taken ? words.taken : station.skipped ? words.left_out : station.required ? words.required : words.further;
    part("title").textContent = station.title;
    part("note").textContent = panel === "complete" ? "" : standing;
    part("progress").textContent = words.progress.replace("{taken}", count).replace("{all}", required.length);
    Object.assign(part("bar"), { max: Math.max(required.length, 1), value: count });
    for (const name of ["complete", "without", "reasons"]) part(name).hidden = name !== panel;
    part("reason").textContent = words[stopped] ?? "";
    part("file").hidden = stopped === "starting";
    part("other").href = station.skip;
    part("skip").disabled = !lacks(station);
    part("skip").setAttribute("aria-expanded", String(panel === "reasons"));
    shutter.disabled = Boolean(stopped || panel);
    showBefore(station, panel);
  }

  function showBefore(station, panel) {
    const isOn = wantsGhost() && Boolean(station.before);
    ghost.hidden = !isOn || Boolean(panel);
    if (isOn) ghost.src = station.before;
    part("ghost-switch").setAttribute("aria-pressed", String(isOn));
    part("ghost-switch").disabled = !station.before;
    part("before").hidden = !stopped || !station.before;
    if (stopped && station.before) part("before").querySelector("img").src = station.before;
  }

  function goOn(station, said) {
    part("status").textContent = said.replace("{title}", station.title);
    const next = following(required);
    show(next ?? station, next ? undefined : "complete");
    if (!next) part("complete").querySelector("button").focus();
  }

  async function look(station) {
    if (!dialog.open) dialog.showModal();
    stopped = "starting";
    show(station);
    try {
      await open(video);
      stopped = "";
    } catch (error) {
      stopped = error.message;
    }
    if (!dialog.open) return close(video); // closed again while the camera was starting
    show(stations[at]);
    if (!stopped) shutter.focus();
  }

  async function keepPhoto(picture) {
    const station = stations[at];
    try {
      await takePhoto(station.station, await picture);
      station.taken = true;
      goOn(station, words.kept);
    } catch {
      part("status").textContent = part("note").textContent = words.failed;
      shutter.disabled = Boolean(stopped);
    }
  }

  async function press() {
    shutter.disabled = true; // two fast taps are one photo of one station
    video.dataset.flash = "";
    await keepPhoto(take(video));
    setTimeout(() => delete video.dataset.flash, 120);
  }

  async function leaveOut(reason) {
    const station = stations[at];
    try {
      await skip({ station: station.station, url: station.skip, reason, title: words.skipping.replace("{title}", station.title) });
      station.skipped = true;
      goOn(station, words.skipping);
    } catch {
      part("note").textContent = words.failed;
    }
  }

  onAsked(stations, look, (label) => dialog.contains(label) || !canLook());
  part("picked").addEventListener("change", async ({ target }) => {
    if (target.files.length) await keepPhoto(shrink(target.files[0]));
    target.value = "";
  });

  for (const closer of dialog.querySelectorAll("button[data-camera-close]")) closer.addEventListener("click", () => dialog.close());
  for (const step of dialog.querySelectorAll("[data-camera-step]")) {
    step.addEventListener("click", () => show(stations[(at + Number(step.dataset.cameraStep) + stations.length) % stations.length]));
  }
  for (const each of dialog.querySelectorAll("[data-reason]")) each.addEventListener("click", () => leaveOut(each.dataset.reason));
  part("skip").addEventListener("click", () => show(stations[at], part("reasons").hidden ? "reasons" : undefined));
  part("further").addEventListener("click", () => show(following(stations) ?? stations[at]));
  part("ghost-switch").addEventListener("click", () => {
    localStorage.setItem(GHOST, wantsGhost() ? "off" : "on");
    show(stations[at]);
  });
  shutter.addEventListener("click", press);
  dialog.addEventListener("close", () => close(video));
  dialog.dataset.ready = "";
}
