// What a figure means: shown while its button is pointed at or has the focus, and by a tap; Escape closes it.
export function meanings() {
  let shown = null;
  let leaving = 0;

  const textOf = (ask) => document.getElementById(ask.getAttribute("aria-describedby"));

  function show(ask) {
    clearTimeout(leaving);
    const text = textOf(ask);
    if (shown === text) return;
    hide();
    text.showPopover();
    const at = ask.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left - 12), document.documentElement.clientWidth - text.offsetWidth - 8);
    const below = at.bottom + 6 + text.offsetHeight < document.documentElement.clientHeight;
    text.style.left = `${left}px`;
    text.style.top = `${below ? at.bottom + 6 : at.top - 6 - text.offsetHeight}px`;
    shown = text;
  }

  function hide() {
    clearTimeout(leaving);
    if (shown?.matches(":popover-open")) shown.hidePopover();
    shown = null;
  }

  // A moment's grace, so that the pointer can go over to the text.
  function hideSoon() {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 150);
  }

  document.addEventListener("pointerover", (event) => {
    const ask = event.target.closest("[data-meaning]");
    if (ask && event.pointerType === "mouse") show(ask);
    else if (event.target.closest(".meaning-text")) clearTimeout(leaving);
    else if (shown && document.activeElement?.getAttribute("aria-describedby") !== shown.id) hideSoon();
  });
  document.addEventListener("focusin", (event) => {
    const ask = event.target.closest("[data-meaning]");
    if (ask) show(ask);
    else hide();
  });
  document.addEventListener("click", (event) => {
    const ask = event.target.closest("[data-meaning]");
    if (ask) show(ask);
    else if (!event.target.closest(".meaning-text")) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("scroll", hide, { passive: true });
}
