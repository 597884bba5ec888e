// Puts a "Copy" button beside each field that is there to be copied. Without this script the field
// is selected and copied by hand.
for (const field of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  const said = document.createElement("span");
  button.type = "button";
  button.className = "btn btn-2";
  button.textContent = "Copy";
  const label = document.querySelector(`label[for="${field.id}"]`);
  button.setAttribute("aria-label", `Copy: ${label ? label.textContent.trim() : "this"}`);
  said.setAttribute("role", "status");
  said.className = "small soft";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Copied";
    } catch {
      field.focus();
      field.select();
      said.textContent = "Selected. Copy it with the keyboard.";
    }
  });
  const beside = document.createElement("span");
  beside.className = "copy-acts";
  beside.append(button, said);
  field.after(beside);
}
