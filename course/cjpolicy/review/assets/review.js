// Lists that are loaded when they are opened, filtered and turned page by page; an answer beside the model.
"use strict";

const PAGE = 25;
const make = (name, text = "", more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);
const ours = (id) => document.getElementById(id).content.cloneNode(true);
const waiting = new Map();

// Each file of data calls this with its own name. A page from disk may load a script, and nothing else.
window.cjReview = (file, data) => waiting.get(file)(data);
const load = (file) => new Promise((resolve, reject) => {
  waiting.set(file, resolve);
  document.head.append(make("script", "", { src: file, onerror: reject }));
});

const whenOpened = (box, show) => {
  const body = box.querySelector("[data-body]");
  let begun = false;
  const open = () => {
    if (!box.open || begun) return;
    begun = true;
    body.replaceChildren(make("p", "Loading …"));
    load(box.dataset.file).then(
      (data) => show(body, data),
      () => body.replaceChildren(make("p", `${box.dataset.file} is missing. Make the review again: cjpolicy review.`)),
    );
  };
  box.addEventListener("toggle", open);
  open();
};

const options = (list, choices) => list.append(...choices.map(([value, text]) => new Option(text, value)));

// A list of entries in pages of 25: `fits` says which are kept, `draw` puts a page of them on the screen.
const paged = (body, entries, fits, draw, said) => {
  const pager = body.querySelector(".pager");
  const status = body.querySelector(".found");
  const [back, on] = pager.querySelectorAll("button");
  let kept = entries;
  let start = 0;
  const show = () => {
    draw(kept.slice(start, start + PAGE));
    pager.hidden = kept.length <= PAGE;
    pager.querySelector("span").textContent = `${start + 1} to ${Math.min(start + PAGE, kept.length)} of ${kept.length}`;
    back.disabled = start === 0;
    on.disabled = start + PAGE >= kept.length;
  };
  const filter = () => {
    const wanted = {};
    for (const field of body.querySelectorAll("[data-filter]")) wanted[field.dataset.filter] = field.value.trim();
    kept = entries.filter((entry) => fits(entry, wanted));
    start = 0;
    status.textContent = said(kept);
    show();
  };
  pager.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    start += PAGE * Number(button.dataset.step);
    show();
    // A button that can no longer be pressed would lose the focus.
    if (button.disabled) (button === on ? back : on).focus();
  });
  let timer = 0;
  body.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 120);
  });
  filter();
  return { filter, kept: () => kept };
};

const compared = new Intl.Collator("en-GB", { numeric: true }).compare;
const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;
const counted = (entries, values) => {
  const totals = new Map();
  for (const entry of entries) {
    for (const value of values(entry)) totals.set(value, (totals.get(value) ?? 0) + entry.students.length);
  }
  return [...totals].sort((one, other) => other[1] - one[1]);
};

// --- Answers to an item ---

const KINDS = {
  "(right)": "Right",
  "(blank)": "Left blank",
  "(waits)": "No mark yet",
  "(none)": "Not right, none recognised",
};
const slipsOf = (entry) => entry.slips.length ? entry.slips : [entry.kind];
const fitsAnswer = (entry, { slip, status, text }) => {
  const word = text.toLowerCase();
  return (slip === "" || slipsOf(entry).includes(slip))
    && (status === "" || entry.marked === status)
    && (word === "" || entry.searched.includes(word) || entry.students.some((code) => code.toLowerCase() === word));
};
const people = (entries) => entries.reduce((sum, entry) => sum + entry.students.length, 0);

const answerRow = (entry, data, read) => {
  const row = make("li", "", { className: "given-row" });
  const about = [entry.mark, entry.status, ...entry.slips.map((slip) => data.names[slip] ?? slip)];
  const button = make("button", `Read answer ${entry.number} beside the model`, { type: "button" });
  button.addEventListener("click", () => read(entry, button));
  row.append(
    make("p", `Answer ${entry.number}: ${count(entry.students.length, "student")}`, { className: "given-title" }),
    make("pre", entry.text || "(left empty)"),
    make("p", about.join(" · "), { className: "given-about" }),
  );
  if (entry.value) {
    const value = make("p", "", { className: "cj-value" });
    value.append(make("span", "Value"), " ", make("code", entry.value));
    row.append(value);
  }
  row.append(button);
  return row;
};

const showAnswers = (box) => (body, data) => {
  data.answers.forEach((entry, place) => {
    entry.number = place + 1;
    // Of answers that a person marks, the status says only that: their points tell them apart.
    entry.marked = data.written ? entry.mark : entry.status;
    entry.searched = `${entry.text}\n${entry.value}`.toLowerCase();
  });
  body.replaceChildren(ours("answers"));
  const [slips, marks] = body.querySelectorAll("select");
  const everybody = people(data.answers);
  const named = (slip) => KINDS[slip] ?? data.names[slip] ?? slip;
  slips.parentElement.hidden = data.written;
  options(slips, [["", "Any"], ...counted(data.answers, slipsOf).map(([slip, n]) => [slip, `${named(slip)} (${n})`])]);
  const given = counted(data.answers, (it) => [it.marked]);
  if (data.written) given.sort(([one], [other]) => compared(other, one));
  options(marks, [["", "Any"], ...given.map(([marked, n]) => [marked, `${marked} (${n})`])]);
  const list = body.querySelector("ol");
  const model = box.querySelector("template[data-model]");
  const said = (kept) => kept.length
    ? `${count(kept.length, "answer")} by ${people(kept)} of ${count(everybody, "student")}.`
    : "No answer fits. Choose “Any”, or use fewer words.";
  const shown = paged(body, data.answers, fitsAnswer, (entries) => {
    list.replaceChildren(...entries.map((entry) => answerRow(entry, data, (it, from) => beside(it, shown.kept(), model, data, from))));
  }, said);
  box.chooses = (slip) => {
    slips.value = slip;
    shown.filter();
    slips.focus();
  };
  box.dispatchEvent(new Event("shown"));
};

