// Makes this tablet ready for the yard: the element's data-keep-pages are addresses that have to open without Wi-Fi. Its
// parts marked data-yard="ready" and "insecure" say what came of it: without a secure address no browser keeps pages.
export async function start(element) {
  const show = (state) => { for (const part of element.querySelectorAll("[data-yard]")) part.hidden = part.dataset.yard !== state; };
  if (!navigator.serviceWorker) return show("insecure");
  navigator.serviceWorker.addEventListener("message", ({ data }) => show(data.kept ? "ready" : ""));
  // Without the network the worker that is there goes on; it was asked for these pages when there was one.
  await navigator.serviceWorker.register("/sw.js").catch(() => show(navigator.serviceWorker.controller ? "ready" : "insecure"));
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ type: "keep", owner: element.dataset.owner, urls: JSON.parse(element.dataset.keepPages) });
}
