// The buttons [data-theme-choice] choose light, dark or auto; theme.js keeps and shows the choice.
export function themeChoice() {
  const show = () => {
    const theme = document.documentElement.dataset.theme || "auto";
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    document.dispatchEvent(new CustomEvent("dunwell:theme", { detail: button.dataset.themeChoice }));
    show();
  });
  document.addEventListener("dunwell:arrived", show);
  show();
}
