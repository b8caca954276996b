// What the camera view and the walk-around hand to one another: photos and skips go into the tablet's queue, and
// whatever on the page asks for a station's photo opens the view.
import { newId } from "./core.js";
import { keep } from "./queue.js";

const tileOf = (station) => document.getElementById(`photo-${station}`);
const orderOf = (tile) => tile.closest("[data-order]")?.dataset.order;

export function takePhoto(station, blob) {
  const tile = tileOf(station);
  const fields = [["station", station], ["photo_id", newId()], ["taken_at", new Date().toISOString()], ["photo", blob, "photo.jpg"]];
  return keep({ url: tile.getAttribute("action"), title: tile.dataset.title, order: orderOf(tile), fields });
}

export function skip({ station, url, title, reason }) {
  return keep({ url, title, order: orderOf(tileOf(station)), fields: [["reason", reason]] });
}

// Calls `look` with the station that is asked for; where the camera may not be used, the file input opens.
export function onAsked(stations, look, mayNot) {
  document.addEventListener("click", (event) => {
    const label = event.target.closest("label[for^='photo-'], .walk-shots label.shot-pick");
    const id = label?.htmlFor || label?.querySelector("input[type=file]")?.id;
    const station = stations.find((each) => id === `photo-${each.station}-file`);
    if (!station || mayNot(label)) return;
    event.preventDefault();
    look(station);
  });
}
