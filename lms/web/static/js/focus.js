// After a form comes back with something to correct, or a refusal with reasons, the reader is taken to it.
const first = document.querySelector("[data-focus-first]");
if (first && !window.location.hash) {
  first.focus();
}

// A link to a field moves the focus into it, not only the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".summary-of-errors a[href^='#']");
  if (!link) return;
  const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  const control = field.matches("input, select, textarea, button") ? field : field.querySelector("input, select, textarea");
  if (control) {
    event.preventDefault();
    control.closest("details:not([open])")?.setAttribute("open", "");
    (control.closest(".field, fieldset") ?? control).scrollIntoView({ block: "center" });
    control.focus({ preventScroll: true });
  }
});
