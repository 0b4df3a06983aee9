// ECharts is large: it comes only to pages that have a chart, when the first of them is nearly in view.
const NEARLY = "200px";

let seen;

function watched() {
  return new IntersectionObserver(
    (entries) => {
      const places = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
      const address = document.querySelector('link[rel="charts"]')?.href;
      if (places.length === 0 || !address) return;
      for (const place of places) seen.unobserve(place);
      import(address).then((module) => module.draw(places.filter((place) => !place.hasAttribute("data-drawn"))));
    },
    { rootMargin: NEARLY },
  );
}

export function charts() {
  const places = document.querySelectorAll("[data-chart]:not([data-drawn])");
  if (places.length === 0) return;
  seen ??= watched();
  for (const place of places) seen.observe(place);
}
