// "Listen" and "Stop" over a text, by the browser's own voice. Without it, or without a voice, there
// is no button. Nothing is sent anywhere by us; it stops when the page is left.
const texts = document.querySelectorAll("[data-listen]");
const place = document.querySelector("[data-listen-here]");
const voice = window.speechSynthesis;

// What is read: blocks that hold words of their own, not source numbers, and nothing that is folded.
function words() {
  const blocks = "h2, h3, h4, p, li, dt, dd, th, td, figcaption";
  return [...texts]
    .flatMap((text) => [...text.querySelectorAll(blocks)])
    .filter((block) => !block.closest("details:not([open])") && !block.closest(".rest-ways"))
    .map((block) => {
      const copy = block.cloneNode(true);
      for (const part of copy.querySelectorAll("sup, .visually-hidden, p, li, ul, ol")) part.remove();
      return copy.textContent.replace(/\s+/g, " ").trim();
    })
    .filter(Boolean);
}

if (texts.length && place && voice && "SpeechSynthesisUtterance" in window) {
  const listen = document.createElement("button");
  listen.type = "button";
  listen.className = "quiet";
  listen.textContent = "Listen";
  const told = document.createElement("span");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  let speaking = false;

  const stop = () => {
    const was = speaking;
    speaking = false;
    voice.cancel();
    listen.textContent = "Listen";
    if (was) told.textContent = "Stopped.";
  };

  // One utterance for each block: browsers cut long ones short.
  const start = () => {
    voice.cancel();
    speaking = true;
    listen.textContent = "Stop";
    told.textContent = "";
    const blocks = words();
    blocks.forEach((block, index) => {
      const said = new SpeechSynthesisUtterance(block);
      said.lang = document.documentElement.lang;
      said.onerror = (event) => {
        if (speaking && !["canceled", "interrupted"].includes(event.error)) stop();
      };
      if (index === blocks.length - 1) said.onend = () => speaking && stop();
      voice.speak(said);
    });
    if (!blocks.length) stop();
  };

  listen.addEventListener("click", () => (speaking ? stop() : start()));
  addEventListener("pagehide", stop);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && speaking) stop();
  });
  place.append(listen, told);
  place.hidden = false;
}
