// Photos by drag, choice or paste: each is sent at once, and becomes a row of the form.
// Without this the field takes several files, which are sent with the form.
"use strict";

const AT_ONCE = 2;

class PhotoDrop {
  constructor(zone) {
    this.zone = zone;
    this.say = zone.dataset;
    this.list = zone.querySelector(".photo-queue");
    this.status = zone.querySelector(".photo-status");
    this.input = zone.querySelector("input[type=file]");
    this.queue = [];
    this.running = 0;
    zone.querySelector(".with-script").hidden = false;
    this.input.addEventListener("change", () => {
      this.take(this.input.files);
      this.input.value = ""; // or they would be sent once more with the form
    });
    this.listen();
  }

  listen() {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    // A file that misses the zone would be opened in place of the form, with all that was typed.
    window.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      this.zone.classList.add("expecting");
      if (event.target.type !== "file") event.preventDefault();
    });
    window.addEventListener("drop", (event) => {
      this.zone.classList.remove("expecting");
      if (!hasFiles(event) || event.target.type === "file" || event.defaultPrevented) return;
      event.preventDefault();
    });
    window.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) this.zone.classList.remove("expecting");
    });
    this.zone.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.take(event.dataTransfer.files);
    });
    document.addEventListener("paste", (event) => {
      const { files, types } = event.clipboardData ?? {};
      // Text from a word processor brings a picture of itself.
      if (!files?.length || types.includes("text/plain")) return;
      event.preventDefault();
      this.take(files);
    });
    this.input.form.addEventListener("submit", (event) => {
      if (!this.running && !this.queue.length) return;
      event.preventDefault();
      this.status.textContent = this.say.unfinished;
      this.zone.scrollIntoView({ block: "center" });
    });
  }

  take(files) {
    for (const file of files) this.add(file);
    this.next();
  }

  add(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", this.say.sending.replace("{}", file.name));
    item.append(name, bar);
    this.list.append(item);
    if (file.size > this.say.most * 2 ** 20) {
      this.refuse(item, this.say.large.replace("{}", this.say.most));
    } else {
      this.queue.push({ file, item, bar });
    }
  }

  next() {
    while (this.running < AT_ONCE && this.queue.length) {
      this.running += 1;
      this.send(this.queue.shift());
    }
  }

  send(job) {
    const request = new XMLHttpRequest(); // fetch tells of no progress
    const data = new FormData();
    data.append("file", job.file);
    request.upload.addEventListener("progress", (event) => {
      // Sent is not yet done: sizes are made of it.
      if (event.lengthComputable && event.loaded < event.total) job.bar.value = event.loaded / event.total;
      else job.bar.removeAttribute("value");
    });
    request.addEventListener("loadend", () => {
      this.running -= 1;
      this.over(job, request);
      this.next();
    });
    request.open("POST", this.say.url);
    request.setRequestHeader("Accept", "application/json"); // nobody types here: no form to carry
    request.setRequestHeader("X-CSRFToken", this.secret());
    request.send(data);
  }

  // The cookie's, for who has signed in again meanwhile in another window.
  secret() {
    const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    return cookie ? cookie[1] : this.input.form.elements.csrfmiddlewaretoken.value;
  }

  over(job, request) {
    let said = null;
    try {
      said = JSON.parse(request.responseText);
    } catch {
      // A page: of the sign-in, of an error, or none.
    }
    if (request.status === 200 && said?.upload) {
      job.item.remove();
      this.fill(said);
      this.status.textContent = this.say.done.replace("{}", job.file.name);
    } else if (request.status === 400 && said?.error) {
      this.refuse(job.item, said.error);
    } else {
      const signedOut = request.responseURL.includes("/login/");
      const why = signedOut ? "expired" : request.status === 403 ? "forbidden" : "failed";
      this.refuse(job.item, this.say[why], job);
    }
  }

  refuse(item, why, job = null) {
    item.querySelector("progress")?.remove();
    item.classList.add("refused");
    const error = document.createElement("span");
    error.className = "error";
    error.setAttribute("role", "alert");
    error.textContent = why;
    item.append(error);
    if (job) item.append(this.button(this.say.again, () => {
      item.remove();
      this.add(job.file);
      this.next();
    }));
    item.append(this.button(this.say.remove, () => item.remove()));
  }

  button(text, action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", action);
    return button;
  }

  // Let Django's script of rows add one, and write into it what the server said.
  fill(said) {
    document.querySelector("#photos-group .add-row a").click();
    const total = document.getElementById("id_photos-TOTAL_FORMS").value;
    const row = document.getElementById(`photos-${total - 1}`);
    const field = (name) => row.querySelector(`[name$="-${name}"]`);
    field("upload").value = said.upload;
    field("caption").value = said.caption;
    field("credit").value = said.credit;
    const shown = row.querySelector(".picture-shown");
    shown.querySelector("img").src = said.preview;
    shown.hidden = false;
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const zone = document.getElementById("photo-drop");
  if (zone) new PhotoDrop(zone);
});
