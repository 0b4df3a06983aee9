// [data-opens="id"] shows the <dialog> with that id; [data-closes] closes the one it is in.
export function dialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      event.preventDefault();
      opener.closest("details.menu")?.removeAttribute("open");
      const dialog = document.getElementById(opener.dataset.opens);
      if (opener.dataset.to) fill(dialog, opener);
      dialog?.showModal();
      return;
    }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
    else if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop
  });

  // A form is sent once, however often its button is pressed; looking at a preview is no sending.
  document.addEventListener("submit", (event) => {
    if (event.submitter?.matches("[data-previews]")) return;
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-sent")) {
      if (form.hasAttribute("data-sent")) event.preventDefault();
      return;
    }
    form.setAttribute("data-sent", "");
    setTimeout(() => form.removeAttribute("data-sent"), 4000);
  });
}

// What was entered and refused is open again as the page comes, with the reason beside its field.
export function refusedDialog() {
  document.querySelector("dialog[data-refused]:not([open])")?.showModal();
}

// A dialog that many rows share: the one that opens it says where it posts to and about what it asks.
function fill(dialog, { dataset }) {
  dialog.querySelector("form").action = dataset.to;
  dialog.querySelector("[data-asks-about]").textContent = dataset.about;
}
