"use strict";
/* Tells the archive that an article is open in this form, and shows who else has it open. */

const SECONDS = 30;
const notice = document.querySelector("[data-edit-lock]");

async function tell() {
  const token = document.querySelector("#take-over [name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  const body = new URLSearchParams({ heard: "1" });
  try {
    const answer = await fetch(notice.dataset.editLock, { method: "POST", headers, body });
    if (!answer.ok) return;
    const { warning } = await answer.json();
    notice.querySelector(".who").textContent = warning;
    notice.hidden = !warning;
  } catch {
    // Without a network: the next time will tell.
  }
}

function leave() {
  const token = document.querySelector("#take-over [name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({ left: "1", csrfmiddlewaretoken: token });
  navigator.sendBeacon(notice.dataset.editLock, body);
}

if (notice) {
  setInterval(tell, SECONDS * 1000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") tell();
  });
  // A form that is sent leads back here, or the archive knows itself that it is done: said by
  // the page that goes, "left" may come after the page that comes has said "heard".
  let isSent = false;
  addEventListener("submit", (event) => {
    isSent = !event.defaultPrevented;
  });
  addEventListener("pagehide", () => {
    if (!isSent) leave();
  });
}
