// PIN pad: digits go into the password field, dots show how many; the last digit sends the form, by the button that
// data-sends names (and not at all while that button is not there).
export function start(element) {
  const input = element.querySelector("input");
  const dots = [...element.querySelectorAll(".dots i")];
  const voice = element.querySelector(".dots .sr");
  const digits = Number(element.dataset.digits);

  function show() {
    dots.forEach((dot, index) => dot.toggleAttribute("data-on", index < input.value.length));
    voice.textContent = element.dataset.words.replace("{n}", input.value.length).replace("{of}", digits);
    if (input.value.length === digits) send();
  }

  function send() {
    const by = element.dataset.sends;
    if (!by) input.form.requestSubmit();
    else document.getElementById(by)?.click();
  }

  for (const button of element.querySelectorAll("[data-digit]")) {
    button.addEventListener("click", () => {
      if (input.value.length < digits) input.value += button.dataset.digit;
      show();
    });
  }
  element.querySelector("[data-delete]").addEventListener("click", () => {
    input.value = input.value.slice(0, -1);
    show();
  });
  input.addEventListener("input", () => {
    input.value = input.value.replace(/\D/g, "").slice(0, digits);
    show();
  });
}
