// Colours a measured value by its limits while it is typed; the limits themselves count as within. Without script the
// colour comes with the page that answers.
const COMMA = /,/g;

function light(row, text) {
  const value = Number(text.trim().replace(COMMA, "."));
  if (!text.trim() || Number.isNaN(value)) return "";
  return value >= Number(row.dataset.low) && value <= Number(row.dataset.high) ? "ok" : "urgent";
}

function show(input) {
  const row = input.closest(".spec");
  const look = light(row, input.value);
  if (look) row.dataset.light = look;
  else delete row.dataset.light;
}

export function start(list) {
  list.addEventListener("input", ({ target }) => {
    if (target.name?.startsWith("spec-")) show(target);
  });
  list.querySelectorAll('[name^="spec-"]').forEach(show); // what was typed before the page answered with a refusal
}
