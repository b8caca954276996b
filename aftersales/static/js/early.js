// The first script of a page, before there is anything to tap: what is tapped or chosen while the page's modules are still
// on their way is held, and done as soon as they are there. So no tap is lost, and none does half of what it should.
// core.js says by "page:busy" and "page:ready" when that is; a page that is never ready acts without its modules.
{
  const LONGEST_MS = 5000;
  let held = [];
  let timer = 0;
  let isReady = false;

  const release = () => {
    isReady = true;
    clearTimeout(timer);
    timer = 0;
    const now = held;
    held = [];
    for (const again of now) again();
  };

  const hold = (event) => {
    const { target, type } = event;
    if (isReady || (type === "click" && !target.closest?.('button, [role="button"]'))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const again = type === "click" ? new MouseEvent(type, event) : new Event(type, event); // at the same place
    held.push(() => { if (target.isConnected) target.dispatchEvent(again); });
    timer ||= setTimeout(release, LONGEST_MS);
  };

  addEventListener("click", hold, true);
  addEventListener("change", hold, true);
  document.addEventListener("page:busy", () => { isReady = false; });
  document.addEventListener("page:ready", release);
}
