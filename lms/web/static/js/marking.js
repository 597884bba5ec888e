// After each save the server says how far the script is; the page shows it without being loaded again.
document.addEventListener("lms:saved", (event) => {
  const live = event.detail.answer.live ?? {};
  for (const place of document.querySelectorAll("[data-live]")) {
    const words = live[place.dataset.live];
    if (words !== undefined) place.textContent = words;
  }
});
