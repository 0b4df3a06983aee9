// Menus (<details class="menu">) close on a click elsewhere and on Escape; the navigation of
// narrow screens opens and closes.
export function menus() {
  const body = document.body;

  function showNavigation(open) {
    body.dataset.nav = open ? "open" : "closed";
    const toggle = document.querySelector(".nav-toggle");
    toggle?.setAttribute("aria-expanded", String(open));
    if (open) document.querySelector(".shell-nav a")?.focus();
  }

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    }
    if (event.target.closest(".nav-toggle")) showNavigation(body.dataset.nav !== "open");
    else if (event.target.closest(".nav-shade, .shell-nav a")) showNavigation(false);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.menu[open]");
    if (menu) {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    } else if (body.dataset.nav === "open") {
      showNavigation(false);
      document.querySelector(".nav-toggle")?.focus();
    }
  });
}
