"use strict";
/* What a reader chooses shows at once and lasts; what the server must do is asked of it. */

(() => {
  const form = document.querySelector("form.reading");
  const root = document.documentElement;
  const AT_ONCE = ["theme", "size", "face"];
  const DEFAULTS = { theme: "auto", size: "m", face: "serif", writing: "horizontal", script: "original" };

  function stored() {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("reading="));
    const parts = cookie ? decodeURIComponent(cookie.slice(8)).replaceAll('"', "").split("&") : [];
    return Object.fromEntries(parts.map((part) => part.split(":")));
  }

  function store(chosen) {
    const said = Object.entries(chosen)
      .filter(([name, value]) => value && DEFAULTS[name] !== value)
      .map(([name, value]) => `${name}:${value}`)
      .join("&");
    const seconds = said ? 365 * 24 * 3600 : 0;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `reading=${said}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
  }

  function show(chosen) {
    for (const name of AT_ONCE) {
      const value = chosen[name] || DEFAULTS[name];
      if (value === DEFAULTS[name]) delete root.dataset[name];
      else root.dataset[name] = value;
      const box = form?.querySelector(`[name="${name}"][value="${value}"]`);
      if (box) box.checked = true;
    }
  }

  // A page from a cache, or of another tab, may be older than the choice.
  show(stored());
  addEventListener("pageshow", () => show(stored()));

  form?.addEventListener("change", (event) => {
    if (!AT_ONCE.includes(event.target.name)) return form.requestSubmit();
    const chosen = { ...stored(), [event.target.name]: event.target.value };
    store(chosen);
    show(chosen);
  });
  form?.classList.add("scripted");

  const panel = document.querySelector("details.reading-options");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel?.open) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (panel?.open && !panel.contains(event.target)) panel.open = false;
  });

  // Set vertically, a wheel that only turns up and down moves the text, until it ends.
  const set = document.querySelector('[data-writing="vertical"] .set');
  set?.addEventListener("wheel", (event) => {
    const before = set.scrollLeft;
    if (event.deltaX || event.shiftKey || event.ctrlKey) return;
    set.scrollLeft -= event.deltaY;
    if (set.scrollLeft !== before) event.preventDefault();
  }, { passive: false });

  if ("serviceWorker" in navigator && root.dataset.worker) {
    navigator.serviceWorker.register(root.dataset.worker).catch(() => {});
  }
})();
