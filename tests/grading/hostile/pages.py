"""Pages for others to open: scripts, styles, frames and links in everything a teacher looks at."""

from typing import Any

from .kinds import ANY_STATUS, Kind, add_cell, cell_of, edited, work

SCRIPT = "HOSTILE_SCRIPT"
RUN = f"{SCRIPT}()"
MARKUP = (
    f"<script>{RUN}</script><img src=x onerror={RUN}><svg onload={RUN}><a href='javascript:{RUN}'>x</a>"
    f"<iframe srcdoc='<script>{RUN}</script>'></iframe><style>body{{display:none}}</style>"
    "<base href='//evil.example/'><meta http-equiv=refresh content='0;url=//evil.example/'>"
    f"<form action=//evil.example/><input name=x autofocus onfocus={RUN}></form>"
    "<object data=//evil.example/x></object><link rel=stylesheet href=//evil.example/x.css>"
)
WRITTEN = (
    f"{MARKUP}\n\n[x](javascript:{RUN})\n\n$\\href{{javascript:{RUN}}}{{x}}$\n\n![x](//evil.example/x.png)"
)


def markdown(notebook: Any) -> None:
    for cell in notebook.cells:
        if cell.id.endswith("-ask"):
            cell.source = WRITTEN
    cell_of(notebook, "a91-brief").source = WRITTEN
    add_cell(notebook, "last", MARKUP)
    notebook.cells[-1]["cell_type"] = "raw"
    for name in ("outputs", "execution_count"):
        notebook.cells[-1].pop(name)
    notebook.cells[-1].metadata["raw_mimetype"] = "text/html"


KINDS = [
    Kind(
        "scripts-in-text",
        "Puts scripts, frames and styles in text cells and in the written answer.",
        edited(markdown),
        statuses=ANY_STATUS,
    ),
    Kind(
        "scripts-in-outputs",
        "Displays scripts in every form an output can have.",
        work(
            spare={
                "last": f"""
                from IPython.display import display

                markup = {MARKUP!r}
                for kind in (
                    "text/html", "image/svg+xml", "text/markdown", "text/latex", "application/javascript",
                    "application/vnd.jupyter.widget-view+json", "application/json", "text/plain", "image/png",
                    "application/vnd.vegalite.v5+json", "application/pdf", "text/x-evil",
                ):
                    display({{kind: markup}}, raw=True)
                print(markup)
                raise ValueError(markup)
                """
            }
        ),
        statuses=ANY_STATUS,
    ),
    Kind(
        "scripts-in-answers",
        "Puts scripts where answers, names and errors are quoted: an option, a row, a column, an exception.",
        work(
            source=f"source = {MARKUP!r}",
            steps=f"steps = pd.DataFrame({{{MARKUP!r}: [1], 'step': [{MARKUP!r}], 'factor': [1]}})",
            function=f"""
            def overall_change(levels):
                raise type({MARKUP!r}, (Exception,), {{}})({MARKUP!r})
            """,
            chart=f"""
            drawn = pd.DataFrame({{{MARKUP!r}: [1]}})
            picture = alt.Chart(drawn, title={MARKUP!r}).mark_text(href='javascript:{RUN}')
            picture
            """,
        ),
        points={"change": 2.0, "source": 0.0, "steps": 0.0, "function": 0.0, "chart": 1.0, "brief": None},
        statuses=ANY_STATUS,
    ),
    Kind(
        "chart-that-fetches",
        "Draws a chart that fetches its data, its pictures and its links from elsewhere.",
        work(
            spare={
                "last": f"""
                from IPython.display import display

                spec = {{
                    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
                    "data": {{"url": "https://evil.example/data.csv"}},
                    "mark": {{"type": "image", "url": "//evil.example/x.png", "href": "javascript:{RUN}"}},
                    "encoding": {{"tooltip": {{"value": "<script>{RUN}</script>"}}}},
                    "usermeta": {{"embedOptions": {{"loader": {{"baseURL": "https://evil.example/"}}}}}},
                }}
                display({{"application/vnd.vegalite.v5+json": spec, "text/plain": "chart"}}, raw=True)
                """
            }
        ),
        statuses=ANY_STATUS,
    ),
    Kind(
        "page-among-the-files",
        "Hands in a web page, a picture and a style sheet that run scripts when they are opened.",
        work(
            files={
                "index.html": f"<script>{RUN}</script>".encode(),
                "photo.svg": f"<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>".encode(),
                "data.csv": b'a,b\n=HYPERLINK("http://evil.example"),2\n',
                "look.css": b"body{display:none}",
            }
        ),
        statuses=ANY_STATUS,
    ),
]
