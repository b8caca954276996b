// A button that ticks all boxes of its card, or takes all ticks back: <button data-tick-all>. Without script there is none.
export function start(button) {
  const boxes = () => [...button.closest(".card").querySelectorAll('input[type="checkbox"]')];
  const isAll = () => boxes().every((box) => box.checked);
  const show = () => button.setAttribute("aria-pressed", isAll());

  button.addEventListener("click", () => {
    const wanted = !isAll();
    for (const box of boxes()) box.checked = wanted;
    show();
  });
  button.closest(".card").addEventListener("change", show);
  button.form.addEventListener("reset", () => setTimeout(show));
  show();
}
