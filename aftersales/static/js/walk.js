// While photos of the walk-around wait on this tablet, they count as taken: the number of required ones, the next tile and
// the big button go on as if they had arrived. When they have, the server's own parts take these places again.
import { listOf } from "./queue.js";

export function start(walk) {
  const { stations } = JSON.parse(document.getElementById("camera").dataset.camera);
  const words = JSON.parse(walk.dataset.words);
  const order = walk.closest("[data-order]").dataset.order;
  const required = stations.filter((each) => each.required);
  const tileOf = ({ station }) => document.getElementById(`photo-${station}`);
  const arrived = new Set();

  const stationOf = (item) => stations.find((each) => item.url === each.skip
    || (item.url === tileOf(each)?.getAttribute("action") && item.fields.some(([name, value]) => name === "station" && value === each.station)));

  async function show() {
    const waiting = new Set((await listOf(order)).filter((item) => !item.refused).map(stationOf));
    waiting.delete(undefined);
    if (!waiting.size) return;
    const left = required.filter((each) => !(each.taken || each.skipped || waiting.has(each) || arrived.has(each)));
    const place = document.querySelector("#walk-count p");
    if (place) place.textContent = words.count.replace("{taken}", required.length - left.length).replace("{all}", required.length).replace("{waiting}", waiting.size);
    for (const each of stations) {
      if (each === left[0]) tileOf(each)?.setAttribute("aria-current", "step");
      else tileOf(each)?.removeAttribute("aria-current");
    }
    const button = document.querySelector('#walk-bar label[data-kind="primary"]');
    if (!button) return;
    button.hidden = !left.length;
    if (!left.length) return;
    button.htmlFor = `photo-${left[0].station}-file`;
    button.querySelector("span").textContent = words.next.replace("{title}", left[0].title);
  }

  document.addEventListener("queue:sent", ({ detail }) => { arrived.add(stationOf(detail.item)); show(); });
  for (const name of ["kept", "refused", "dropped"]) document.addEventListener(`queue:${name}`, show);
  show();
}
