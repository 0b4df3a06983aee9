// ECharts is large: it comes only to pages that have a chart, when the first of them is nearly in view. Once the page
// has nothing else to do the others are drawn too: who prints it has not scrolled to them.
const NEARLY = "200px";
const QUIET = 2000; // milliseconds

let seen;

function watched() {
  return new IntersectionObserver(
    (entries) => {
      draw(entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target));
    },
    { rootMargin: NEARLY },
  );
}

function draw(places) {
  const address = document.querySelector('link[rel="charts"]')?.href;
  if (places.length === 0 || !address) return;
  for (const place of places) seen.unobserve(place);
  import(address).then((module) => {
    module.draw(places.filter((place) => place.isConnected && !place.hasAttribute("data-drawn")));
  });
}

function rest() {
  const left = [...document.querySelectorAll("[data-chart]:not([data-drawn])")];
  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work));
  if (left.length > 0) idle(() => draw(left));
}

export function charts() {
  const places = document.querySelectorAll("[data-chart]:not([data-drawn])");
  if (places.length === 0) return;
  seen ??= watched();
  for (const place of places) seen.observe(place);
  setTimeout(rest, QUIET);
}
