"use strict";
/* Names the files that were chosen or dropped, and says at once when they are too many bytes. */

const MIB = 2 ** 20;
const form = document.querySelector("form[data-most]");
const input = form.querySelector('input[type="file"]');
const list = form.querySelector("[data-chosen]");

function tell() {
  const files = [...input.files];
  list.replaceChildren(...files.map((file) => line(`${file.name} ${size(file.size)}`)));
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const tooLarge = total > form.dataset.most * MIB ? form.dataset.tooLarge : "";
  if (tooLarge) list.append(line(tooLarge));
  input.setCustomValidity(tooLarge);
}

input.addEventListener("change", tell);
// Chosen before this was loaded, or kept by the browser.
tell();

for (const name of ["dragenter", "dragover"]) {
  input.addEventListener(name, () => input.classList.add("over"));
}
for (const name of ["dragleave", "drop"]) {
  input.addEventListener(name, () => input.classList.remove("over"));
}

const button = form.querySelector('[type="submit"]');
const said = button.value;

form.addEventListener("submit", () => {
  button.value = form.dataset.sending;
  // After the form is sent: a button without life does not send it.
  setTimeout(() => (button.disabled = true));
});

// Back from the page that followed, which the browser may have kept as it was left.
addEventListener("pageshow", () => {
  button.value = said;
  button.disabled = false;
});

function line(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

function size(bytes) {
  return bytes < MIB ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / MIB).toFixed(1)} MB`;
}
