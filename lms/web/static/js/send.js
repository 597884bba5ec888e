// Sends the page's form at once; its button does the same without this script. Somebody who came back to the page
// by the browser's Back button is not sent on again.
const arrived = performance.getEntriesByType("navigation")[0];
if (!arrived || arrived.type !== "back_forward") {
  document.querySelector("form[data-send]")?.submit();
}
