// The walk-around's camera view: one tap a photo, and the view goes on to the next station that lacks one.
import { canLook, close, open, take } from "./lens.js";

const GHOST = "aftersales.ghost";

// The photo goes the way of every photo: into the tile of its station, which shrinks, keeps and sends it.
function takePhoto(station, blob) {
  const input = document.getElementById(`photo-${station}-file`);
  const transfer = new DataTransfer();
  transfer.items.add(new File([blob], "photo.jpg", { type: "image/jpeg", lastModified: Date.now() }));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

export function start(dialog) {
  const { stations, words } = JSON.parse(dialog.dataset.camera);
  const part = (name) => dialog.querySelector(`[data-camera-${name}]`);
  const [video, ghost, shutter, stage] = [part("video"), part("ghost"), part("shutter"), dialog.querySelector(".camera-stage")];
  const required = stations.filter((each) => each.required);
  let [at, stopped] = [0, ""]; // the station's place; why there is no live picture

  const lacks = (each) => !each.taken && !each.skipped;
  const following = (list) => [...stations.slice(at + 1), ...stations.slice(0, at + 1)].find((each) => list.includes(each) && lacks(each));
  const ghosts = () => localStorage.getItem(GHOST) === "on";

  function show(station, isComplete = false) {
    at = stations.indexOf(station);
    const count = required.filter((each) => !lacks(each)).length;
    part("title").textContent = station.title;
    part("note").textContent = isComplete ? "" : station.taken ? words.taken : station.required ? words.required : words.further;
    part("progress").textContent = words.progress.replace("{taken}", count).replace("{all}", required.length);
    Object.assign(part("bar"), { max: Math.max(required.length, 1), value: count });
    part("complete").hidden = !isComplete;
    part("without").hidden = isComplete || !stopped;
    part("reason").textContent = words[stopped] ?? "";
    part("file").htmlFor = `photo-${station.station}-file`;
    Object.assign(part("skip"), { hidden: !station.skip || !lacks(station), href: station.skip || "#" });
    shutter.disabled = Boolean(stopped) || isComplete;
    showBefore(station, isComplete);
  }

  function showBefore(station, isComplete) {
    const isOn = ghosts() && Boolean(station.before);
    ghost.hidden = !isOn || Boolean(stopped) || isComplete;
    if (isOn) ghost.src = station.before;
    part("ghost-switch").setAttribute("aria-pressed", String(isOn));
    part("ghost-switch").disabled = !station.before;
    part("before").hidden = !stopped || !station.before;
    if (stopped && station.before) part("before").querySelector("img").src = station.before;
  }

  function goOn(station) {
    station.taken = true;
    part("status").textContent = words.kept.replace("{title}", station.title);
    const next = following(required);
    show(next ?? station, !next);
    if (!next) part("complete").querySelector("button").focus();
  }

  async function look(station) {
    if (!dialog.open) dialog.showModal();
    stopped = "starting";
    show(station);
    part("file").hidden = true;
    try {
      await open(video);
      stopped = "";
    } catch (error) {
      stopped = error.message;
    }
    if (!dialog.open) return close(video); // closed again while the camera was starting
    part("file").hidden = false;
    show(stations[at]);
    if (!stopped) shutter.focus();
  }

  async function press() {
    shutter.disabled = true; // two fast taps are one photo of one station
    stage.dataset.flash = "";
    const station = stations[at];
    try {
      takePhoto(station.station, await take(video));
      goOn(station);
    } catch {
      part("status").textContent = words.failed;
      part("note").textContent = words.failed;
      shutter.disabled = false;
    }
    setTimeout(() => delete stage.dataset.flash, 120);
  }

  // Everything on the page that asks for a photo of a station opens the view; without a camera its input does it.
  document.addEventListener("click", (event) => {
    const label = event.target.closest("label[for^='photo-'], .walk-shots label.shot-pick");
    const name = /^photo-(\w+?)-file$/.exec(label?.htmlFor || label?.querySelector("input[type=file]")?.id || "")?.[1];
    const station = stations.find((each) => each.station === name);
    if (!station || dialog.contains(label) || !canLook() || label.closest("[data-state=failed]")) return;
    event.preventDefault();
    look(station);
  });
  document.addEventListener("change", (event) => {
    const station = stations.find((each) => event.target.id === `photo-${each.station}-file`);
    if (station && dialog.open && stopped) goOn(station);
    else if (station) station.taken = true;
  });

  for (const closer of dialog.querySelectorAll("button[data-camera-close]")) closer.addEventListener("click", () => dialog.close());
  for (const step of dialog.querySelectorAll("[data-camera-step]")) {
    step.addEventListener("click", () => show(stations[(at + Number(step.dataset.cameraStep) + stations.length) % stations.length]));
  }
  part("further").addEventListener("click", () => show(following(stations) ?? stations[at]));
  part("ghost-switch").addEventListener("click", () => {
    localStorage.setItem(GHOST, ghosts() ? "off" : "on");
    showBefore(stations[at], false);
  });
  shutter.addEventListener("click", press);
  dialog.addEventListener("close", () => close(video));
}
