/* A printed page: what is pointed at on the page is marked in the list and the other way round,
   and the page's picture is enlarged in a viewer. Without script the links on the page still work,
   and that to the picture opens it. */

"use strict";

(() => {
  const stories = [...document.querySelectorAll("[data-story]")];

  function mark(event) {
    const story = event.target.closest?.("[data-story]")?.dataset.story;
    for (const part of stories) {
      part.classList.toggle("pointed", part.dataset.story === story);
    }
  }

  if (stories.length) {
    document.addEventListener("pointerover", mark);
    document.addEventListener("focusin", mark);
  }

  // ---- The viewer

  const link = document.querySelector("[data-zoom]");
  const dialog = document.querySelector("dialog.zoom");
  if (!link || !dialog?.showModal) {
    return;
  }

  const canvas = dialog.querySelector(".canvas");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let loading = null;
  let viewer = null;

  function load() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = dialog.dataset.viewer;
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      keepStylesOut();
      document.head.append(script);
    });
    return loading;
  }

  function fail() {
    loading = null;
    dialog.querySelector(".failed").textContent = dialog.dataset.failed;
  }

  function zones() {
    const width = Number(dialog.dataset.width);
    return [...document.querySelectorAll(".sheet svg a")].flatMap((zone) =>
      [...zone.querySelectorAll("rect")].map((rect, number) => {
        const [x, y, w, h] = ["x", "y", "width", "height"].map(
          (name) => Number(rect.getAttribute(name)) / width,
        );
        return { element: overlay(zone, number), location: new OpenSeadragon.Rect(x, y, w, h) };
      }),
    );
  }

  function overlay(zone, number) {
    const copy = document.createElement("a");
    copy.href = zone.getAttribute("href");
    copy.title = zone.getAttribute("aria-label");
    copy.setAttribute("aria-label", copy.title);
    copy.className = "zone";
    if (number > 0) {
      // One stop for an article, not one for each of its columns.
      copy.tabIndex = -1;
      copy.setAttribute("aria-hidden", "true");
    }
    return copy;
  }

  // The viewer adds a style element, which our policy forbids, unless one is there. This one is
  // of no namespace and styles nothing; site.css says how the focus is shown.
  function keepStylesOut() {
    const style = document.createElementNS(null, "style");
    style.setAttribute("data-openseadragon-mobile-css", "");
    document.head.append(style);
  }

  function open() {
    const seconds = calm.matches ? 0 : 0.4;
    viewer = OpenSeadragon({
      element: canvas,
      tileSources: { type: "image", url: dialog.dataset.picture },
      overlays: zones(),
      drawer: "canvas",
      showNavigationControl: false,
      animationTime: seconds,
      blendTime: 0,
      maxZoomPixelRatio: 3,
      visibilityRatio: 0.6,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true, flickEnabled: !calm.matches },
    });
    viewer.addHandler("open-failed", fail);
    viewer.addHandler("canvas-click", follow);
    viewer.addHandler("open", () => viewer.canvas.focus({ preventScroll: true }));
  }

  // The viewer takes the pointer's events, also those on a link, to see whether it drags.
  function follow(event) {
    const zone = event.originalTarget?.closest?.("a.zone");
    if (zone && event.quick) {
      event.preventDefaultAction = true;
      location.assign(zone.href);
    }
  }

  // A link that is focused is moved into sight by the viewer, and not by scrolling within it.
  function show(event) {
    const focused = event.target.closest?.("a.zone");
    if (!focused || !viewer) {
      return;
    }
    for (let box = focused.parentElement; box !== dialog; box = box.parentElement) {
      box.scrollTo(0, 0);
    }
    const place = viewer.getOverlayById(focused).getBounds(viewer.viewport);
    if (!viewer.viewport.getBounds().containsPoint(place.getCenter())) {
      viewer.viewport.panTo(place.getCenter());
    }
  }

  const acts = {
    in: () => viewer?.viewport.zoomBy(1.5).applyConstraints(),
    out: () => viewer?.viewport.zoomBy(1 / 1.5).applyConstraints(),
    home: () => viewer?.viewport.goHome(),
    close: () => dialog.close(),
  };

  dialog.addEventListener("click", (event) => {
    acts[event.target.dataset.act]?.();
    // By keyboard: the viewer keeps the browser from following its links.
    if (event.target.matches("a.zone") && event.defaultPrevented) {
      location.assign(event.target.href);
    }
  });
  dialog.addEventListener("focusin", show);
  dialog.addEventListener("close", () => {
    viewer?.destroy();
    viewer = null;
    link.focus();
  });

  link.setAttribute("role", "button");
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      link.click();
    }
  });
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    event.preventDefault();
    dialog.querySelector(".failed").textContent = "";
    dialog.showModal();
    load().then(() => dialog.open && open(), fail);
  });
})();
