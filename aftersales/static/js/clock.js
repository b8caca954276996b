// Running clock: <span class="clock" role="timer" data-since="2026-05-12T08:14:00Z">0:42</span>, moved each minute.
import { attach } from "./core.js";

function show(clock) {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 60000));
  const text = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  if (clock.textContent !== text) clock.textContent = text;
}

attach("[data-since]", (clock) => {
  show(clock);
  const timer = setInterval(() => (clock.isConnected ? show(clock) : clearInterval(timer)), 15000);
});
