// The colour that a measured value takes by its limits: <input data-limits='{"soon_below": 4, "urgent_below": 3}'>.

const colourOf = (limits, value) => {
  const beyond = (below, above) => (limits[below] !== undefined && value < limits[below]) || (limits[above] !== undefined && value > limits[above]);
  if (beyond("urgent_below", "urgent_above")) return "urgent";
  return beyond("soon_below", "soon_above") ? "soon" : "ok";
};

function toneOf(input) {
  const limits = JSON.parse(input.dataset.limits);
  const value = input.value === "" ? NaN : Number(input.value);
  return Object.keys(limits).length && !Number.isNaN(value) ? colourOf(limits, value) : "";
}

export function colour(input) {
  const field = input.closest(".number");
  const tone = toneOf(input);
  if (tone) field.dataset.tone = tone; else delete field.dataset.tone;
  return tone;
}
