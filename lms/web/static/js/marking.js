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
