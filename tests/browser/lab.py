"""JupyterLab as `cjpolicy study` and `cjpolicy teach` open it, in a copy of the course, and a browser."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from tests.grading.clones import Clone
from tests.support import need

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Playwright

# Whether formgrader's page of a script has the marks and comments it is to show.
LOADED = "formgrader.loaded && formgrader.grades.loaded && formgrader.comments.loaded"
MARKS = [pytest.mark.browser, pytest.mark.slow]

ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)(/lab\S*)\?token=(\S+)")
OUTSIDE = re.compile(r"(http|ws)s?://(?!127\.0\.0\.1[:/])")
SAVED = "/api/contents/"
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
THEME = "settings/@jupyterlab/apputils-extension:themes"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What JupyterLab's own pages say on the console without anything being wrong with the course.
NOT_OURS = {
    # Its debugger, when a test ends the kernel under a notebook that is open.
    r"Could not restore the debugger state",
    # JupyterLab, when a test ends the kernel while something of the page's is on its way to it.
    r"^(Error: )?(Canceled future for \w+ message before replies were done|Kernel is dead)",
}

# Runs in the server and in every kernel: writes down each attempt to reach another machine.
WATCH = """
import os, sys

HERE = {None, "", "localhost", "::1", "0.0.0.0", "::", os.uname().nodename}

def watch(event, args):
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in HERE and not str(host).startswith("127."):
        with open(os.environ["CJPOLICY_TEST_OUTSIDE"], "a") as log:
            log.write(f"{event} {host}\\n")

sys.addaudithook(watch)
"""


@dataclass
class Desk:
    """A running JupyterLab.

    Attributes
    ----------
    base : str
        Its address, without a path.
    first : str
        The path it opens on.
    token : str
        What lets a browser in.
    files : Path
        The folder it shows.
    outside : Path
        Where the server and its kernels write whom they asked on other machines.
    """

    base: str
    first: str
    token: str
    files: Path
    outside: Path

    def url(self, path: str | None = None) -> str:
        """Return the address of a notebook, or of the page the command opens, in a workspace made new."""
        return f"{self.base}{self.first if path is None else f'/lab/tree/{path}'}?token={self.token}&reset"

    def ask(self, method: str, path: str, said: Any = None, api: str = "api") -> Any:
        """Ask the server's own interface."""
        data = None if said is None else json.dumps(said).encode()
        address = f"{self.base}/{api}/{path}?token={self.token}"
        wanted = urllib.request.Request(address, data=data, method=method)
        with urllib.request.urlopen(wanted, timeout=20) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def close_kernels(self) -> None:
        """End every kernel and forget which notebook it was for."""
        for session in self.ask("GET", "sessions"):
            self.ask("DELETE", f"sessions/{session['id']}")

    def use_theme(self, name: str) -> None:
        """Choose JupyterLab's theme, for the pages opened next."""
        self.ask("PUT", THEME, {"raw": json.dumps({"theme": name})}, api="lab/api")

    def take(self, lesson: str, name: str) -> str:
        """Put a copy of a lesson on the desk, such as "01"; return its name."""
        source = next((self.files / "lessons").glob(f"{lesson}_*.ipynb"))
        return self.write(name, nbformat.read(source, as_version=4))

    def write(self, name: str, notebook: nbformat.NotebookNode) -> str:
        """Put a notebook on the desk; return its name."""
        (self.files / name).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, self.files / name)
        return name

    def read(self, name: str) -> nbformat.NotebookNode:
        """Return a notebook as it is on the desk's disk."""
        return nbformat.read(self.files / name, as_version=4)


@contextmanager
def served(clone: Clone, command: str, **variables: str) -> Iterator[Desk]:
    """Run `cjpolicy study` or `cjpolicy teach` in a clone until the block ends."""
    log, outside = clone.root.parent / f"{command}.log", clone.root.parent / f"{command}-outside.log"
    guard = clone.root.parent / "guard"
    guard.mkdir(exist_ok=True)
    (guard / "sitecustomize.py").write_text(WATCH)
    outside.touch()
    path = os.pathsep.join([str(guard), clone.environment["PYTHONPATH"]])
    environment = {
        **clone.environment,
        "PYTHONPATH": path,
        "CJPOLICY_TEST_OUTSIDE": str(outside),
        **variables,
    }
    words = [sys.executable, "-m", "cjpolicy.cli", command, "--no-browser", "--port", "0"]
    with log.open("w") as out:
        server = subprocess.Popen(words, cwd=clone.root, stdout=out, stderr=out, env=environment)
    try:
        deadline = time.monotonic() + 60
        while not (found := ADDRESS.search(log.read_text())):
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        base, first, token = found.groups()
        yield Desk(base, first, token, clone.root / {"study": "my-work", "teach": ""}[command], outside)
    finally:
        stop(server)


