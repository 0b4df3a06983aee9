// Rows of a list: j and k (then the arrows too) move, Enter opens, x selects, Shift-x selects up to here,
// Escape lets go. The focus is on the row's link, so that a screen reader reads it and Enter needs no script.
const ROWS = "tr:has([data-open])";
const WRITING = "textarea, select, [contenteditable], input:not([type=checkbox])";

let anchor = null; // the row that Shift counts from

const picks = () => [...document.querySelectorAll("[data-pick]")];
const current = () => document.activeElement?.closest(ROWS);

export function rows() {
  document.addEventListener("keydown", (event) => {
    if (event.target.closest(WRITING) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open], details.menu[open]")) return;
    const step = { j: 1, k: -1 }[event.key] ?? (current() ? { ArrowDown: 1, ArrowUp: -1 }[event.key] : undefined);
    if (step) {
      event.preventDefault();
      move(step);
    } else if (event.key === "x" || event.key === "X") {
      pick(current(), event.shiftKey);
    } else if (event.key === "Enter" && event.target.matches("[data-pick]")) {
      event.preventDefault();
      current()?.querySelector("[data-open]").click();
    } else if (event.key === "Escape") {
      if (picks().some((box) => box.checked)) clear();
      else if (current()) document.activeElement.blur();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.matches("[data-pick]")) {
      const row = event.target.closest("tr");
      if (event.shiftKey) range(row, event.target.checked);
      anchor = row;
      unmatch();
    } else if (event.target.matches("[data-pick-all]")) {
      for (const box of picks()) box.checked = event.target.checked;
      unmatch();
    } else if (event.target.closest("[data-select-matching]")) {
      for (const box of picks()) box.checked = true;
      everything(true);
    } else if (event.target.closest("[data-select-none]")) {
      clear();
    }
  });
}

function move(step) {
  const all = [...document.querySelectorAll(ROWS)];
  const at = all.indexOf(current());
  const next = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  const link = next?.querySelector("[data-open]");
  link?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function pick(row, upToHere) {
  const box = row?.querySelector("[data-pick]");
  if (!box) return;
  if (upToHere && anchor?.isConnected) {
    range(row, true);
  } else {
    box.checked = !box.checked;
    anchor = row;
  }
  unmatch();
}

function range(row, checked) {
  const all = [...document.querySelectorAll(ROWS)];
  const [from, to] = [all.indexOf(anchor), all.indexOf(row)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const one of all.slice(from, to + 1)) {
    const box = one.querySelector("[data-pick]");
    if (box) box.checked = checked;
  }
}

function clear() {
  for (const box of picks()) box.checked = false;
  unmatch();
}

function unmatch() {
  everything(false);
}

// Whether not the rows one sees are meant, but all that fit the filters.
function everything(on) {
  const form = document.getElementById("bulk");
  if (form) form.elements.all.value = on ? "1" : "";
  selection();
}

// Say what is selected; also called for each new page, where a browser may have kept the boxes.
export function selection() {
  const form = document.getElementById("bulk");
  if (!form) return;
  const boxes = picks();
  const chosen = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.closest("tr").setAttribute("aria-selected", String(box.checked));
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const matching = form.elements.all.value === "1";
  const count = matching ? Number(form.dataset.matching) : chosen;
  const noun = count === 1 ? form.dataset.one : form.dataset.many;
  const said = `${matching ? "All " : ""}${count.toLocaleString("en")} ${noun} selected`;
  form.querySelector("[data-selected-count]").textContent = said;
  const more = form.querySelector("[data-select-matching]");
  if (more) more.hidden = matching;
  const status = document.querySelector("[data-selected-status]");
  const spoken = count ? said : status.textContent ? "Nothing selected" : "";
  if (status.textContent !== spoken) status.textContent = spoken;
}
