// The page of the reading list: what was kept, to read, remove, export and bring in again.
"use strict";

{
  const page = document.querySelector(".reading-list");
  const list = page.querySelector("ol");
  const template = document.getElementById("kept");
  const toast = document.querySelector(".toast");
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" });
  // Articles asked for at once: an address of more is refused by some proxies.
  const AT_ONCE = 200;

  let fading;
  const say = (message) => {
    clearTimeout(fading);
    toast.textContent = message;
    fading = setTimeout(() => toast.replaceChildren(), 6000);
  };

  // ---- What is shown

  function row({ id, title, place, lang, saved }) {
    const made = template.content.cloneNode(true);
    const link = made.querySelector("a");
    link.href = page.dataset.article.replace("/0/", `/${id}/`);
    link.textContent = title;
    link.lang = lang;
    made.querySelector(".place").textContent = place;
    const time = document.createElement("time");
    time.dateTime = saved;
    time.textContent = day.format(new Date(saved));
    made.querySelector(".saved").append(" ", time);
    const button = made.querySelector("button");
    link.id = `kept-${id}`;
    button.setAttribute("aria-describedby", link.id);
    button.addEventListener("click", () => remove(id));
    return made;
  }

  function show() {
    const items = readingList.all();
    list.replaceChildren(...items.map(row));
    page.querySelector(".empty").hidden = items.length > 0;
    page.querySelector(".exports").hidden = items.length === 0;
  }

  function remove(id) {
    const place = readingList.all().findIndex((item) => item.id === id);
    const done = readingList.remove(id);
    show();
    say(done ? page.dataset.removed : page.dataset.failed);
    // The keyboard goes on with the next article, or with what is left of the page.
    const next = list.querySelectorAll("button")[place] ?? list.querySelector("li:last-child button");
    (next ?? page.querySelector("input")).focus();
  }

  // ---- Files

  function download(content, name, type) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    // Some browsers begin to read it a moment later.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  // The citations of some articles, and how many of them may not be read any more.
  async function fetched(address, items) {
    const query = new URLSearchParams(items.map(({ id }) => ["id", id]));
    const answer = await fetch(`${address}?${query}`);
    if (answer.status === 404) {
      return { text: "", missing: items.length };
    }
    if (!answer.ok) {
      throw new Error(answer.statusText);
    }
    const left = answer.headers.get("X-Left-Out");
    return { text: await answer.text(), missing: left ? left.split(",").length : 0 };
  }

  function joined(texts, extension) {
    const parts = texts.filter((text) => text);
    return extension === "json" ? JSON.stringify(parts.flatMap((text) => JSON.parse(text)), null, 1) : parts.join("\n");
  }

  async function exportAs({ extension, address }) {
    const items = readingList.all();
    const parts = [];
    try {
      for (let start = 0; start < items.length; start += AT_ONCE) {
        parts.push(await fetched(address, items.slice(start, start + AT_ONCE)));
      }
    } catch {
      say(page.dataset.offline);
      return;
    }
    const missing = parts.reduce((sum, part) => sum + part.missing, 0);
    const content = joined(parts.map(({ text }) => text), extension);
    if (missing < items.length) {
      download(content, `reading-list.${extension}`, "text/plain");
    }
    say(missing ? page.dataset.missing.replace("{n}", missing) : page.dataset.exported);
  }

  function exportList() {
    const file = { newsarchive: "reading-list", version: 1, items: readingList.all() };
    download(JSON.stringify(file, null, 1), "newsarchive-reading-list.json", "application/json");
    say(page.dataset.exported);
  }

  async function importList(file) {
    let items = [];
    try {
      items = readingList.checked(JSON.parse(await file.text()).items);
    } catch {
      // No JSON at all: as good as none of ours.
    }
    const before = new Set(readingList.all().map(({ id }) => id));
    const fresh = items.filter(({ id }) => !before.has(id));
    if (items.length === 0) {
      say(page.dataset.unreadable);
    } else if (readingList.store(readingList.checked([...readingList.all(), ...fresh]))) {
      say(page.dataset.imported.replace("{n}", fresh.length));
    } else {
      say(page.dataset.failed);
    }
    show();
  }

  for (const button of page.querySelectorAll("[data-address]")) {
    button.addEventListener("click", () => exportAs(button.dataset));
  }
  page.querySelector(".export-list").addEventListener("click", exportList);
  page.querySelector("input[type=file]").addEventListener("change", ({ target }) => {
    if (target.files.length) {
      importList(target.files[0]).then(() => {
        target.value = "";
      });
    }
  });
  readingList.onChange(show);
  show();
  page.hidden = false;
}
