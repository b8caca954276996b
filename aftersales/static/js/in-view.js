// A strip of links that scrolls sideways starts where one is: the current link is brought into view.
export function start(strip) {
  const current = strip.querySelector("[aria-current]");
  if (current) strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
}
