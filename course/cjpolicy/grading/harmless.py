"""What is kept of a student's work for others to open: nothing that runs, restyles a page or fetches."""

import re
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import Any

from bleach.html5lib_shim import TAG_TOKEN_TYPE_END, TAG_TOKEN_TYPE_START, BleachHTMLTokenizer, Filter
from bleach.sanitizer import Cleaner
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from pygments.token import STANDARD_TYPES
from traitlets import default

from cjpolicy import html
from cjpolicy.checks import OUTCOME_MIME

__all__ = [
    "ForMarking",
    "Harmless",
    "clean_html",
    "harmless",
    "harmless_markdown",
    "harmless_outputs",
    "is_chart",
    "is_picture",
    "markdown2html",
    "quieten_files",
]

TAGS = frozenset(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 "
        "hr i img li ol p pre s small span strong sub summary sup table tbody td tfoot th thead tr u ul",
    )
)
PLAIN = frozenset(["class", "title", "role", "aria-label", "scope"])
NUMBER = {
    "colspan": r"\d{1,3}",
    "rowspan": r"\d{1,3}",
    "tabindex": "0",
    "width": r"\d{1,4}",
    "height": r"\d{1,4}",
}
LINK = re.compile(r"https?://|mailto:|#")
PROTOCOLS = ["http", "https", "mailto", "data"]
# Any other class may be one of the page's own: a button of its score, or a bar fixed over the whole of it.
CLASS = re.compile("cj-[a-z-]+|dataframe|highlight|" + "|".join(filter(None, STANDARD_TYPES.values())))
BASE64 = re.compile(r";base64,[\w+/=]*")
UNSHOWN = re.compile(r"<(style|script)\b.*?(</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
VOID = frozenset(["br", "col", "hr", "img", "input", "link", "meta", "wbr"])

# How much markup is drawn as such, and how deep its elements may stand in each other: mending what is never
# closed takes a time that grows with the product of these, and tags of style are repeated in each paragraph.
LONGEST_MARKUP, MOST_TAGS, DEEPEST, MOST_STYLING, MOST_ATTRIBUTES = 300_000, 20_000, 100, 8, 30
STYLING = frozenset(re.findall(r"\w+", "a b big code em font i nobr s small strike strong tt u"))
LONGEST_MARKDOWN = 50_000
LARGEST_PICTURE, MOST_PIXELS = 3_000_000, 40_000_000
# What a cell's outputs may come to altogether, in characters, and what each counts besides.
LARGEST_CELL, EACH = 4_000_000, 200

PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
CHART = re.compile(r"application/vnd\.vega(?:lite)?\.v\d+\+json")
SCHEMA = re.compile(r"https://vega\.github\.io/schema/vega(?:-lite)?/v\d+(?:\.\d+){0,2}\.json")
# What makes Vega, or the page around it, fetch something or reach out of the chart; the others are left out.
FETCHES = frozenset(["url", "href", "loader", "element"])
LEFT_OUT = frozenset(["tooltip", "cursor", "usermeta"])
EMBED = {"embed_options": {"renderer": "svg", "actions": False}}

PLAIN_FILES = frozenset(
    re.findall(
        r"\.\w+",
        ".csv .gif .ipynb .jpeg .jpg .json .log .md .parquet .png .py .toml .tsv .txt .xlsx .yaml .yml",
    )
)


def harmless(markup: str) -> str:
    """Return HTML with everything taken out that runs, restyles the page or fetches.

    Parameters
    ----------
    markup : str
        HTML from a notebook that a student may have written.

    Returns
    -------
    str
        Only the elements of a text, tables and PNG and JPEG pictures that stand in the text itself, without
        ids, and with no classes but those of the course's cards, of pandas' tables and of coloured code.

    Examples
    --------
    >>> harmless('<p onclick="x()">Fell<script>x()</script> by <img src="http://x.example/a.png">8</p>')
    '<p>Fell by 8</p>'
    """
    shown = UNSHOWN.sub("", markup)
    try:
        if len(BASE64.sub("", shown)) > LONGEST_MARKUP:
            raise _Tangled
        _refuse_tangles(shown)
    except _Tangled:
        return html.paragraph("(Something too large or too tangled to be shown here.)")
    cleaned: str = _cleaner().clean(shown)
    return cleaned


def _cleaner() -> Cleaner:
    return Cleaner(tags=TAGS, attributes=_is_kept, protocols=PROTOCOLS, strip=True, filters=[_Narrowed])


def _is_kept(tag: str, name: str, value: str) -> bool:
    """Say whether an attribute stays."""
    if name in PLAIN:
        return True
    if name in NUMBER:
        return re.fullmatch(NUMBER[name], value) is not None
    if tag == "a":
        return name == "href" and LINK.match(value.lower()) is not None
    if tag == "img" and name == "src":
        kind, _, content = value.removeprefix("data:").partition(";base64,")
        return value.startswith("data:") and is_picture(kind, content)
    return tag == "img" and name == "alt"


class _Narrowed(Filter):
    """Take out unknown classes and images without a picture, and have links tell nothing of this page."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            about = token.get("data")
            if token["type"] in ("StartTag", "EmptyTag") and about:
                known = [each for each in about.get((None, "class"), "").split() if CLASS.fullmatch(each)]
                if known:
                    about[None, "class"] = " ".join(known)
                else:
                    about.pop((None, "class"), None)
                if (None, "href") in about:
                    about[None, "rel"] = "noopener noreferrer"
            if token.get("name") != "img" or (about and (None, "src") in about):
                yield token


class _Tangled(Exception):
    """Markup has more in it than is worth mending."""


class _Tokens(BleachHTMLTokenizer):
    """Reads tags as the cleaner does, but gives up on one with very many attributes."""

    def attributeNameState(self) -> Any:
        if len(self.currentToken["data"]) > MOST_ATTRIBUTES:
            raise _Tangled
        return super().attributeNameState()


def _refuse_tangles(markup: str) -> None:
    """Refuse markup that takes long to mend; an end tag counts only where it ends what stands open."""
    nested: list[str] = []
    tags = 0
    for token in _Tokens(stream=markup, consume_entities=False, parser=_cleaner().parser):
        name = token.get("name")
        if token["type"] == TAG_TOKEN_TYPE_START and name not in VOID:
            nested.append(name)
            tags += 1
            styling = sum(each in STYLING for each in nested)
            if tags > MOST_TAGS or len(nested) > DEEPEST or styling > MOST_STYLING:
                raise _Tangled
        elif token["type"] == TAG_TOKEN_TYPE_END and nested and nested[-1] == name:
            nested.pop()


class _Renderer(IPythonRenderer):
    """Markdown without links to its own headings; a picture that is missing costs nothing but itself."""

    def _embed_image_or_attachment(self, src: str) -> str:
        name = src.removeprefix("attachment:")
        if name != src and name not in self.attachments:
            return ""
        return str(super()._embed_image_or_attachment(src))

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre><code>{html.escape(code)}</code></pre>"


def harmless_markdown(source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    r"""Return Markdown as HTML that neither runs nor fetches; formulas stay as they were written.

    Parameters
    ----------
    source : str
        What a student, or anybody, wrote.
    attachments : dict, optional
        The pictures pasted into the cell: by name, their content in base64 by MIME type.

    Returns
    -------
    str

    Examples
    --------
    >>> harmless_markdown("It **fell**. [More](javascript:x)")
    '<p>It <strong>fell</strong>. <a>More</a></p>\n'
    """
    if len(source) > LONGEST_MARKDOWN:
        return f"<pre>{html.escape(source)}</pre>"
    renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=attachments)
    return harmless(str(MarkdownWithMath(renderer=renderer).render(source)))


def clean_html(markup: str) -> str:
    """Do what nbconvert's filter of this name does, but keep the course's cards as they are.

    Parameters
    ----------
    markup : str
        HTML from a notebook.

    Returns
    -------
    str

    Examples
    --------
    >>> clean_html('<p onclick="x()">8</p>')
    '<p>8</p>'
    """
    return _styled(harmless(markup))


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Do what nbconvert's filter of this name does, harmlessly; `nbgrader_config.py` puts it in its place."""
    return _styled(harmless_markdown(source, context.get("cell", {}).get("attachments")))


def _styled(markup: str) -> str:
    """Give cards back the style that was taken out with every other."""
    return f"{html.STYLE}{markup}" if 'class="cj-' in markup else markup


def is_picture(kind: str, content: object) -> bool:
    """Say whether something is a PNG or JPEG picture in base64, of a size that a page can hold.

    Parameters
    ----------
    kind : str
        "image/png" or "image/jpeg".
    content : object
        What should be base64, with or without line breaks.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_picture("image/png", "PHNjcmlwdD4=")
    False
    """
    if kind not in PICTURES or not isinstance(content, str) or len(content) > LARGEST_PICTURE * 3 // 2:
        return False
    try:
        held = a2b_base64("".join(content.split()), strict_mode=True)
    except (NotBase64, ValueError):
        return False
    wide, high = _png_size(held) if kind == "image/png" else _jpeg_size(held)
    return held.startswith(PICTURES[kind]) and len(held) <= LARGEST_PICTURE and 0 < wide * high <= MOST_PIXELS


def _png_size(held: bytes) -> tuple[int, int]:
    return int.from_bytes(held[16:20]), int.from_bytes(held[20:24])


def _jpeg_size(held: bytes) -> tuple[int, int]:
    """Read a JPEG's width and height from its frame; 0 and 0 where there is none."""
    place = 2
    while place + 9 <= len(held) and held[place] == 0xFF:
        marker, length = held[place + 1], int.from_bytes(held[place + 2 : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(held[place + 7 : place + 9]), int.from_bytes(held[place + 5 : place + 7])
        place += 2 + length
    return 0, 0


def is_chart(kind: str) -> bool:
    """Say whether a MIME type is that of a Vega or Vega-Lite specification.

    Examples
    --------
    >>> is_chart("application/vnd.vegalite.v5+json"), is_chart("application/json")
    (True, False)
    """
    return CHART.fullmatch(kind) is not None


def _harmless_chart(spec: object) -> dict[str, Any] | None:
    """Return a chart's specification if drawing it fetches nothing, without what reaches beyond the chart."""
    if not isinstance(spec, Mapping) or not SCHEMA.fullmatch(str(spec.get("$schema", ""))):
        return None
    try:
        kept: dict[str, Any] = _without_reach({key: part for key, part in spec.items() if key != "$schema"})
    except (ValueError, RecursionError):
        return None
    return {**kept, "$schema": spec["$schema"]}


def _without_reach(part: Any, name: str = "") -> Any:
    if isinstance(part, Mapping):
        if FETCHES & {key for key in part if not _is_data(name)}:
            raise ValueError("fetches")
        return {
            str(key): _without_reach(each, "values" if _is_data(name) else str(key))
            for key, each in part.items()
            if _is_data(name) or key not in LEFT_OUT
        }
    if isinstance(part, list):
        return [_without_reach(each, name) for each in part]
    if isinstance(part, str) and "url(" in part.lower():
        raise ValueError("fetches")
    if isinstance(part, (str, int, float, bool)) or part is None:
        return part
    raise ValueError("not data")


def _is_data(name: str) -> bool:
    """Say whether what stands under a key is a table's content, where any name may be a column's."""
    return name in ("values", "datasets")


def harmless_outputs(outputs: Iterable[Mapping[str, Any]]) -> list[NotebookNode]:
    r"""Return a cell's outputs made anew from what is known to be harmless, with a note of what is left out.

    Parameters
    ----------
    outputs : iterable of mapping
        A code cell's outputs, in whatever state they are.

    Returns
    -------
    list of NotebookNode
        Text, errors, cleaned HTML, PNG and JPEG pictures, and charts that fetch nothing; together no larger
        than `LARGEST_CELL`. Where anything was left out or cut, the last output says so.

    Examples
    --------
    >>> shown = {"text/plain": "Chart", "application/javascript": "x()"}
    >>> kept = harmless_outputs([{"output_type": "display_data", "data": shown, "metadata": {}}])
    >>> kept[0].data, kept[1].text
    ({'text/plain': 'Chart'}, '(Left out here: application/javascript.)\n')
    """
    return _Keeper().keep(outputs)


class _Keeper:
    """Rebuilds outputs while there is room, and remembers what it left out."""

    def __init__(self, *, records: bool = False) -> None:
        self.room = LARGEST_CELL
        self.markup = LONGEST_MARKUP
        self.records = records
        self.left: dict[str, None] = {}

    def keep(self, outputs: Iterable[Mapping[str, Any]]) -> list[NotebookNode]:
        kept = [new for new in map(self.one, outputs) if new]
        if self.left:
            said = f"(Left out here: {', '.join(self.left)}.)\n"
            kept.append(new_output("stream", name="stdout", text=said))
        return kept

    def leave(self, what: str) -> None:
        self.left[what[:80]] = None

    def one(self, output: Any) -> NotebookNode | None:
        kind = output.get("output_type") if isinstance(output, Mapping) else None
        self.room -= EACH
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            text = self.text(output.get("text"))
            return new_output("stream", name=name, text=text) if text else None
        if kind == "error":
            lines = output.get("traceback")
            trace = [self.text(line) for line in lines] if isinstance(lines, list) else []
            name, message = self.text(output.get("ename")), self.text(output.get("evalue"))
            return new_output("error", ename=name, evalue=message, traceback=trace)
        if kind in ("display_data", "execute_result") and isinstance(output.get("data"), Mapping):
            return self.bundle(str(kind), output)
        self.leave("an output of an unknown kind")
        return None

    def text(self, said: object) -> str:
        """Return as much of a text as there is room for."""
        lines = said if isinstance(said, list) else [said]
        whole = "".join(line for line in lines if isinstance(line, str))
        kept = whole[: max(self.room, 0)]
        self.room -= len(kept)
        if len(kept) < len(whole):
            self.leave("the rest of a very long output")
        return kept

    def bundle(self, kind: str, output: Mapping[str, Any]) -> NotebookNode | None:
        data: dict[str, Any] = {}
        about: dict[str, Any] = {}
        for mime, content in output["data"].items():
            if (kept := self.content(str(mime), content)) is None:
                self.leave(str(mime))
                continue
            data[mime] = kept
            if is_chart(mime):
                about[mime] = EMBED
            elif mime in PICTURES:
                about[mime] = _size(output.get("metadata"), mime)
        if not data:
            return None
        rest = {"execution_count": _count(output)} if kind == "execute_result" else {}
        return new_output(kind, data=data, metadata=about, **rest)

    def content(self, mime: str, content: Any) -> Any:
        """Return what is kept under one MIME type; None if nothing is."""
        whole = "".join(map(str, content)) if isinstance(content, list) else content
        if mime == "text/plain" and isinstance(whole, str):
            return self.text(whole)
        kept: Any = None
        if mime == "text/html" and isinstance(whole, str):
            # Cleaning takes time: however many outputs a cell has, no longer than one of the longest.
            self.markup -= len(BASE64.sub("", whole))
            kept = harmless(whole) if self.markup >= 0 else None
        elif is_picture(mime, whole):
            kept = whole
        elif is_chart(mime):
            kept = _harmless_chart(content)
        elif mime == OUTCOME_MIME and self.records and isinstance(content, Mapping):
            kept = dict(content)
        size = len(str(kept))
        if kept is None or size > self.room:
            return None
        self.room -= size
        return kept


def _size(metadata: Any, mime: str) -> dict[str, int]:
    about = metadata.get(mime) if isinstance(metadata, Mapping) else None
    about = about if isinstance(about, Mapping) else {}
    return {
        name: int(about[name]) for name in ("width", "height") if isinstance(about.get(name), (int, float))
    }


def _count(it: Mapping[str, Any]) -> int | None:
    count = it.get("execution_count")
    return count if isinstance(count, int) else None


class Harmless(Preprocessor):
    """Makes a notebook anew, without anything in it that would run on a page that shows it.

    nbconvert's and nbgrader's templates put names, ids and numbers on the page as they find them, so these
    are made anew as well.
    """

    @default("enabled")
    def _enabled_default(self) -> bool:
        return True

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook made anew."""
        kept = {"language_info": {"name": "python"}, "cjpolicy": _harmless_notes(nb.metadata.get("cjpolicy"))}
        nb.metadata = from_dict(kept)
        nb.cells = [new for new in map(_harmless_cell, nb.cells) if new]
        return nb, resources


class ForMarking(Harmless):
    """Makes a notebook harmless for formgrader, and tells whoever marks it what has to be known first.

    `c.HTMLExporter.preprocessors` names it.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook made anew, with the notes on it at its top."""
        nb, resources = super().preprocess(nb, resources)
        notes = nb.metadata.cjpolicy
        if told := [" ".join(each.split()) for each in (*notes.flags, *notes.repairs, *notes.run.limits)]:
            card = html.notice("note", "For you, who mark this", listed=told).removeprefix(html.STYLE)
            nb.cells.insert(0, new_markdown_cell(card, id="for-you"))
        for cell in nb.cells:
            if reason := cell.metadata.get("cjpolicy", {}).get("unmarked"):
                said = f"Not marked by machine, so it waits for you. {reason}\n"
                cell.outputs.append(new_output("stream", name="stdout", text=said))
        return nb, resources


def _harmless_notes(notes: Any) -> dict[str, Any]:
    """Return what was noted on a notebook while it was repaired and run: sentences and nothing else."""
    notes = notes if isinstance(notes, Mapping) else {}
    run = notes.get("run")
    return {
        "repairs": _sentences(notes.get("repairs")),
        "flags": _sentences(notes.get("flags")),
        "run": {"limits": _sentences(run.get("limits") if isinstance(run, Mapping) else None)},
    }


def _sentences(said: Any) -> list[str]:
    return [each for each in said if isinstance(each, str)] if isinstance(said, (list, tuple)) else []


def _harmless_cell(cell: Any) -> NotebookNode | None:
    metadata = cell.get("metadata", {})
    grader = _harmless_grader(metadata.get("nbgrader"))
    about: dict[str, Any] = {"nbgrader": grader} if grader else {}
    if isinstance(unmarked := metadata.get("cjpolicy", {}).get("unmarked"), str):
        about["cjpolicy"] = {"unmarked": unmarked}
    same = {"source": str(cell.get("source", "")), "metadata": from_dict(about)}
    if re.fullmatch(r"[\w-]{1,64}", str(cell.get("id", "")), re.ASCII):
        same["id"] = cell["id"]
    if cell.get("cell_type") == "code":
        locked = bool(grader.get("grade") and grader.get("locked"))
        outputs = _Keeper(records=locked).keep(cell.get("outputs", []))
        return new_code_cell(outputs=outputs, execution_count=_count(cell), **same)
    if cell.get("cell_type") == "markdown":
        return new_markdown_cell(attachments=_harmless_attachments(cell.get("attachments")), **same)
    return new_raw_cell(**same) if cell.get("cell_type") == "raw" else None


def _harmless_grader(grader: Any) -> dict[str, Any]:
    """Return nbgrader's notes on a cell; none if its id is not one that nbgrader gives."""
    if not isinstance(grader, Mapping) or not re.fullmatch(
        r"[\w-]+", str(grader.get("grade_id", "")), re.ASCII
    ):
        return {}
    yes = {name: grader.get(name) is True for name in ("grade", "solution", "locked", "task")}
    points = grader.get("points", 0)
    worth = float(points) if isinstance(points, (int, float)) else 0.0
    return {**yes, "grade_id": str(grader["grade_id"]), "points": worth, "schema_version": 3}


def _harmless_attachments(attachments: Any) -> dict[str, dict[str, str]]:
    if not isinstance(attachments, Mapping):
        return {}
    kept = {
        str(name): {mime: held for mime, held in kinds.items() if is_picture(mime, held)}
        for name, kinds in attachments.items()
        if isinstance(kinds, Mapping)
    }
    return {name: kinds for name, kinds in kept.items() if kinds}


def quieten_files(folder: Path) -> dict[str, str]:
    """Rename files that a browser would run, where formgrader serves them from the server's own address.

    A file keeps its name if its suffix is that of plain data, and gets `.txt` after it otherwise. Links and
    special files are removed; a link's target is left alone.

    Parameters
    ----------
    folder : Path
        A student's folder below classroom/autograded.

    Returns
    -------
    dict of str to str
        What was changed: from the old path below `folder` to the new one, or to "" if it was removed.

    Raises
    ------
    OSError
        If a file cannot be renamed or removed.
    """
    changed: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        mode = path.lstat().st_mode
        if S_ISDIR(mode) and not S_ISLNK(mode):
            inner = quieten_files(path)
            changed |= {f"{path.name}/{old}": new and f"{path.name}/{new}" for old, new in inner.items()}
        elif not S_ISREG(mode):
            path.unlink()
            changed[path.name] = ""
        elif path.suffix.lower() not in PLAIN_FILES:
            try:
                changed[path.name] = path.rename(_free(path)).name
            except OSError:  # its name has no room for the suffix; the student's own file is elsewhere
                path.unlink()
                changed[path.name] = ""
    return changed


def _free(path: Path) -> Path:
    """Return a name that ends in .txt and that no file has yet."""
    new, number = path.with_name(f"{path.name}.txt"), 1
    while new.exists() or new.is_symlink():
        number += 1
        new = path.with_name(f"{path.name}.{number}.txt")
    return new
