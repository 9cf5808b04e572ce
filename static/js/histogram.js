// Dragging over the bars of the histogram chooses their time. Without this each bar is a link.
"use strict";

for (const chart of document.querySelectorAll(".histogram")) {
  const bars = [...chart.querySelectorAll("a")];
  let start = null;

  const barAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".histogram a");

  const span = (end) => {
    const [a, b] = [bars.indexOf(start), bars.indexOf(end)].sort((x, y) => x - y);
    return a < 0 ? [] : bars.slice(a, b + 1);
  };

  const show = (chosen) => {
    for (const bar of bars) {
      bar.classList.toggle("dragged", chosen.includes(bar));
    }
  };

  const end = () => {
    start = null;
    show([]);
  };

  chart.title = chart.dataset.hint;
  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("pointerdown", (event) => {
    start = event.button === 0 ? barAt(event) : null;
  });
  chart.addEventListener("pointermove", (event) => {
    const over = start && barAt(event);
    if (over) {
      show(span(over));
    }
  });
  chart.addEventListener("pointerup", (event) => {
    const over = start && barAt(event);
    const chosen = over ? span(over) : [];
    const moved = over !== start;
    end();
    if (moved && chosen.length > 1) {
      const address = new URL(chosen[0].href);
      address.searchParams.set("from", chosen[0].dataset.from);
      address.searchParams.set("to", chosen.at(-1).dataset.to);
      window.location.assign(address);
    }
  });
  chart.addEventListener("pointerleave", end);
  chart.addEventListener("pointercancel", end);
}
