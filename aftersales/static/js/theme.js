// Theme switch: the form with data-theme-form posts the choice to the server; the page changes at once.
import { attach } from "./core.js";

attach("form[data-theme-form]", (form) => {
  form.addEventListener("change", (event) => {
    if (event.target.name !== "theme") return;
    document.documentElement.dataset.theme = event.target.value;
    form.requestSubmit();
  });
});