const dialog = document.getElementById("beside");
const SHOWN = 40;
const beside = (entry, entries, model, data, from) => {
  const [back, on] = dialog.querySelectorAll("button[data-step]");
  const show = (it) => {
    const place = entries.indexOf(it);
    dialog.querySelector("h2").textContent = `Answer ${it.number}, by ${count(it.students.length, "student")}`;
    const half = make("div");
    half.innerHTML = it.html; // made harmless when the page was made; the page's policy runs nothing of it
    dialog.querySelector("[data-halves]").replaceChildren(model.content.cloneNode(true), ...half.childNodes);
    const who = make("p", `Given by ${it.students.slice(0, SHOWN).join(", ")}.`);
    dialog.querySelector("[data-who]").replaceChildren(who);
    if (it.students.length > SHOWN) {
      const more = make("details");
      more.append(make("summary", `And ${it.students.length - SHOWN} more`), make("p", `${it.students.slice(SHOWN).join(", ")}.`));
      dialog.querySelector("[data-who]").append(more);
    }
    for (const [button, other] of [[back, entries[place - 1]], [on, entries[place + 1]]]) {
      button.disabled = !other;
      button.onclick = () => { show(other); if (button.disabled) dialog.querySelector("h2").focus(); };
    }
  };
  show(entry);
  dialog.onclose = () => from.focus();
  dialog.showModal();
  dialog.querySelector("h2").focus();
};
dialog?.querySelector("[data-close]").addEventListener("click", () => dialog.close());

for (const box of document.querySelectorAll("details.answers")) {
  whenOpened(box, showAnswers(box));
  const item = box.closest(".item");
  for (const seen of item.querySelectorAll(".cj-count[data-slip]")) {
    const button = make("button", `Read these answers (${seen.textContent})`, { type: "button", className: "inline" });
    button.addEventListener("click", () => {
      const choose = () => box.chooses(seen.dataset.slip);
      if (box.chooses) { box.open = true; choose(); } else {
        box.addEventListener("shown", choose, { once: true });
        box.open = true;
      }
    });
    seen.replaceChildren(button);
  }
}

// --- Tables with a row for each student ---

const cell = (row, value, place) => {
  const it = make(place ? "td" : "th", value === null ? "" : String(value));
  if (!place) it.scope = "row";
  row.append(it);
};

// Numbers by size, words by the alphabet, and what is blank at the end either way.
const inOrder = (one, other, way) => {
  if (one === "" || other === "") return (one === "") - (other === "");
  const [small, large] = [one, other].map((value) => Number(value.replaceAll(",", "")));
  return way * (Number.isNaN(small) || Number.isNaN(large) ? compared(one, other) : small - large);
};

const showRows = (box) => (body, { columns, rows, filter }) => {
  body.replaceChildren(ours("rows"));
  const [list] = body.querySelectorAll("select");
  const at = columns.indexOf(filter);
  const kinds = new Map();
  for (const row of rows) kinds.set(row[at], (kinds.get(row[at]) ?? 0) + 1);
  options(list, [["", `All (${rows.length})`], ...[...kinds].map(([kind, n]) => [kind, `${kind} (${n})`])]);
  body.querySelector("caption").textContent = box.dataset.caption;
  const wide = body.querySelector("[data-scrolls]");
  wide.dataset.scrolls = box.dataset.caption;
  watcher.observe(wide);
  const heads = columns.map((name, place) => {
    const head = make("th", "", { scope: "col" });
    const button = make("button", name, { type: "button" });
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", way);
      rows.sort((one, other) => inOrder(one[place], other[place], way === "ascending" ? 1 : -1));
      shown.filter();
    });
    head.append(button);
    return head;
  });
  body.querySelector("thead tr").append(...heads);
  const table = body.querySelector("tbody");
  const searched = new Map(rows.map((row) => [row, row.join("\n").toLowerCase()]));
  const fits = (row, { status, text }) => (status === "" || String(row[at]) === status) && searched.get(row).includes(text.toLowerCase());
  const shown = paged(body, rows, fits, (some) => {
    table.replaceChildren(...some.map((values) => {
      const row = make("tr");
      values.forEach((value, place) => cell(row, value, place));
      return row;
    }));
  }, (kept) => kept.length ? `${kept.length} of ${count(rows.length, box.dataset.one)}.` : `No ${box.dataset.one} fits.`);
};

for (const box of document.querySelectorAll("details.listed")) whenOpened(box, showRows(box));

// --- Items in the tables of figures lead to their places ---

for (const table of document.querySelectorAll(".cj-figure table")) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent);
  const [item, assignment] = [heads.indexOf("item"), heads.indexOf("assignment")];
  for (const row of item < 0 ? [] : table.tBodies[0].rows) {
    const id = row.cells[item].textContent;
    const page = assignment < 0 ? "" : `${row.cells[assignment].textContent}.html`;
    if (!page && !document.getElementById(id)) continue;
    row.cells[item].replaceChildren(make("a", id, { href: `${encodeURI(page)}#${encodeURIComponent(id)}` }));
  }
}
