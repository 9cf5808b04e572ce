// Tools above the text of an article: buttons for its marks, and the number of its characters.
// Without this the marks are typed.
"use strict";

(() => {
  const PHOTO = /^\s*[[［【]\s*(?:[图圖]片?|photo)\s*(\d{1,5})\s*[\]］】]\s*$/i;
  const SUBHEAD = /^\s*[#＃]{2,}[ \t　]?/;

  class Body {
    constructor(box) {
      this.area = box.querySelector("textarea");
      this.count = box.querySelector(".body-count");
      const tools = this.tools = box.querySelector(".body-tools");
      tools.hidden = false;
      tools.addEventListener("click", (event) => {
        const mark = event.target.closest("[data-mark]")?.dataset.mark;
        if (mark) this[mark]();
      });
      this.area.addEventListener("input", () => this.changed());
      this.photos = photoRows();
      document.addEventListener("formset:added", () => { this.photos = photoRows(); });
      document.addEventListener("formset:removed", (event) => {
        if (event.detail.formsetName === "photos") this.removed();
      });
      this.changed();
    }

    changed() {
      const length = this.area.value.replace(/\s/g, "").length;
      this.count.textContent = `${length} ${this.count.dataset.unit}`;
      if (!CSS.supports("field-sizing", "content")) {
        this.area.style.height = "auto";
        this.area.style.height = `${this.area.scrollHeight + 2}px`;
      }
    }

    // Make the lines of the selection subheads, or paragraphs where all of them are subheads.
    subhead() {
      const [start, end] = this.lines();
      const lines = this.area.value.slice(start, end).split("\n");
      const said = lines.filter((line) => line.trim());
      const all = said.length > 0 && said.every((line) => SUBHEAD.test(line));
      const marked = (line) => {
        if (said.length && !line.trim()) return line;
        return all ? line.replace(SUBHEAD, "") : `## ${line.replace(SUBHEAD, "")}`;
      };
      this.replace(start, end, lines.map(marked).join("\n"));
    }

    // Put the next photo that the text does not name below the line of the cursor.
    photo() {
      const named = new Set(this.area.value.split("\n").map((line) => Number(PHOTO.exec(line)?.[1])));
      let number = 1;
      while (named.has(number)) number += 1;
      const end = this.lines()[1];
      const [before, after] = [this.area.value.slice(0, end), this.area.value.slice(end)];
      const air = before.trim() ? "\n\n" : "";
      const below = after.trim() && !after.startsWith("\n\n") ? "\n" : "";
      this.replace(end, end, `${air}${this.mark(number)}${below}`);
    }

    mark(number) {
      return `[${this.tools.dataset.photo} ${number}]`;
    }

    lines() {
      const { value, selectionStart, selectionEnd } = this.area;
      const end = value.indexOf("\n", selectionEnd);
      return [value.lastIndexOf("\n", selectionStart - 1) + 1, end < 0 ? value.length : end];
    }

    // As if it were typed, so that it can be undone.
    replace(start, end, text) {
      this.area.focus();
      this.area.setSelectionRange(start, end);
      if (!document.execCommand("insertText", false, text)) {
        this.area.setRangeText(text, start, end, "end");
        this.area.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }

    // A new row that is taken away gives its number to the next.
    removed() {
      const gone = this.photos.findIndex((row) => !row.isConnected) + 1;
      this.photos = photoRows();
      if (gone < 1) return;
      const lines = this.area.value.split("\n").flatMap((line) => {
        const number = Number(PHOTO.exec(line)?.[1]);
        if (number === gone) return [];
        return number > gone ? [this.mark(number - 1)] : [line];
      });
      this.area.value = lines.join("\n");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  const photoRows = () =>
    [...document.querySelectorAll('[id^="photos-"]')].filter((row) => /^photos-\d+$/.test(row.id));

  // At the end of a page whose head has this script, or of one that has loaded already.
  const begin = () => document.querySelectorAll(".body-area").forEach((box) => new Body(box));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
