// "1,184 words so far", kept up to date while writing. The server counts again when the draft is saved.
// <span data-words-of="draft" data-words-guide="2500" data-words-leeway="250">
for (const place of document.querySelectorAll("[data-words-of]")) {
  const box = document.getElementById(place.dataset.wordsOf);
  if (!box) continue;
  const guide = Number(place.dataset.wordsGuide || 0);
  const leeway = Number(place.dataset.wordsLeeway || 0);
  const written = (number) => number.toLocaleString("en-GB");
  const tell = () => {
    const count = (box.value.match(/\S+/g) || []).length;
    const words = `${written(count)} ${count === 1 ? "word" : "words"}`;
    place.textContent =
      guide && count > guide + leeway
        ? `${words}. The guide is ${written(guide)}${leeway ? `, give or take ${written(leeway)}` : ""}`
        : `${words} so far`;
  };
  box.addEventListener("input", tell);
  tell();
}
