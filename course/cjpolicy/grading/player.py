"""The process that plays a student's cells, one by one, in IPython's shell; `execution` starts it apart."""

from __future__ import annotations

import base64
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from cjpolicy import charts

from .channel import Channel
from .wire import decode, encode

__all__ = ["main"]

MOST_OUTPUT = 400_000
MOST_OUTPUTS = 200
CUT = "\n[The rest of this cell's output was cut off.]\n"
NO_COMMANDS = "Commands of the shell are not run while work is marked.\n"


class TooLong(KeyboardInterrupt):
    """A cell or a call has used up its time; not an Exception, so that few programs catch it by mistake."""


class Outputs:
    """What a cell puts out, as a notebook keeps it, up to a limit."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget what has come so far."""
        self.items: list[dict[str, Any]] = []
        self.size = 0
        self.cut = False

    def add(self, output: dict[str, Any], size: int) -> None:
        """Keep one output, unless there are too many or they are too large."""
        self.size += size
        if self.size <= MOST_OUTPUT and len(self.items) < MOST_OUTPUTS:
            self.items.append(output)
        elif not self.cut:
            self.cut_off()

    def cut_off(self) -> None:
        """Say that the rest is not kept."""
        self.cut = True
        self.items.append({"output_type": "stream", "name": "stdout", "text": CUT})

    def write(self, name: str, text: str) -> None:
        """Keep what was written to a stream, together with what came before it."""
        if self.cut or not text:
            return
        kept = text[: max(MOST_OUTPUT - self.size, 0)]
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last.get("name") == name:
            last["text"] += kept
            self.size += len(kept)
        else:
            self.add({"output_type": "stream", "name": name, "text": kept}, len(kept))
        if len(kept) < len(text):
            self.cut_off()

    def show(self, kind: str, data: Any, metadata: Any) -> None:
        """Keep a display or a result by its MIME types."""
        plain = {str(mime): _jsonable(value) for mime, value in dict(data).items()}
        output = {"output_type": kind, "data": plain, "metadata": _jsonable(metadata or {})}
        self.add(output, sum(len(str(value)) for value in plain.values()))

    def fail(self, name: str, said: str, lines: list[str]) -> None:
        """Keep an error."""
        lines = [line[:4000] for line in lines[-60:]]
        self.add(
            {"output_type": "error", "ename": name[:200], "evalue": said[:4000], "traceback": lines},
            sum(map(len, lines)),
        )


