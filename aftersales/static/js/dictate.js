// Dictated notes, where the browser hears (Web Speech API: Chrome, Edge, Safari; it may send the sound to its maker).
// Elsewhere the buttons stay hidden and the note is typed. What is heard stands behind what stood there.
const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export function start(section) {
  if (!Recognition || !window.isSecureContext) return;
  const words = JSON.parse(section.dataset.padWords);
  let listening = null;
  const showAll = () => { for (const button of section.querySelectorAll("[data-dictate]")) button.hidden = false; };
  const say = (button, text) => { button.querySelector("span").textContent = text; };

  function listen(button) {
    const note = document.getElementById(button.dataset.dictate);
    const before = note.value.trim();
    const heard = new Recognition();
    heard.lang = document.documentElement.lang;
    heard.continuous = true;
    heard.addEventListener("result", ({ results }) => {
      note.value = [before, ...[...results].map(([best]) => best.transcript.trim())].filter(Boolean).join(" ");
      note.dispatchEvent(new Event("input", { bubbles: true }));
    });
    heard.addEventListener("end", () => { listening = null; button.removeAttribute("aria-pressed"); say(button, words.dictate); });
    listening = heard;
    button.setAttribute("aria-pressed", "true");
    say(button, words.stop);
    note.focus();
    heard.start();
  }

  section.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-dictate]");
    if (button) listening ? listening.stop() : listen(button);
  });
  section.addEventListener("htmx:load", showAll);
  showAll();
}