def stop(server: "subprocess.Popen[bytes]") -> None:
    """Stop a JupyterLab; one that still waits for a kernel after a while is not waited for."""
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def start_chromium(playwright: "Playwright") -> "Browser":
    """Start the machine's Chromium, which finds no other machine."""
    program = need("Chromium", Path(shutil.which("chromium") or "/usr/bin/chromium"))
    lost = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    return playwright.chromium.launch(executable_path=program, args=ARGUMENTS + lost)


@dataclass
class Watcher:
    """What went wrong in a page: errors on its console, refused requests, requests to other machines."""

    wrong: list[str] = field(default_factory=list)

    def follow(self, page: "Page") -> None:
        page.on("console", lambda said: self.note(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.note(str(error)))
        page.on("response", lambda got: self.note(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.on("request", lambda ask: self.wrong.append(ask.url) if OUTSIDE.match(ask.url) else None)
        page.on("websocket", lambda ask: self.wrong.append(ask.url) if OUTSIDE.match(ask.url) else None)

    def note(self, said: str) -> None:
        if not any(re.search(pattern, said) for pattern in NOT_OURS):
            self.wrong.append(said[:400])


@dataclass
class Notebook:
    """The notebook in front, in a page of JupyterLab."""

    page: "Page"

    @property
    def panel(self) -> "Locator":
        return self.page.locator(PANEL)

    def wait_for_kernel(self) -> None:
        """Wait until the kernel is idle: what is run before it is there is lost without a word."""
        self.page.wait_for_selector(
            f"{PANEL} .jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000
        )
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)

    def run_all(self) -> None:
        """Choose Run All Cells from the menu, and wait until every cell has been run."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
        self.wait_until_run()

    def wait_until_run(self) -> None:
        """Wait until every code cell has been run; fail with the error that kept one from it."""
        seen = self.page.wait_for_function(RUN, arg=PANEL, timeout=120_000).json_value()
        assert seen == "all", seen

    def fill(self, *lines: str) -> None:
        """Replace the last line of the active cell by these, typed; the cell stays open."""
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(f"{PANEL} .jp-Notebook.jp-mod-editMode")
        self.page.keyboard.press("Control+End")
        for number, line in enumerate(lines):
            if number:
                self.page.keyboard.press("Enter")
            # Takes away the indentation that the editor adds, or the last line.
            self.page.keyboard.press("Shift+Home")
            self.page.keyboard.press("Delete")
            self.page.keyboard.type(line)

    def cell(self, number: int) -> "Locator":
        """Return the cell at a place, counted from 0."""
        return self.panel.locator(f".jp-Cell[data-windowed-list-index='{number}']")

    def active(self) -> int:
        """Return the place of the cell that the keys act on."""
        place = self.panel.locator(".jp-Cell.jp-mod-active").get_attribute("data-windowed-list-index")
        assert place is not None
        return int(place)

    def save(self) -> None:
        """Save by the keyboard, and wait until the file is written."""
        self.page.keyboard.press("Escape")
        with self.page.expect_response(lambda got: got.request.method == "PUT" and SAVED in got.url):
            self.page.keyboard.press("Control+s")

    def focused(self) -> str:
        """Return the accessible name, or what there is like it, of what has the focus."""
        name: str = self.page.evaluate(FOCUSED)
        return name

    def tab_to(self, name: str, most: int = 30) -> list[str]:
        """Press Tab until what is named has the focus; return the names on the way, it included."""
        passed: list[str] = []
        while not passed or passed[-1] != name:
            assert len(passed) < most, f"{name} is not among the first {most} stops: {passed}"
            self.page.keyboard.press("Tab")
            passed.append(self.focused())
        return passed


# Says "all" once every code cell has a number; quotes the last error where nothing more happens after one.
RUN = """panel => {
    const said = [...document.querySelectorAll(`${panel} .jp-CodeCell .jp-InputPrompt`)]
        .map(prompt => prompt.textContent).join();
    if (said && !said.includes('*') && !said.includes('[ ]')) return 'all';
    const kind = 'application/vnd.jupyter.stderr';
    const errors = [...document.querySelectorAll(`${panel} [data-mime-type="${kind}"]`)];
    if (window.cjSaid !== said) [window.cjSaid, window.cjSince] = [said, performance.now()];
    const stopped = !said.includes('*') && performance.now() - window.cjSince > 3000;
    return stopped && errors.length ? errors.at(-1).textContent : null;
}"""

CUT_OFF = """elements => elements.filter(it => {
    const box = it.getBoundingClientRect();
    let left = 0, right = document.documentElement.clientWidth;
    for (let around = it.parentElement; around; around = around.parentElement) {
        const way = getComputedStyle(around).overflowX;
        if (way === 'visible') continue;
        const edge = around.getBoundingClientRect();
        left = Math.max(left, edge.left);
        right = Math.min(right, edge.right);
    }
    return box.width && (box.left < left - 1 || box.right > right + 1);
}).map(it => `${it.outerHTML.slice(0, 150)} ends at ${Math.round(it.getBoundingClientRect().right)}`)"""

FOCUSED = """() => {
    const it = document.activeElement;
    const first = label => [...label.childNodes].map(part => part.textContent.trim()).find(Boolean);
    const name = [...it.labels ?? []].map(first).join(' ') || it.getAttribute('aria-label') || it.textContent;
    return name.trim().replace(/\\s+/g, ' ').slice(0, 90);
}"""


def open_notebook(page: "Page", desk: Desk, name: str) -> Notebook:
    """Open a notebook of a desk and wait for its kernel."""
    page.goto(desk.url(name))
    page.wait_for_selector(f"{PANEL} .jp-Cell", timeout=60_000)
    notebook = Notebook(page)
    notebook.wait_for_kernel()
    return notebook


def small_notebook(*sources: str, kernel: str = "python3") -> nbformat.NotebookNode:
    """Return a notebook of code cells."""
    cells = [nbformat.v4.new_code_cell(source, id=f"step-{place}") for place, source in enumerate(sources)]
    about: Mapping[str, Any] = {"name": kernel, "display_name": kernel, "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": about})


def leave(page: "Page") -> None:
    """Go away before the server does: a page that is cut off complains."""
    page.goto("about:blank")


def switch_theme(page: "Page", name: str) -> None:
    """Choose another theme from JupyterLab's menu."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Theme").first.click()
    page.locator(".lm-Menu-item", has_text=re.compile(f"^{name}$")).click()
    page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")
    page.wait_for_timeout(500)


def unroll(page: "Page", width: int = 1300) -> None:
    """Make the window so high that the whole notebook is in it, from its first cell."""
    page.set_viewport_size({"width": width, "height": 24_000})
    page.locator(f"{PANEL} .jp-WindowedPanel-outer").evaluate("it => { it.scrollTop = 0; }")
    page.wait_for_timeout(1_500)


def faults(page: "Page", within: str) -> list[str]:
    """Return what axe-core has against some parts of a page, by WCAG 2.2 at level AA."""
    from axe_playwright_python.sync_playwright import Axe

    # JupyterLab's page has no height of its own; axe takes all that is in it for hidden.
    page.add_style_tag(content="body { height: 100vh; }")
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": rules}}
    found = Axe().run(page, context={"include": [[within]]}, options=options).response["violations"]
    return [f"{fault['id']}: {node['html'][:200]}" for fault in found for node in fault["nodes"]]


def cut_off(elements: "Locator") -> list[str]:
    """Return what of these elements reaches over the side of what it stands in, or of the window."""
    cut: list[str] = elements.evaluate_all(CUT_OFF)
    return cut


def eventually(read: Callable[[], Any], expected: Any, seconds: float = 20) -> None:
    """Read again and again until what is expected is there; fail with the last that was read."""
    deadline = time.monotonic() + seconds
    while (seen := read()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen == expected
