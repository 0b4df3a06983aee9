// The explanation of a word opens below it, or above where there is no room; without this it opens in the middle.
export function terms() {
  document.addEventListener(
    "toggle",
    (event) => {
      const note = event.target;
      if (!note.matches?.(".term-note") || event.newState !== "open") return;
      const word = placeOf(note);
      note.opened = word.top;
      const { width, height } = note.getBoundingClientRect();
      const gap = 8;
      const left = Math.min(Math.max(gap, word.left), document.documentElement.clientWidth - width - gap);
      const below = word.bottom + gap / 2;
      const top = below + height > innerHeight ? Math.max(gap, word.top - height - gap / 2) : below;
      Object.assign(note.style, { left: `${left}px`, top: `${top}px`, right: "auto", bottom: "auto", margin: "0" });
    },
    true,
  );

  // It belongs to a place on the page: scrolled away, it closes.
  document.addEventListener(
    "scroll",
    () => {
      const note = document.querySelector(".term-note:popover-open");
      if (note && Math.abs(placeOf(note).top - note.opened) > 24) note.hidePopover();
    },
    { capture: true, passive: true },
  );
}

function placeOf(note) {
  return document.querySelector(`[popovertarget="${CSS.escape(note.id)}"]`).getBoundingClientRect();
}
