// ECharts is large: it comes only to pages that have a chart, after the page is shown.
export function charts() {
  const places = document.querySelectorAll("[data-chart]:not([data-drawn])");
  if (places.length === 0) return;
  const address = document.querySelector('link[rel="charts"]')?.href;
  if (address) import(address).then((module) => module.draw(places));
}
