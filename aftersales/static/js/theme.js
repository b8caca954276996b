// Theme: a field named `theme` shows its choice on the page at once; its form keeps it.
import { attach } from "./core.js";

attach('[name="theme"]', (field) => {
  field.addEventListener("change", () => { document.documentElement.dataset.theme = field.value || "light"; });
});
