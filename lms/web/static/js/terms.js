// A word of the glossary opens its meaning after the paragraph it stands in. Without this script the word is
// a link to the glossary page. Opens by press or key, never by hovering; Close or Escape leads back to the word.
let count = 0;

function placeFor(word) {
  const table = word.closest(".table-wrap");
  if (table) return (note) => table.after(note);
  const block = word.closest("p, li, dd, dt, figcaption, blockquote, h2, h3, h4");
  if (block && block.matches("li, dd, dt, figcaption, blockquote")) return (note) => block.append(note);
  return (note) => (block ?? word).after(note);
}

function noteFor(word, meaning) {
  const note = document.createElement("div");
  note.className = "term-note";
  note.id = `term-note-${(count += 1)}`;
  note.tabIndex = -1;
  note.setAttribute("role", "group");
  note.setAttribute("aria-label", `${meaning.dataset.name}, what it means`);
  const title = document.createElement("p");
  title.className = "term-title";
  title.textContent = meaning.dataset.name;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = "Close";
  note.append(title, meaning.content.cloneNode(true), close);
  const shut = () => {
    note.hidden = true;
    word.setAttribute("aria-expanded", "false");
    word.focus();
  };
  close.addEventListener("click", shut);
  note.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
  });
  return note;
}

// The word stays an `a`, which breaks over lines as a `button` cannot; opened in a new tab it is the glossary page.
for (const word of document.querySelectorAll("a.term")) {
  const meaning = document.getElementById(`term-${decodeURIComponent(word.hash.slice(1))}`);
  if (!meaning?.content) continue;
  word.setAttribute("role", "button");
  word.setAttribute("aria-expanded", "false");
  let note = null;
  const toggle = () => {
    if (!note) {
      note = noteFor(word, meaning);
      note.hidden = true;
      placeFor(word)(note);
      word.setAttribute("aria-controls", note.id);
    }
    note.hidden = !note.hidden;
    word.setAttribute("aria-expanded", String(!note.hidden));
    if (note.hidden) return;
    note.focus({ preventScroll: true });
    note.scrollIntoView({ block: "nearest" }); // below a long table it would open out of sight
  };
  word.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    toggle();
  });
  word.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    toggle();
  });
}
