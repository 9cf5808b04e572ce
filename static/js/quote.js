// A small toolbar at a selection of the article's text: copy it as a quotation, or a link to it.
// What is quoted is always the text as printed, even where the page shows it in other characters.
"use strict";

// A scope of its own: scripts of a page share their names otherwise.
{
  // A longer passage is named by its first and last words.
  const WHOLE = 60;
  const ENDS = 16;

  class Passage {
    // What is selected of a paragraph, by its offsets in the text that was printed: without the
    // dateline, which stands for itself, and the link of cite.js.
    constructor(block, range) {
      this.block = block;
      const nodes = Passage.nodes(block);
      const shown = nodes.map((node) => node.data).join("");
      this.shown = shown.trim();
      this.margin = shown.length - shown.trimStart().length;
      this.start = this.offset(nodes, range.startContainer, range.startOffset);
      this.end = this.offset(nodes, range.endContainer, range.endOffset);
    }

    static nodes(block) {
      const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      const nodes = [];
      while (walker.nextNode()) {
        if (!walker.currentNode.parentElement.closest(".dateline, .pilcrow")) {
          nodes.push(walker.currentNode);
        }
      }
      return nodes;
    }

    offset(nodes, container, place) {
      const until = document.createRange();
      until.setStart(this.block, 0);
      if (this.block.contains(container)) {
        until.setEnd(container, place);
      } else {
        // The selection begins before this paragraph or ends after it.
        const before = container.compareDocumentPosition(this.block) & Node.DOCUMENT_POSITION_FOLLOWING;
        return before ? 0 : this.shown.length;
      }
      let length = 0;
      for (const node of nodes) {
        if (node === until.endContainer) {
          length += until.endOffset;
        } else if (until.comparePoint(node, node.length) <= 0) {
          length += node.length;
        }
      }
      return Math.min(Math.max(length - this.margin, 0), this.shown.length);
    }

    get empty() {
      return this.start >= this.end;
    }
  }

  // ---- The text as printed

  const story = document.querySelector(".story");
  const body = story.querySelector(".body");
  const blocks = () => [...body.children].filter((child) => child.id);
  let printed = null;

  // The texts of all parts of the body where the page shows them in other characters, else null.
  async function originals() {
    if (!story.dataset.original) {
      return null;
    }
    printed ??= fetch(story.dataset.original).then((answer) => answer.json());
    try {
      return (await printed).body.map((part) => (part.text ?? "").trim());
    } catch {
      printed = null;
      return [];
    }
  }

  // The passages' printed texts; null where it is not known which characters are meant.
  async function textsOf(passages) {
    const known = await originals();
    const all = blocks();
    const texts = passages.map((passage) => {
      const text = known ? known[all.indexOf(passage.block)] : passage.shown;
      return text?.length === passage.shown.length ? text : null;
    });
    return texts.includes(null) ? null : texts;
  }

  // ---- Text fragments (https://wicg.github.io/scroll-to-text-fragment/)

  const words = "Segmenter" in Intl ? new Intl.Segmenter("zh", { granularity: "word" }) : null;

  // Browsers find whole words only: widen what was selected to its words.
  function wordsAround(text, start, end) {
    if (!words) {
      return [start, end];
    }
    const segments = words.segment(text);
    const first = segments.containing(start);
    const last = segments.containing(end - 1);
    return [first.index, last.index + last.segment.length];
  }

  const encode = (text) => encodeURIComponent(text.trim()).replaceAll("-", "%2D");

  function fragment(passages, texts) {
    const [first, last] = [passages[0], passages.at(-1)];
    const [begin, end] = [texts[0], texts.at(-1)];
    const [start] = wordsAround(begin, first.start, first.end);
    const [, stop] = wordsAround(end, last.start, last.end);
    if (passages.length === 1 && stop - start <= WHOLE) {
      return `:~:text=${encode(begin.slice(start, stop))}`;
    }
    const head = begin.slice(...wordsAround(begin, start, Math.min(start + ENDS, begin.length)));
    const tail = end.slice(...wordsAround(end, Math.max(stop - ENDS, 0), stop));
    return `:~:text=${encode(head)},${encode(tail)}`;
  }

  // ---- The toolbar

  const bar = document.createElement("div");
  bar.className = "quote-bar";
  bar.role = "toolbar";
  bar.lang = scholars.panel.lang;
  bar.ariaLabel = scholars.panel.dataset.toolbar;
  bar.hidden = true;
  const quoteButton = button(scholars.panel.dataset.quote, copyQuote);
  const linkButton = button(scholars.panel.dataset.link, copyLink);
  bar.append(quoteButton, linkButton);
  // A button pressed takes neither the focus nor the selection.
  bar.addEventListener("pointerdown", (event) => event.preventDefault());
  let chosen = null;

  function button(label, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", () => action(chosen));
    return made;
  }

  function copyQuote({ passages, texts }) {
    const quoted = passages.map(({ start, end }, n) => texts[n].slice(start, end).trim());
    scholars.copy(`「${quoted.join("\n")}」\n${scholars.citation()}`);
  }

  function copyLink({ passages, texts }) {
    const directive = texts ? fragment(passages, texts) : "";
    scholars.copy(scholars.address(`${passages[0].block.id}${directive}`));
  }

  function selected() {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) {
      return null;
    }
    const range = selection.getRangeAt(0);
    const passages = blocks()
      .filter((block) => range.intersectsNode(block))
      .map((block) => new Passage(block, range))
      .filter((passage) => !passage.empty);
    return passages.length ? { range, passages } : null;
  }

  async function show() {
    const found = selected();
    if (!found) {
      bar.hidden = true;
      return;
    }
    const texts = await textsOf(found.passages);
    const still = selected();
    if (!still || still.range.compareBoundaryPoints(Range.START_TO_START, found.range) !== 0) {
      return;
    }
    chosen = { ...found, texts };
    quoteButton.hidden = !texts;
    // Next in the order of the keyboard, too.
    const { block } = found.passages.at(-1);
    if (block.nextElementSibling !== bar) {
      block.after(bar);
    }
    bar.hidden = false;
    place();
  }

  function place() {
    if (bar.hidden || !chosen) {
      return;
    }
    const rects = chosen.range.getClientRects();
    const { left, bottom } = rects[rects.length - 1] ?? chosen.range.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = bar;
    const room = document.documentElement;
    bar.style.left = `${Math.max(8, Math.min(left, room.clientWidth - offsetWidth - 8))}px`;
    bar.style.top = `${Math.max(8, Math.min(bottom + 8, room.clientHeight - offsetHeight - 8))}px`;
  }

  let waiting;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 200);
  });
  // Of the page, or of a body set in columns that scrolls by itself.
  document.addEventListener("scroll", place, { passive: true, capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !bar.hidden) {
      bar.hidden = true;
      document.getSelection().collapseToEnd();
    }
  });
}
