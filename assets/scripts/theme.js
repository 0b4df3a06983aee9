// Runs before the first paint: the theme this person chose, else the system's.
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem("dunwell-theme") || "auto";
  } catch {
    return "auto";
  }
}

function show() {
  const theme = chosen();
  root.dataset.theme = theme;
  root.dataset.bsTheme = theme === "auto" ? (system.matches ? "dark" : "light") : theme;
}

show();
system.addEventListener("change", show);
window.addEventListener("storage", show);
// Paper is light.
window.addEventListener("beforeprint", () => {
  root.dataset.bsTheme = "light";
});
window.addEventListener("afterprint", show);
document.addEventListener("dunwell:theme", (event) => {
  try {
    localStorage.setItem("dunwell-theme", event.detail);
  } catch {
    // A browser that keeps nothing shows the choice until the page is left.
  }
  show();
  root.dataset.theme = event.detail;
  if (event.detail !== "auto") root.dataset.bsTheme = event.detail;
});
