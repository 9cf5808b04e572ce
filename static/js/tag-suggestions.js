"use strict";
/* Suggests tags for the text as it stands in the form; one click puts one into the field. */

const HEADS = ["headline", "kicker", "deck"];

function text(form) {
  const boxes = [...HEADS.map((name) => form.elements[name]), ...form.querySelectorAll("textarea")];
  const said = boxes.filter((box) => box && !["source_text", "correction", "note"].includes(box.name));
  return said.map((box) => box.value).filter(Boolean).join("\n");
}

function add(select, name) {
  const known = [...select.options].find((option) => option.value === name);
  if (known) known.selected = true;
  else select.add(new Option(name, name, true, true));
  select.dispatchEvent(new Event("change", { bubbles: true })); // select2 hears it
}

function start(panel) {
  const field = panel.closest(".tag-field");
  const select = field.querySelector("select");
  const form = select.form;
  const button = panel.querySelector("button");
  const status = panel.querySelector("[role=status]");
  const list = panel.querySelector("ul");

  function shown(one) {
    const item = document.createElement("li");
    const choose = document.createElement("button");
    choose.type = "button";
    choose.className = one.exists ? "" : "new";
    choose.textContent = one.name;
    const why = document.createElement("small");
    why.textContent = [...(one.exists ? [] : [panel.dataset.new]), ...one.reasons].join(" · ");
    choose.addEventListener("click", () => {
      const next = item.nextElementSibling || item.previousElementSibling;
      add(select, one.name);
      item.remove();
      status.textContent = panel.dataset.added + one.name;
      (next ? next.querySelector("button") : button).focus();
    });
    item.append(choose, " ", why);
    return item;
  }

  async function ask() {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("text", text(form));
    body.set("article", panel.dataset.article);
    for (const option of select.selectedOptions) body.append("tags", option.value);
    button.disabled = true;
    try {
      const headers = { Accept: "application/json" }; // signed out, no form to carry
      const response = await fetch(panel.dataset.suggest, { method: "POST", body, headers, redirect: "error" });
      const said = await response.json();
      if (!response.ok) throw new Error(said.error);
      list.replaceChildren(...said.suggestions.map(shown));
      status.textContent = said.suggestions.length ? "" : panel.dataset.none;
    } catch {
      status.textContent = panel.dataset.failed;
    }
    button.disabled = false;
  }

  button.hidden = false;
  panel.querySelector("a")?.remove(); // the same without script
  button.addEventListener("click", ask);
  if (!select.selectedOptions.length && text(form)) ask();
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-suggest]").forEach(start);
});
