// Damage pins: a tap on a zone of the car, or Enter on it, opens the dialog with zone and place filled in.
function rootPoint(svg, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [point.x, point.y];
}

function fill(dialog, name, value) {
  for (const input of dialog.querySelectorAll(`[name="${name}"]`)) input.value = value;
}

export function start(svg) {
  const dialog = document.getElementById(svg.dataset.damageDialog);

  function open(zone, [x, y]) {
    fill(dialog, "zone", zone.dataset.zone);
    fill(dialog, "x", Math.round(x));
    fill(dialog, "y", Math.round(y));
    const title = svg.querySelector(`.zone[data-zone="${zone.dataset.zone}"] title`)?.textContent ?? "";
    for (const place of dialog.querySelectorAll("[data-zone-name]")) place.textContent = title;
    dialog.showModal();
  }

  svg.addEventListener("click", (event) => {
    if (event.target.closest("a")) return;
    const zone = event.target.closest("[data-zone]");
    if (zone) open(zone, rootPoint(svg, event));
  });

  svg.addEventListener("keydown", (event) => {
    const zone = event.target.closest(".zone");
    if (!zone || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    open(zone, zone.dataset.at.split(" ").map(Number));
  });
}
