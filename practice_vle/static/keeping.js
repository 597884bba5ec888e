// Platform storage, the VLE's side: keeps what the tool gives it, for this browser window and the tool's origin alone.
// Runs in the course's page and, when that is switched on, in a frame of its own beside the tool's.
const OLD = "org.imsglobal.";
const here = document.querySelector("[data-storage]").dataset;
const keeps = here.storage === "parent" || here.storage === "old" || here.storageFrame !== undefined;
const prefix = here.storage === "old" ? OLD : "";

window.addEventListener("message", (event) => {
  if (event.origin !== here.toolOrigin || here.storage === "silent") return;
  const said = event.data ?? {};
  const answer = answers(said);
  if (!answer) return;
  const told = { subject: `${said.subject}.response`, message_id: said.message_id, ...answer };
  event.source.postMessage(told, event.origin);
});

function answers({ subject, key, value, message_id }) {
  if (subject === `${prefix}lti.capabilities` && here.storageFrame === undefined) return { supported_messages: able() };
  if (!keeps || !message_id || typeof key !== "string") return null;
  const name = `kept ${here.toolOrigin} ${key}`;
  if (subject === `${prefix}lti.get_data`) return { key, value: sessionStorage.getItem(name) };
  if (subject !== `${prefix}lti.put_data`) return null;
  if (value === null) sessionStorage.removeItem(name);
  else sessionStorage.setItem(name, String(value));
  return { key, value };
}

function able() {
  const messages = ["lti.capabilities", "lti.frameResize"].map((subject) => ({ subject: prefix + subject }));
  if (here.storage === "off") return messages;
  const frame = here.storage === "frame" ? { frame: here.frameName } : {};
  return [...messages, ...["lti.put_data", "lti.get_data"].map((subject) => ({ subject: prefix + subject, ...frame }))];
}