def _jsonable(value: Any) -> Any:
    """Give what JSON can say of a part of an output."""
    if isinstance(value, dict):
        return {str(key): _jsonable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


class Stream(io.TextIOBase):
    """Standard output or error of a cell."""

    def __init__(self, name: str, outputs: Outputs) -> None:
        self._name = name
        self._outputs = outputs

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """What Python's own streams say."""
        return "utf-8"

    def writable(self) -> bool:
        """Say that one can write here."""
        return True

    def write(self, text: str) -> int:
        """Take a text."""
        self._outputs.write(self._name, str(text))
        return len(text)


class Publisher(DisplayPublisher):
    """Where `display` goes."""

    outputs: Outputs

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **options: Any) -> None:
        """Keep a display."""
        self.outputs.show("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        """Forget what has been put out."""
        self.outputs.clear()


class Hook(DisplayHook):
    """Where the value of a cell's last line goes."""

    outputs: Outputs

    def write_output_prompt(self) -> None:
        """Write none: a notebook has its own."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Keep a result."""
        self.outputs.show("execute_result", format_dict, md_dict)

    def finish_displayhook(self) -> None:
        """Write no line's end."""


class Shell(InteractiveShell):
    """IPython's shell, whose every output is kept."""

    outputs: Outputs

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        if etype is not TooLong:  # which is told in words of its own
            self.outputs.fail(str(getattr(etype, "__name__", etype)), str(evalue), stb)

    def system(self, cmd: str) -> None:
        """Run nothing: `!ls` in a cell must not stop the rest of it."""
        self.outputs.write("stderr", NO_COMMANDS)

    system_raw = system_piped = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Run nothing."""
        self.outputs.write("stderr", NO_COMMANDS)
        return [] if split else ""


def new_shell(outputs: Outputs) -> Shell:
    """Start IPython as a notebook has it, without history, start-up files or colours of a terminal."""
    Shell.outputs = Publisher.outputs = Hook.outputs = outputs
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.display_pub_class = Publisher
    config.InteractiveShell.displayhook_class = Hook
    shell: Shell = Shell.instance(
        config=config, display_pub_class=Publisher, displayhook_class=Hook, user_ns={}
    )
    sys.stdout, sys.stderr = Stream("stdout", outputs), Stream("stderr", outputs)
    return shell


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the block when its time is up, and each second from then on.

    A cell may switch this off; then whoever runs this process ends it.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    running = True

    def late(number: int, frame: Any) -> None:
        if running:  # a signal may still come after the block has ended
            raise TooLong("The time is up.")

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)


class Player:
    """Answers the requests of `execution`: to play a cell, to give values, to call a function.

    Parameters
    ----------
    channel : Channel
        To the process that marks.
    """

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.outputs = Outputs()
        self.shell = new_shell(self.outputs)
        charts.register()  # the package was imported before there was a shell to draw in
        self.handles: list[Any] = []

    def serve(self) -> None:
        """Answer requests until there are no more."""
        self.channel.send({"ready": True})
        while True:
            request = self.channel.receive()
            answer = getattr(self, f"do_{request['do']}")(request)
            self.channel.send(answer)

    def do_cell(self, request: dict[str, Any]) -> dict[str, Any]:
        """Play one cell, and give its outputs."""
        self.outputs.clear()
        late = False
        try:
            with time_limit(request["seconds"]):
                result = self.shell.run_cell(request["source"], store_history=True)
            late = isinstance(result.error_in_exec, TooLong)
        except TooLong:
            late = True
        except BaseException as why:  # what IPython itself lets through, such as a hook that fails
            self.outputs.fail(type(why).__name__, str(why), [])
        if late:
            said = f"This cell took longer than {request['seconds']:g} seconds and was stopped."
            self.outputs.fail("CellTimeoutError", said, [f"CellTimeoutError: {said}"])
        return {"outputs": self.outputs.items, "late": late}

    def do_get(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give the values of some names, each as data; a name that does not exist is left out."""
        values: dict[str, Any] = {}
        names = self.shell.user_ns
        for name in (name for name in request["names"] if name in names):
            try:
                with self._quietly(request["seconds"]):
                    values[name] = encode(names[name], self.handles)
            except TooLong:
                values[name] = {"t": "other", "n": "value", "r": "that takes too long to read"}
        return {"values": values}

    def do_call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call a function, and give what it returned or raised."""
        function = self.handles[request["handle"]]
        arguments = [decode(each, _no_call) for each in request["arguments"]]
        named = {name: decode(each, _no_call) for name, each in request["named"].items()}
        try:
            with self._quietly(request["seconds"]):
                return {"returned": encode(function(*arguments, **named), self.handles)}
        except BaseException as why:
            # Only Python's own kinds are known over there; a class that merely has such a name is none.
            kinds = [kind.__name__ for kind in type(why).__mro__ if kind.__module__ == "builtins"]
            return {
                "raised": [type(why).__name__, *kinds],
                "said": _said(why),
                "late": isinstance(why, TooLong),
            }

    def do_file(self, request: dict[str, Any]) -> dict[str, Any]:
        """Write one support file below the working folder."""
        path = PurePosixPath(request["path"])
        if len(path.parts) > 1:
            os.makedirs(path.parent, exist_ok=True)
        with open(path, "ab") as file:
            file.write(base64.b64decode(request["content"]))
        return {}

    @contextmanager
    def _quietly(self, seconds: float) -> Iterator[None]:
        """Drop what a student's code puts out while it is asked for an answer."""
        try:
            with time_limit(seconds):
                yield
        finally:
            self.outputs.clear()


def _said(why: BaseException) -> str:
    try:
        return str(why)[:2000]
    except BaseException:
        return ""


def _no_call(*_: Any) -> Any:
    raise TypeError("Functions do not cross in this direction.")


def limited(memory: int, seconds: int) -> None:
    """Bound this process for good: it cannot raise these limits again.

    Parameters
    ----------
    memory : int
        Bytes of address space.
    seconds : int
        Seconds of the processor.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limits; it has no sandbox either
        return
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 64 << 20),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (least, least))


def own_channel() -> Channel:
    """Take standard input and output for the conversation, and leave nothing in their places."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    reading: BinaryIO = os.fdopen(incoming, "rb")
    writing: BinaryIO = os.fdopen(outgoing, "wb")
    return Channel(reading, writing)


def main() -> None:
    """Play cells; the arguments are the bounds on memory (bytes) and on the processor (seconds)."""
    memory, seconds = map(int, sys.argv[1:3])
    channel = own_channel()
    limited(memory, seconds)
    player = Player(channel)
    # As in JupyterLab, a student's own modules are found beside the notebook.
    sys.path.insert(0, "")
    sys.argv[1:] = []
    player.serve()


if __name__ == "__main__":
    main()
