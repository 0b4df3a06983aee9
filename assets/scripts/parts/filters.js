// A form with data-filters sends itself when a select or checkbox changes.
export function filters() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (form && !event.target.matches("input[type=search]")) form.requestSubmit();
  });

  // Empty fields stay out of the address.
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("form[data-filters]")) return;
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });
}
