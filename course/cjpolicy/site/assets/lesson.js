// Draws the charts, and answers the choices of explorers from what stands in the page.
"use strict";

const values = (element) => JSON.parse(element.textContent);
const dataOf = (box) => values(box.querySelector('script[type="application/json"]'));

for (const figure of document.querySelectorAll("figure.chart")) {
  const place = figure.querySelector(".drawing");
  const words = place.innerHTML;
  vegaEmbed(place, dataOf(figure), { mode: "vega-lite", renderer: "svg", actions: false })
    .then(() => measure(place.parentElement))
    .catch((error) => {
      place.innerHTML = words;
      console.error(error);
    });
}

const chosen = (box) => [...box.querySelectorAll("select")].map((list) => list.value);
const whenChosen = (box, show) => {
  box.addEventListener("change", show);
  for (const button of box.querySelectorAll("button[data-sets]")) {
    button.addEventListener("click", () => {
      for (const [name, value] of Object.entries(JSON.parse(button.dataset.sets))) {
        box.querySelector(`select[name="${name}"]`).value = value;
      }
      show();
    });
  }
  show();
};

for (const box of document.querySelectorAll('[data-explorer="figures"]')) {
  const rows = [...box.querySelectorAll("tbody tr")];
  const sentences = dataOf(box);
  const status = box.querySelector("[role=status] p");
  whenChosen(box, () => {
    const [topic, unit, document_] = chosen(box);
    const fits = (wanted, has) => wanted === "" || wanted === has;
    for (const row of rows) {
      const { topic: ofTopic, unit: ofUnit, document: ofDocument } = row.dataset;
      row.hidden = !(fits(topic, ofTopic) && fits(unit, ofUnit) && fits(document_, ofDocument));
    }
    status.textContent = sentences[rows.filter((row) => !row.hidden).length];
  });
}

for (const box of document.querySelectorAll('[data-explorer="claims"]')) {
  const { quotations, columns, compared } = dataOf(box);
  const shown = box.querySelector("[data-shown]");
  const places = [...shown.firstElementChild.children];
  const rows = [...shown.querySelectorAll("tbody tr")];
  const status = box.querySelector("[role=status] p");
  whenChosen(box, () => {
    const claims = chosen(box);
    const [sentence, ...signs] = compared[claims[0]][claims[1]];
    claims.forEach((claim, place) => { places[place].innerHTML = quotations[claim]; });
    rows.forEach((row, number) => {
      const cells = [columns[claims[0]][number], columns[claims[1]][number], signs[number]];
      cells.forEach((text, place) => { row.children[place + 1].textContent = text; });
    });
    status.textContent = sentence;
  });
}

for (const box of document.querySelectorAll('[data-explorer="baseyear"]')) {
  const answers = dataOf(box);
  const shown = box.querySelector("[data-shown]");
  const status = box.querySelector("[role=status] p");
  whenChosen(box, () => {
    const [sentence, drawn] = answers[chosen(box).join("|")];
    shown.innerHTML = drawn;
    status.textContent = sentence;
  });
}
