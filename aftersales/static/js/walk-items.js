// What the camera view and the walk-around hand to one another: photos and skips go into the tablet's queue, and
// whatever on the page asks for a station's photo opens the view.
import { newId } from "./core.js";
import { keep, list } from "./queue.js";

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
  knowWaiting(stations);
  document.addEventListener("click", (event) => {
    const label = event.target.closest("label[for^='photo-'], .walk-shots label.shot-pick");
    const id = label?.htmlFor || label?.querySelector("input[type=file]")?.id;
    const station = stations.find((each) => id === `photo-${each.station}-file`);
    if (!station || mayNot(label)) return;
    event.preventDefault();
    look(station);
  });
}

// What was kept on this tablet, now or before the page was opened anew, counts as done although it is not sent yet.
function knowWaiting(stations) {
  const know = (item) => {
    for (const station of stations) {
      const isPhoto = item?.url === tileOf(station.station)?.getAttribute("action");
      if (isPhoto && item.fields.some(([name, value]) => name === "station" && value === station.station)) station.taken = true;
      if (item?.url === station.skip) station.skipped = true;
    }
  };
  document.addEventListener("queue:kept", ({ detail }) => know(detail.item));
  list().then((items) => items.forEach(know));
}
