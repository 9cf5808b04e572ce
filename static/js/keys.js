/* ← and → follow the links to what comes before and after (rel=prev, rel=next).
   In vertical setting lines run from right to left, and so ← goes on. */

(() => {
  const FIELDS = "input, textarea, select, [contenteditable], [role=combobox], [role=listbox],"
    + " [role=slider], [role=tablist], audio, video";
  const VIEWERS = "dialog[open], [aria-modal=true], :fullscreen";
  const CANVASES = ".openseadragon-container, [data-arrow-keys]";

  const vertical = () => document.documentElement.dataset.writing === "vertical";
  const relations = () => (vertical()
    ? { ArrowLeft: "next", ArrowRight: "prev" }
    : { ArrowLeft: "prev", ArrowRight: "next" });

  const link = (relation) => document.querySelector(`main a[rel~="${relation}"]`);

  const scrollsSideways = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const { overflowX } = getComputedStyle(box);
      if (box.scrollWidth > box.clientWidth && /auto|scroll/.test(overflowX)) return true;
    }
    return false;
  };

  const isBusy = (target) =>
    target.closest(`${FIELDS}, ${CANVASES}`) !== null
    || document.querySelector(VIEWERS) !== null
    || !document.getSelection().isCollapsed
    || scrollsSideways(target);

  const announce = () => {
    for (const [key, relation] of Object.entries(relations())) {
      for (const found of document.querySelectorAll(`main a[rel~="${relation}"]`)) {
        found.setAttribute("aria-keyshortcuts", key);
      }
    }
  };

  document.addEventListener("keydown", (event) => {
    const relation = relations()[event.key];
    const modified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!relation || modified || event.defaultPrevented || event.isComposing) return;
    if (event.repeat || isBusy(event.target)) return;
    const found = link(relation);
    if (!found) return;
    event.preventDefault();
    found.click();
  });

  announce();
  new MutationObserver(announce).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-writing"],
  });
})();
