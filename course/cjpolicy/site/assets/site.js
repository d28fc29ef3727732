// What every page needs: the list of headings folded on a narrow screen, and wide things that scroll by keyboard.
"use strict";

const narrow = matchMedia("(max-width: 72em)");
const headings = document.querySelector(".toc details");
const foldHeadings = () => { headings.open = !narrow.matches; };
if (headings) {
  foldHeadings();
  narrow.addEventListener("change", foldHeadings);
}

// A box takes the focus only while there is something in it to scroll to.
const measure = (box) => {
  const wide = box.scrollWidth > box.clientWidth;
  for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", box.dataset.scrolls]]) {
    if (wide) box.setAttribute(name, value);
    else box.removeAttribute(name);
  }
};
const watcher = new ResizeObserver((entries) => entries.forEach((entry) => measure(entry.target)));
document.querySelectorAll("[data-scrolls]").forEach((box) => watcher.observe(box));
