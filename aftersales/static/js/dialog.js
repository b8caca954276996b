// Dialogs: <button data-dialog-open="id"> opens, data-dialog-close closes. Focus returns to the opener by itself.
import { attach } from "./core.js";

attach("[data-dialog-open]", (opener) => {
  opener.addEventListener("click", (event) => {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  });
});

attach("[data-dialog-close]", (closer) => {
  closer.addEventListener("click", (event) => {
    event.preventDefault();
    closer.closest("dialog").close();
  });
});

// A dialog that came with an answer opens at once; one that was opened by the server's mark, too.
attach("dialog[data-open]", (dialog) => {
  if (dialog.open) dialog.close();
  dialog.showModal();
});

// A form in a dialog that was accepted closes it.
document.addEventListener("htmx:afterRequest", (event) => {
  const dialog = event.detail.elt.closest?.("dialog[data-close-on-success]");
  if (dialog && event.detail.xhr?.status < 400) dialog.close();
});
