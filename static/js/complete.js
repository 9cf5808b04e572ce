// Completions under the search box: an editable combobox with a list (ARIA Authoring Practices Guide).
// Without this the box is a box. What is offered is a choice for the box, never a search begun unasked.
"use strict";

const WAIT = 120;

class Combobox {
  constructor(input) {
    this.input = input;
    this.list = document.createElement("ul");
    this.list.id = `${input.id || "q"}-completions`;
    this.list.className = "completions";
    this.list.role = "listbox";
    this.list.ariaLabel = input.dataset.completions;
    this.list.hidden = true;
    this.status = document.createElement("span");
    this.status.className = "sr";
    this.status.role = "status";
    input.after(this.list, this.status);
    Object.assign(input, { role: "combobox", autocomplete: "off", ariaAutoComplete: "list", ariaExpanded: "false" });
    input.setAttribute("aria-controls", this.list.id);
    input.addEventListener("input", (event) => this.typed(event));
    input.addEventListener("compositionend", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // Before the box loses the focus, which closes the list.
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.take(event.target.closest("[role=option]"));
    });
  }

  typed(event) {
    // While an input method composes, the letters are not yet what is meant.
    if (!event.isComposing) {
      this.later();
    }
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    this.request?.abort();
    const typed = this.input.value;
    if (!typed.trim()) {
      this.close();
      return;
    }
    this.request = new AbortController();
    try {
      const address = `${this.input.dataset.complete}?${new URLSearchParams({ q: typed })}`;
      const answer = await fetch(address, { signal: this.request.signal });
      const { completions } = await answer.json();
      if (document.activeElement === this.input && this.input.value === typed) {
        this.show(completions);
      }
    } catch {
      // Aborted, or offline: nothing is offered.
      this.close();
    }
  }

  show(completions) {
    this.list.replaceChildren(
      ...completions.map(({ text, kind }, number) => {
        const option = document.createElement("li");
        option.role = "option";
        option.id = `${this.list.id}-${number}`;
        option.dataset.text = text;
        option.ariaSelected = "false";
        const label = document.createElement("span");
        label.className = "label";
        label.textContent = kind;
        option.append(text, " ", label);
        return option;
      }),
    );
    this.list.hidden = completions.length === 0;
    this.input.ariaExpanded = String(!this.list.hidden);
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = completions.length
      ? this.input.dataset.offered.replace("{n}", completions.length)
      : "";
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.show([]);
  }

  get active() {
    return this.list.querySelector("[aria-selected=true]");
  }

  activate(option) {
    if (this.active) {
      this.active.ariaSelected = "false";
    }
    if (option) {
      option.ariaSelected = "true";
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  take(option) {
    if (option) {
      this.input.value = option.dataset.text;
      this.close();
    }
  }

  key(event) {
    if (event.isComposing || this.list.hidden) {
      return;
    }
    const { firstElementChild: first, lastElementChild: last } = this.list;
    if (event.key === "ArrowDown") {
      this.activate(this.active ? this.active.nextElementSibling : first);
    } else if (event.key === "ArrowUp") {
      this.activate(this.active ? this.active.previousElementSibling : last);
    } else if (event.key === "Enter" && this.active) {
      this.take(this.active);
    } else if (event.key === "Escape") {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
  }
}

for (const input of document.querySelectorAll("input[data-complete]")) {
  new Combobox(input);
}
