// The numbers beside the hits. Dragging over the bars of the histogram chooses their time; without
// this each bar is a link. Where numbers are estimated the exact ones are fetched once they are in
// sight, and put in their place; without this a link asks for them.
"use strict";

{
  function letDrag(chart) {
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

  // ---- Exact numbers

  const untouched = async (facets) => {
    while (facets.matches(":hover, :focus-within")) {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };

  // The number itself stays where it is, for it is read out when it changes.
  const put = (facets, counted) => {
    const [shown, number] = [facets, counted].map((from) => from.querySelector(".count"));
    shown.replaceChildren(...number.childNodes);
    number.remove();
    facets.replaceChildren(shown, ...counted.childNodes);
    facets.querySelectorAll(".histogram").forEach(letDrag);
  };

  async function countExactly(facets, link) {
    const offered = [...link.childNodes];
    link.replaceChildren(link.dataset.counting);
    try {
      const answer = await fetch(link.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const counted = page.querySelector(".facets");
      await untouched(facets);
      put(facets, document.adoptNode(counted));
    } catch {
      // No network, or no numbers in what came: the link is what it was.
      link.replaceChildren(...offered);
    }
  }

  const facets = document.querySelector(".facets");
  const link = facets?.querySelector("[data-counting]");
  facets?.querySelectorAll(".histogram").forEach(letDrag);
  if (link) {
    const watcher = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        watcher.disconnect();
        countExactly(facets, link);
      }
    });
    watcher.observe(link);
  }
}
