// Tells the VLE that opened this page that its registration is done, so that it can close the window.
// The message goes to the VLE's own origins and to no other (LTI Dynamic Registration 1.0, 3.7).
const page = document.querySelector("[data-close-for]");
const opener = window.opener || (window.parent === window ? null : window.parent);
if (page && opener) {
  for (const origin of page.dataset.closeFor.split(" ")) {
    opener.postMessage({ subject: "org.imsglobal.lti.close" }, origin);
  }
}
