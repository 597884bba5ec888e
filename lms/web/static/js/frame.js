// Inside a VLE's frame the page says less about itself. Only a class is set; the style sheet does the rest.
if (window.self !== window.top) {
  document.documentElement.classList.add("framed");
}
