// What the marking aids do on formgrader's page. Marks and comments are saved through formgrader's own models.
(() => {
  const FIELDS = "input, textarea, select, [contenteditable]";
  const KEYS_OFF = "cjpolicy-number-keys-off";
  const next = document.currentScript.dataset.next;
  const onward = next ? `${base_url}/submissions/${next}/` : `${base_url}/gradebook/${assignment_id}/${notebook_id}`;
  const all = [...document.querySelectorAll(".cj-aids")];
  let saving = Promise.resolve();

  const tell = (aids, said) => { aids.querySelector(".cj-said").textContent = said; };
  const of = (collection, aids) => collection.findWhere({ name: aids.dataset.item });

  // One after the other: two levels given quickly end with the second.
  function save(aids, model, values, said) {
    if (!model) return tell(aids, "The marks are not here yet. Press again in a moment.");
    const failed = "Not saved: the server did not answer. See that it is running, and load this page again.";
    saving = saving.then(() => model.save(values)).then(() => tell(aids, said), () => tell(aids, failed));
  }

  function give(aids, level) {
    const button = aids.querySelector(`[data-level="${level}"]`);
    if (!button) return;
    const said = `Saved: level ${level}, ${button.querySelector("b").textContent}`;
    save(aids, of(formgrader.grades, aids), { manual_score: Number(button.dataset.points) }, said);
    if (document.activeElement === document.body) aids.scrollIntoView({ block: "nearest" });
  }

  function showLevel(aids) {
    const model = of(formgrader.grades, aids);
    const score = model ? model.get("manual_score") ?? model.get("auto_score") : null;
    for (const button of aids.querySelectorAll("[data-level]")) {
      const given = score !== null && Math.abs(score - button.dataset.points) < 0.005;
      button.setAttribute("aria-pressed", String(given && model.get("max_score") > 0));
    }
  }

  function add(aids, comment) {
    const box = aids.closest(".nbgrader_cell").querySelector(".comment");
    const before = box.value.trim();
    if (before.includes(comment)) return tell(aids, "This comment is there already.");
    box.value = before ? `${before}\n\n${comment}` : comment;
    save(aids, of(formgrader.comments, aids), { manual_comment: box.value }, "Saved: the comment.");
    autosize.update(box);
  }

  function goOn(event) {
    event.preventDefault();
    formgrader.save(() => saving.then(() => {
      window.location = next ? `${onward}?index=${formgrader.current_index}` : onward;
    }));
  }

  // The item that the keys act on: the last touched while it is in view, or else the one nearest to the middle.
  function current() {
    const place = (aids) => aids.closest(".nbgrader_cell").getBoundingClientRect();
    const away = (aids) => Math.abs(place(aids).top + place(aids).bottom - innerHeight);
    const touched = formgrader.last_selected.closest(".nbgrader_cell").find(".cj-aids")[0];
    if (touched && place(touched).bottom > 0 && place(touched).top < innerHeight) return touched;
    return [...all].sort((one, other) => away(one) - away(other))[0];
  }

  // formgrader's Tab goes from one .tabbable to the next. The aids are one of them, with stops of their own
  // within; its Enter would keep a button within them from being pressed.
  function within(event) {
    const aids = event.currentTarget;
    if (event.key === "Enter" && !event.ctrlKey && event.target !== aids) event.stopPropagation();
    if (event.key !== "Tab") return;
    const stops = [aids, ...aids.querySelectorAll("button, summary")];
    const stop = stops[stops.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1)];
    if (!stop) return;
    event.preventDefault();
    event.stopPropagation();
    stop.focus();
  }

  function pressed(event) {
    const aids = event.currentTarget;
    const it = event.target.closest("button");
    if (!it) return;
    if (it.matches("[data-level]")) give(aids, it.dataset.level);
    else if (it.matches("[data-comment]")) add(aids, it.textContent);
    else if (it.matches(".cj-next")) goOn(event);
    else turnKeys(!keysOn());
  }

  const keysOn = () => localStorage.getItem(KEYS_OFF) === null;
  function turnKeys(on) {
    if (on) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "yes");
    document.querySelectorAll(".cj-keys").forEach((it) => it.setAttribute("aria-pressed", String(on)));
  }

  function registerKeys(manager) {
    const highest = Math.max(-1, ...[...document.querySelectorAll("[data-level]")].map((it) => it.dataset.level));
    for (let level = 0; level <= Math.min(highest, 9); level++) {
      manager.keycode_to_key[48 + level] = manager.keycode_to_key[96 + level] = String(level);
      manager.register({
        keybinding: String(level),
        help: `Give the written answer level ${level} (while no field has the focus)`,
        handler: (event) => {
          const busy = event.altKey || event.metaKey || event.target.matches(FIELDS) || document.querySelector(".modal");
          if (keysOn() && !busy) give(current(), level);
        },
      });
    }
    manager.register({
      keybinding: "control-enter",
      help: "Move to the next submission that still waits for a mark",
      handler: goOn,
    });
    manager.help.tab = "Move to the next score, comment input or rubric; within a rubric, to its next button";
  }

  // No name stands here until the eye is pressed; then it comes from nbgrader, with the way to the notebook.
  const links = $(".live-notebook a");
  const live = links.first().data("link");
  const toggle = window.toggle_name;
  links.removeAttr("data-link title");
  window.toggle_name = (on) => {
    const id = formgrader.grades.length ? formgrader.grades.first().get("student") : "";
    const way = linkTo("notebook", live.replace("*", () => id));
    const show = (name) => links.filter(".name-shown").off("click").text(name).map(way);
    if (on && id) {
      $.getJSON(`${base_url}/api/student/${encodeURIComponent(id)}`).then((student) => {
        show(student.last_name && student.first_name ? `${student.last_name}, ${student.first_name}` : id);
      });
    } else {
      links.filter(".name-shown").text("").removeAttr("href");
    }
    toggle(on);
  };

  for (const aids of all) {
    // Inside the answer's panel formgrader scrolls to it as to its own fields.
    aids.previousElementSibling.querySelector(".panel-footer").append(aids);
    aids.addEventListener("keydown", within);
    aids.addEventListener("click", pressed);
    aids.addEventListener("focusin", () => { formgrader.last_selected = $(aids); });
  }
  turnKeys(keysOn());

  // A page is opened at the first answer that waits; from another submission's, at the same answer.
  const setIndexFromUrl = formgrader.setIndexFromUrl;
  formgrader.setIndexFromUrl = function () {
    setIndexFromUrl.call(this);
    const named = new URLSearchParams(location.search).has("index");
    const same = this.last_selected.closest(".nbgrader_cell").find(".cj-aids");
    const first = named ? same : $(".cj-aids[data-waits]").first();
    if (first.length) this.last_selected = first;
  };

  const init = formgrader.init;
  formgrader.init = function () {
    // Without a network there may be no MathJax, and formgrader's keys wait for it.
    const none = { Hub: { Startup: { signal: { Interest: (ready) => setTimeout(ready, 0, "End") } } } };
    window.MathJax = window.MathJax?.Hub?.Startup ? window.MathJax : none;
    init.call(this);
    this.grades.on("sync change", () => all.forEach(showLevel));
    registerKeys(this.keyboard_manager);
  };
})();
