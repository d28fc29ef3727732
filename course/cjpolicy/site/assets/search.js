// Looks for words in the index of the lessons, and lists where all of them stand, the best places first.
"use strict";

const box = document.getElementById("find");
const list = document.getElementById("found");
const count = document.getElementById("count");
const MOST = 40;
const AROUND = 90;

const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const times = (text, word) => text.toLowerCase().split(word).length - 1;
const score = (entry, words) => words.reduce((sum, word) => {
  const hits = 10 * times(entry.heading, word) + times(entry.text, word);
  return hits ? sum + hits : -Infinity;
}, 0);

const make = (name, text = "") => Object.assign(document.createElement(name), { textContent: text });

// The text around the first word found, with every word found marked.
const excerpt = (entry, words) => {
  const at = Math.max(0, entry.text.toLowerCase().indexOf(words[0]));
  const start = Math.max(0, entry.text.lastIndexOf(" ", Math.max(0, at - AROUND)));
  const last = entry.text.indexOf(" ", at + 2 * AROUND);
  const piece = entry.text.slice(start, last < 0 ? undefined : last).trim();
  const line = make("p", start > 0 ? "… " : "");
  for (const part of piece.split(new RegExp(`(${words.map(escaped).join("|")})`, "i"))) {
    line.append(words.includes(part.toLowerCase()) ? make("mark", part) : part);
  }
  if (last >= 0) line.append(" …");
  return line;
};

const item = (entry, words) => {
  const link = Object.assign(make("a", entry.heading), { href: `${entry.page}#${encodeURIComponent(entry.anchor)}` });
  const heading = make("h2");
  heading.append(link);
  const row = make("li");
  row.append(Object.assign(make("p", entry.lesson), { className: "unit" }), heading, excerpt(entry, words));
  return row;
};

const search = () => {
  const asked = box.value.trim();
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = words.length ? window.searchIndex.map((entry) => [score(entry, words), entry]) : [];
  const best = hits.filter(([points]) => points > 0).sort((one, other) => other[0] - one[0]);
  list.replaceChildren(...best.slice(0, MOST).map(([, entry]) => item(entry, words)));
  const places = best.length === 1 ? "1 place" : `${best.length} places`;
  count.textContent = !words.length ? "Type a word to look for."
    : best.length ? `“${asked}”: ${places}${best.length > MOST ? `, the best ${MOST} of them here` : ""}.`
      : `“${asked}” stands nowhere in the lessons. Try fewer letters, or one word.`;
};

let waiting = 0;
box.value = new URLSearchParams(location.search).get("q") ?? "";
box.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(search, 150);
});
search();
