// Copying a citation, and a link to each paragraph. Without this the citation is there as text and files.
"use strict";

// quote.js and reading-list.js, which come after this, say what they did in the same place.
const scholars = {
  panel: document.querySelector(".scholars"),
  toast: document.querySelector(".toast"),

  say(message) {
    clearTimeout(this.timer);
    this.toast.textContent = message;
    this.timer = setTimeout(() => this.toast.replaceChildren(), 4000);
  },

  // The text may be a promise: the clipboard stays open to a click while it is fetched.
  async copy(text) {
    const { copied, failed } = this.panel.dataset;
    try {
      const blob = Promise.resolve(text).then((known) => new Blob([known], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
      this.say(copied);
    } catch {
      // Refused, offline, or a browser without a clipboard for this page.
      this.say(failed);
    }
  },

  // The address of this page as it is cited, with the place in it.
  address(fragment) {
    const canonical = document.querySelector("link[rel=canonical]")?.href;
    return `${(canonical ?? window.location.href).split("#")[0]}#${fragment}`;
  },

  citation() {
    return document.querySelector("#citation").textContent.trim();
  },
};

{
  // ---- The day on which it is read: the page may come from a cache, or from last week's visit.

  const { accessed, zone } = scholars.panel.dataset;
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date());
  const citation = document.querySelector("#citation");
  citation.textContent = citation.textContent.replace(`[${accessed}]`, `[${today}]`);

  // ---- Copying

  async function text(address) {
    const answer = await fetch(address);
    if (!answer.ok) {
      throw new Error(address);
    }
    return answer.text();
  }

  for (const button of scholars.panel.querySelectorAll("[data-copy], [data-copy-from]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const { copy, copyFrom } = button.dataset;
      scholars.copy(copy ? document.getElementById(copy).textContent.trim() : text(copyFrom));
    });
  }

  // ---- A link to each paragraph, made when the paragraph comes near

  function addLink(paragraph, number) {
    const link = document.createElement("a");
    link.className = "pilcrow";
    link.href = `#${paragraph.id}`;
    link.textContent = "¶";
    link.lang = scholars.panel.lang;
    link.ariaLabel = scholars.panel.dataset.paragraph.replace("{n}", number);
    link.addEventListener("click", () => scholars.copy(scholars.address(paragraph.id)));
    paragraph.append(link);
  }

  const paragraphs = [...document.querySelectorAll(".story .body > p[id]")];
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) {
          watcher.unobserve(target);
          addLink(target, paragraphs.indexOf(target) + 1);
        }
      }
    },
    { rootMargin: "100%" },
  );
  paragraphs.forEach((paragraph) => watcher.observe(paragraph));
}
