// The reading list, kept in this browser only, and the button of an article that adds it.
// Title and place are stored with it: the list is read without a request, offline too.
"use strict";

// reading-list-page.js, which comes after this where the list is shown, uses it.
const readingList = {
  key: "newsarchive.reading-list",

  // Whatever another program, an older version or a hand left there: only what is an item counts.
  checked(found) {
    const items = Array.isArray(found) ? found.filter((item) => this.isItem(item)) : [];
    return [...new Map(items.map((item) => [item.id, item])).values()];
  },

  isItem(item) {
    return (
      Number.isSafeInteger(item?.id) &&
      item.id > 0 &&
      [item.title, item.place, item.lang, item.saved].every((text) => typeof text === "string") &&
      !Number.isNaN(Date.parse(item.saved))
    );
  },

  all() {
    try {
      return this.checked(JSON.parse(localStorage.getItem(this.key)));
    } catch {
      return [];
    }
  },

  // False where the browser keeps nothing: full, or forbidden.
  store(items) {
    try {
      localStorage.setItem(this.key, JSON.stringify(items));
      return true;
    } catch {
      return false;
    }
  },

  has(id) {
    return this.all().some((item) => item.id === id);
  },

  add(items) {
    return this.store(this.checked([...items, ...this.all()]));
  },

  remove(id) {
    return this.store(this.all().filter((item) => item.id !== id));
  },

  // When another tab changed it.
  onChange(action) {
    window.addEventListener("storage", ({ key }) => {
      if (key === null || key === this.key) {
        action();
      }
    });
    // A page that comes back as it was left has missed what other tabs did.
    window.addEventListener("pageshow", ({ persisted }) => persisted && action());
  },
};

{
  const button = document.querySelector("button.keep");

  const show = () => {
    const { keep, kept } = button.dataset;
    const there = readingList.has(Number(button.dataset.id));
    button.ariaPressed = String(there);
    button.textContent = there ? kept : keep;
  };

  const toggle = () => {
    const { id, title, place, saidLang: lang, failed } = button.dataset;
    const key = Number(id);
    const item = { id: key, title, place, lang, saved: new Date().toISOString() };
    const done = readingList.has(key) ? readingList.remove(key) : readingList.add([item]);
    show();
    if (!done) {
      document.querySelector(".toast").textContent = failed;
    }
  };

  if (button) {
    button.addEventListener("click", toggle);
    readingList.onChange(show);
    show();
    button.hidden = false;
  }
}
