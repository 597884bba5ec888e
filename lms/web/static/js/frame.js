// Inside a VLE's frame the page says less about itself: a class is set, and the style sheet does the rest.
// It also asks the VLE for a higher frame (lti.frameResize) when it does not fit. Never higher than the
// screen: the strip with Support and Leave stays in view only while the page scrolls inside its frame.
const SHARE_OF_SCREEN = 0.85;
const PAUSE = 250; // ms between two messages
const STEP = 8; // px that are not worth a message

if (window.self !== window.top) {
  document.documentElement.classList.add("framed");
  askForHeight((document.documentElement.dataset.vleOrigins || "").split(" ").filter(Boolean));
}

function askForHeight(origins) {
  let asked = 0;
  let waiting = false;

  function ask() {
    waiting = false;
    const content = document.documentElement.scrollHeight;
    const height = Math.min(content, Math.round(window.screen.availHeight * SHARE_OF_SCREEN));
    if (height < window.innerHeight + STEP || Math.abs(height - asked) < STEP) return;
    asked = height;
    for (const origin of origins) {
      window.parent.postMessage({ subject: "lti.frameResize", message_id: `height-${height}`, height }, origin);
    }
  }

  function soon() {
    if (waiting) return;
    waiting = true;
    window.setTimeout(ask, PAUSE);
  }

  if (origins.length) new ResizeObserver(soon).observe(document.body);
}
