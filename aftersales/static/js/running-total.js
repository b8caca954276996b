// The running total of what is approved so far: whole cents per tax rate, the tax of each rate rounded once on its sum,
// exactly as the server adds up. Without script the review page shows the total.
const HUNDRED_PERCENT = 10000;

function taxed(cents, rate, includesTax) {
  return includesTax ? cents : cents + Math.floor((2 * cents * rate + HUNDRED_PERCENT) / (2 * HUNDRED_PERCENT));
}

export function start(form) {
  const includesTax = form.dataset.includesTax === "1";
  const groups = [...form.querySelectorAll("[data-amounts]")];
  const amount = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const shown = document.querySelectorAll("[data-running-total-shown]");
  const counted = document.querySelectorAll("[data-running-count]");

  function show() {
    const sums = {};
    let decided = 0;
    for (const group of groups) {
      const choice = group.querySelector("input:checked");
      decided += choice ? 1 : 0;
      if (choice?.value !== "yes") continue;
      for (const [rate, cents] of Object.entries(JSON.parse(group.dataset.amounts))) sums[rate] = (sums[rate] ?? 0) + cents;
    }
    const total = Object.entries(sums).reduce((sum, [rate, cents]) => sum + taxed(cents, Number(rate), includesTax), 0);
    for (const output of shown) output.textContent = amount.format(total / 100);
    for (const output of counted) output.textContent = output.dataset.runningCount.replace("{n}", decided).replace("{of}", groups.length);
  }

  form.addEventListener("change", show);
  show();
}
