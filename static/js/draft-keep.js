// What is typed into a form of articles is kept in this browser until the server has stored it:
// after a crash, a closed tab or an expired session it can be brought back. Kept by user: a page
// looks only for what its own user wrote. Files cannot be kept, nor can passwords.
"use strict";

(() => {
  const PREFIX = "draft:";
  const COOKIE = "stored_drafts";
  const WAIT = 600;
  const OLDEST = 30 * 24 * 3600 * 1000;
  const SKIPPED = new Set(["csrfmiddlewaretoken", "kept_as"]);

  // The store may be closed, full or damaged: then nothing is kept, and the form is as good as ever.
  const store = {
    names() {
      try {
        return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
      } catch {
        return [];
      }
    },
    get(key) {
      try {
        const draft = JSON.parse(localStorage.getItem(key));
        return draft && Array.isArray(draft.fields) && draft.time ? draft : null;
      } catch {
        return null;
      }
    },
    set(key, draft) {
      try {
        localStorage.setItem(key, JSON.stringify(draft));
        return true;
      } catch {
        return false;
      }
    },
    remove(key) {
      try {
        localStorage.removeItem(key);
      } catch {
        // There is nothing, then.
      }
    },
  };

  // ---- What the server has stored since, and what is too old

  const forget = () => {
    const said = document.cookie.split("; ").find((part) => part.startsWith(`${COOKIE}=`));
    if (said) {
      const names = decodeURIComponent(said.slice(COOKIE.length + 1)).replace(/^"|"$/g, "");
      for (const name of names.split("|")) store.remove(PREFIX + name);
      document.cookie = `${COOKIE}=; path=/admin/; max-age=0; samesite=lax`;
    }
    for (const key of store.names()) {
      const draft = store.get(key);
      if (!draft || Date.now() - draft.time > OLDEST) store.remove(key);
    }
  };

  // ---- A form's fields, and back

  const isKept = (field) =>
    field.name && !SKIPPED.has(field.name) && !field.name.includes("__prefix__")
    && !["file", "password", "submit", "button", "image", "reset"].includes(field.type);

  const valueOf = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return { value: field.value, checked: field.checked };
    if (field.tagName === "SELECT") {
      return { chosen: [...field.selectedOptions].map((option) => [option.value, option.textContent]) };
    }
    return { value: field.value };
  };

  const fieldsOf = (form) =>
    [...form.elements].filter(isKept).map((field) => ({ name: field.name, ...valueOf(field) }));

  const put = (field, kept) => {
    if ("checked" in kept) {
      field.checked = kept.checked;
    } else if ("chosen" in kept) {
      const chosen = new Map(kept.chosen);
      for (const option of [...field.options]) {
        option.selected = chosen.has(option.value);
        chosen.delete(option.value);
      }
      for (const [value, text] of chosen) field.add(new Option(text, value, true, true));
    } else {
      field.value = kept.value;
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    window.django?.jQuery?.(field).trigger("change");
  };

  // Rows that were added are added again, by the same link.
  const addRows = (form, kept) => {
    for (const { name, value } of kept) {
      const group = /^(.+)-TOTAL_FORMS$/.exec(name)?.[1];
      const total = group && form.elements[name];
      if (!total) continue;
      const link = document.querySelector(`#${CSS.escape(group)}-group .add-row a`);
      for (let tries = 0; link && Number(total.value) < Number(value) && tries < 200; tries += 1) link.click();
    }
  };

  const restore = (form, kept) => {
    addRows(form, kept);
    const known = new Map();
    for (const field of [...form.elements].filter(isKept)) {
      known.set(field.name, [...(known.get(field.name) ?? []), field]);
    }
    for (const said of kept) {
      if (/-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/.test(said.name)) continue;
      const fields = known.get(said.name) ?? [];
      const field = "checked" in said ? fields.find(({ value }) => value === said.value) : fields[0];
      if (field) put(field, said);
    }
  };

  // ---- A page with a form that is kept

  class Keeper {
    constructor(box) {
      this.box = box;
      this.form = box.closest("form");
      this.key = PREFIX + box.dataset.name;
      this.status = box.querySelector(".draft-status");
      this.before = JSON.stringify(fieldsOf(this.form));
      this.dirty = Boolean(box.dataset.dirty);
      if (this.dirty) this.keep();
      else this.offer();
      for (const event of ["input", "change"]) this.form.addEventListener(event, () => this.later());
      window.django?.jQuery?.(this.form).on("change", () => this.later());
      document.addEventListener("visibilitychange", () => document.hidden && this.flush());
      window.addEventListener("pagehide", () => this.flush());
      this.form.addEventListener("submit", () => {
        this.flush();
        this.sent = true;
      });
      // Back from the page that followed: it may have been refused.
      window.addEventListener("pageshow", () => { this.sent = false; });
      window.addEventListener("beforeunload", (event) => {
        this.flush();
        if (this.dirty && !this.sent) event.preventDefault();
      });
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.keep(), WAIT);
    }

    flush() {
      if (!this.timer) return;
      clearTimeout(this.timer);
      this.keep();
    }

    keep() {
      this.timer = null;
      const fields = fieldsOf(this.form);
      this.dirty = Boolean(this.box.dataset.dirty) || JSON.stringify(fields) !== this.before;
      if (!this.dirty) {
        // Undone to the last letter. What another time left is still offered, and stays.
        if (this.mine) store.remove(this.key);
        this.status.textContent = "";
        return;
      }
      const title = this.form.elements.headline?.value || this.form.elements.text?.value?.trim().slice(0, 40);
      this.mine = store.set(this.key, { time: Date.now(), title: title || "", fields });
      const now = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      this.status.textContent = this.mine ? `${this.box.dataset.kept} ${now}` : this.box.dataset.full;
    }

    // Move a draft out of the way of what will be typed now; return its new name.
    aside(key) {
      const draft = key === this.key && store.get(key);
      const name = draft ? `${key}~${draft.time}` : key;
      if (draft && store.set(name, draft)) store.remove(key);
      return name;
    }

    // What was written into this form, or, for a new record, into any form of a new one.
    offer() {
      const { user, form } = this.box.dataset;
      const begin = `${PREFIX}${user}:${form}`;
      const isLike = (key) => (form.endsWith(":") ? key.startsWith(begin) : key === begin || key.startsWith(`${begin}~`));
      const found = store.names().filter(isLike).map((key) => this.aside(key))
        .map((key) => [key, store.get(key)]).filter(([, draft]) => draft);
      found.sort(([, one], [, other]) => other.time - one.time);
      const offers = this.box.querySelector(".draft-offers");
      const template = offers.querySelector("template");
      for (const [key, draft] of found) {
        const row = template.content.cloneNode(true).firstElementChild;
        row.querySelector(".draft-title").textContent = draft.title || this.box.dataset.untitled;
        const time = row.querySelector("time");
        time.dateTime = new Date(draft.time).toISOString();
        time.textContent = new Date(draft.time).toLocaleString(document.documentElement.lang);
        const seen = draft.fields.find(({ name }) => name === "seen")?.value ?? "";
        row.querySelector(".draft-older").hidden = seen === (this.form.elements.seen?.value ?? "");
        row.addEventListener("click", (event) => {
          const what = event.target.dataset.do;
          if (!what) return;
          if (what === "restore") {
            restore(this.form, draft.fields);
            this.keep();
          }
          if (what === "drop" || this.mine || !this.dirty) {
            store.remove(key);
            row.remove();
          }
          offers.hidden = !offers.querySelector(".draft-offer");
        });
        offers.append(row);
      }
      offers.hidden = !found.length;
    }
  }

  const begin = () => {
    forget();
    const box = document.getElementById("draft-keep");
    // After the scripts that make rows and choices of this page.
    if (box?.closest("form")) setTimeout(() => new Keeper(box), 0);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
