// The editor of a text: what is typed is shown a moment later, and a merge tag goes to where the person last wrote.
const PAUSE = 400; // milliseconds without a key

export function textEditor() {
  let timer;
  let written;

  async function show(form) {
    form.requestSubmit(form.querySelector("[data-previews]"));
    const advice = form.querySelector("[data-checks]");
    const answer = await fetch(advice.dataset.checks, { method: "POST", body: new FormData(form) });
    if (answer.ok) advice.innerHTML = await answer.text();
  }

  function soon(event) {
    const form = event.target.form;
    if (!form?.matches("[data-editor]") || !form.querySelector("[data-previews]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => form.isConnected && show(form), PAUSE);
  }

  document.addEventListener("input", soon);

  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("form[data-editor] textarea")) written = target;
  });

  document.addEventListener("click", ({ target }) => {
    const tag = target.closest("[data-tag]");
    if (!tag) return;
    const field = written?.isConnected ? written : document.querySelector("form[data-editor] textarea[name=body_html]");
    field.setRangeText(tag.dataset.tag, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
