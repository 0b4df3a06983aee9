// The first hour: what a browser knows is proposed, what a provider's server is called is filled in.
export function setUp() {
  document.addEventListener("change", (event) => {
    if (!event.target.matches("select[data-fills]")) return;
    const option = event.target.selectedOptions[0];
    const form = event.target.form;
    for (const { name, value } of option.attributes) {
      const field = name.startsWith("data-fill-") && form.elements[name.slice("data-fill-".length)];
      if (field) field.value = value;
    }
    const hint = form.querySelector("[data-fills-hint]");
    if (hint && option.dataset.hint) hint.textContent = option.dataset.hint;
  });
}

// A field for the time zone that is still empty gets the browser's, where the list has it.
export function browserZone() {
  for (const field of document.querySelectorAll("[data-browser-zone]")) {
    if (field.value) continue;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (field.tagName !== "SELECT" || [...field.options].some((option) => option.value === zone)) field.value = zone;
  }
}
