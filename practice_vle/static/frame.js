// What a VLE does with messages of the tool in its frame: it gives the height that is asked for.
const HIGHEST = 4000;
const frame = document.querySelector("iframe.tool");
const tool = frame.dataset.toolOrigin;

window.addEventListener("message", (event) => {
  if (event.origin !== tool || event.source !== frame.contentWindow) return;
  const { subject, height } = event.data ?? {};
  if (subject === "lti.frameResize" && Number.isFinite(height) && height > 0) {
    frame.style.height = `${Math.min(height, HIGHEST)}px`;
    event.source.postMessage({ subject: "lti.frameResize.response", message_id: event.data.message_id }, event.origin);
  }
});
