// When the tool says that it is registered, the list of tools comes back, as in Moodle.
const frame = document.querySelector("iframe[data-list]");
window.addEventListener("message", (event) => {
  if (event.origin !== new URL(frame.src).origin) return;
  if (event.data?.subject === "org.imsglobal.lti.close") location.assign(frame.dataset.list);
});
