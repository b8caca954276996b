// Running clocks, moved each quarter of a minute:
//   <span class="clock" role="timer" data-since="2026-05-12T08:14:00Z">0:42</span>
//   <span role="timer" data-until="2026-05-12T17:00:00Z" data-left="{time} left" data-over="over by {time}">2:10 left</span>
import { attach } from "./core.js";

const EVERY = 15000;

function hours(minutes) {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

function since(clock) {
  return hours(Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 60000)));
}

function until(clock) {
  const minutes = Math.floor((Date.parse(clock.dataset.until) - Date.now()) / 60000);
  const words = minutes >= 0 ? clock.dataset.left : clock.dataset.over;
  return words.replace("{time}", hours(Math.abs(minutes)));
}

function keep(clock, words) {
  const show = () => {
    const text = words(clock);
    if (clock.textContent !== text) clock.textContent = text;
  };
  show();
  const timer = setInterval(() => (clock.isConnected ? show() : clearInterval(timer)), EVERY);
}

attach("[data-since]", (clock) => keep(clock, since));
attach("[data-until]", (clock) => keep(clock, until));
