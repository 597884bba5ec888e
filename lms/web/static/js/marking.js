// After each save the server says how far the script is; the page shows it without being loaded again.
document.addEventListener("lms:saved", (event) => {
  const live = event.detail.answer.live ?? {};
  for (const place of document.querySelectorAll("[data-live]")) {
    const words = live[place.dataset.live];
    if (words !== undefined) place.textContent = words;
  }
  for (const place of document.querySelectorAll("[data-live-icon]")) {
    const icon = place.querySelector("use");
    const name = live[place.dataset.liveIcon];
    if (icon && name) icon.setAttribute("href", icon.getAttribute("href").replace(/#.*$/, `#${name}`));
  }
});

// Words chosen in a passage become the words that are meant, and its comment opens.
document.addEventListener("selectionchange", () => {
  const chosen = document.getSelection();
  const passage = chosen?.anchorNode?.parentElement?.closest("[data-passage]");
  const words = chosen?.toString().trim().replace(/\s+/g, " ") ?? "";
  if (!passage || words.length < 2 || words.length > 400 || !passage.contains(chosen.focusNode)) return;
  const quote = document.getElementById(`quote-${passage.dataset.passage}`);
  if (!quote || document.activeElement === quote) return;
  quote.closest("details").open = true;
  quote.value = words;
  quote.dispatchEvent(new Event("input", { bubbles: true }));
});
