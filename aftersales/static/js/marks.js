// Drawing on a photo: arrow, circle and text in units of the picture, by finger, pen or mouse. What is drawn stands
// in the form's hidden field and in a list of plain fields, where it can be reworded and removed by keyboard.
import { emit } from "./core.js";
import { draw } from "./shapes.js";

const MOST = 50;

export function start(form) {
  const svg = form.querySelector("#marks-canvas");
  const { width, height } = svg.viewBox.baseVal;
  const stroke = Math.max(width, height) / 150;
  const words = JSON.parse(form.dataset.words);
  const stored = form.querySelector('[name="marks"]');
  const typed = form.querySelector('[name="new_text"]');
  let marks = JSON.parse(stored.value);
  let tool = "arrow";
  let begun = null; // the mark that the finger is drawing
  const earlier = []; // the sets before each change, for undoing

  function show() {
    const shapes = svg.querySelector("[data-shapes]");
    shapes.replaceChildren();
    for (const mark of begun ? [...marks, begun] : marks) draw(shapes, mark, stroke);
    stored.value = JSON.stringify(marks);
  }

  function row(mark, n) {
    const entry = document.createElement("li");
    entry.className = "item";
    const name = `${n + 1} ${words[mark.kind]}`;
    const main = document.createElement(mark.kind === "text" ? "input" : "span");
    main.className = mark.kind === "text" ? "input grow" : "item-main";
    if (mark.kind === "text") {
      Object.assign(main, { value: mark.text, maxLength: 80, ariaLabel: words.words.replace("{n}", n + 1) });
      main.addEventListener("input", () => { mark.text = main.value; show(); });
    } else main.textContent = name;
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words.remove.replace("{mark}", name) });
    remove.addEventListener("click", () => change(marks.filter((each) => each !== mark)));
    entry.append(main, remove);
    return entry;
  }

  function change(next) {
    if (next.length > MOST) return emit("banner", { owner: "marks", tone: "soon", icon: "info", text: words.most });
    earlier.push(structuredClone(marks));
    marks = next;
    list();
  }

  function list() {
    show();
    const place = form.querySelector("[data-marks-list]");
    place.replaceChildren(...marks.map(row));
    if (!marks.length) place.textContent = words.empty;
  }

  function at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [Math.round(Math.min(Math.max(point.x, 0), width)), Math.round(Math.min(Math.max(point.y, 0), height))];
  }

  svg.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary) return;
    const [x, y] = at(event);
    if (tool === "text") {
      if (!typed.value.trim()) return typed.focus();
      change([...marks, { kind: "text", x, y, text: typed.value.trim() }]);
      typed.value = "";
      return;
    }
    svg.setPointerCapture(event.pointerId);
    begun = tool === "arrow" ? { kind: tool, x, y, x2: x, y2: y } : { kind: tool, x, y, r: 0 };
  });
  svg.addEventListener("pointermove", (event) => {
    if (!begun) return;
    const [x, y] = at(event);
    Object.assign(begun, begun.kind === "arrow" ? { x2: x, y2: y } : { r: Math.round(Math.hypot(x - begun.x, y - begun.y)) });
    show();
  });
  for (const name of ["pointerup", "pointercancel"]) {
    svg.addEventListener(name, () => {
      const mark = begun;
      begun = null;
      const size = mark && (mark.r ?? Math.hypot(mark.x2 - mark.x, mark.y2 - mark.y));
      if (size > stroke && name === "pointerup") change([...marks, mark]);
      else show();
    });
  }
  for (const button of form.querySelectorAll("[data-tool]")) {
    button.addEventListener("click", () => {
      tool = button.dataset.tool;
      for (const each of form.querySelectorAll("[data-tool]")) each.setAttribute("aria-pressed", String(each === button));
      if (tool === "text") typed.focus();
    });
  }
  form.querySelector("[data-undo]").addEventListener("click", () => { if (earlier.length) { marks = earlier.pop(); list(); } });
  list();
}
