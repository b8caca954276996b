// One mark of a photo as SVG, drawn as the server's component draws it.

const NS = "http://www.w3.org/2000/svg";

function add(parent, name, attributes, text = "") {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  parent.append(element);
}

// A white edge lies below; an arrow's line ends where its head begins.
export function draw(parent, mark, stroke) {
  const group = document.createElementNS(NS, "g");
  group.setAttribute("class", "mark");
  parent.append(group);
  if (mark.kind === "circle") {
    const ring = { cx: mark.x, cy: mark.y, r: mark.r };
    add(group, "circle", { ...ring, class: "halo", "stroke-width": stroke * 2 });
    add(group, "circle", { ...ring, "stroke-width": stroke });
  } else if (mark.kind === "text") {
    add(group, "text", { x: mark.x, y: mark.y + stroke * 5, "font-size": stroke * 6, "stroke-width": stroke * 1.5 }, mark.text);
  } else {
    const length = Math.hypot(mark.x2 - mark.x, mark.y2 - mark.y) || 1;
    const reach = Math.min(5 * stroke, length);
    const [along, down] = [(mark.x2 - mark.x) / length, (mark.y2 - mark.y) / length];
    const [x2, y2] = [mark.x2 - along * reach, mark.y2 - down * reach];
    const line = { x1: mark.x, y1: mark.y, x2, y2 };
    const corners = [[mark.x2, mark.y2], [x2 - (down * reach) / 2, y2 + (along * reach) / 2], [x2 + (down * reach) / 2, y2 - (along * reach) / 2]];
    add(group, "line", { ...line, class: "halo", "stroke-width": stroke * 2 });
    add(group, "line", { ...line, "stroke-width": stroke });
    add(group, "polygon", { points: corners.join(" "), "stroke-width": stroke / 2 });
  }
}
