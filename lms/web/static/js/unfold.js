// On paper nothing is folded: open what is closed before printing, and close it again afterwards.
// (Newer browsers do so by print.css alone.)
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.other-nations:not([open])")];
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
  opened = [];
});
