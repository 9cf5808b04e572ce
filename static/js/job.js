"use strict";
/* Shows how far a job is without loading its page anew, which comes again when it is over. */

const job = document.querySelector("[data-progress]");
const bar = job.querySelector("progress");

async function ask() {
  let wait = 1000;
  try {
    const response = await fetch(job.dataset.progress, { redirect: "error" });
    if (!response.ok) throw new Error(response.status);
    const said = await response.json();
    if (said.over) return location.reload();
    show(said);
  } catch {
    wait = 5000; // the server starts again, perhaps, or nobody is signed in any more
  }
  setTimeout(ask, wait);
}

function show(said) {
  job.querySelector("[data-label]").textContent = said.label;
  job.querySelector("[data-message]").textContent = said.message;
  if (!said.total) return;
  bar.max = said.total;
  bar.value = said.done;
  job.querySelector("[data-count]").textContent = `${said.done} / ${said.total}`;
}

setTimeout(ask, 500);
