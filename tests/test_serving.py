"""Serving: the app shows its own pages, and nothing else, to whoever has its token."""

from __future__ import annotations

import base64
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import psutil
import pytest

from tests.builders import new_organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = b"quilla.wren@birds.example"
KINDS = (
    "png",
    "jpg",
    "gif",
    "svg",
    "pdf",
    "csv",
    "xlsx",
    "db",
    "toml",
    "html",
    "js",
    "py",
    "txt",
    "webp",
    "md",
    "woff2",
)
FILES = (*(f"scan.{kind}" for kind in KINDS), "SCAN.PNG", ".env", ".scan.png", "runs/scan.png", "link.png", "own.ipynb")
PLACES = (  # where servers of Jupyter and Voilà hand out files, and each way round
    *("", "files/", "view/", "tree/", "nbconvert/html/", "notebooks/", "static/", "api/contents/", "voila/files/"),
    *("voila/render/", "voila/tree/", "voila/static/", "voila/api/contents/", "voila/labextensions/"),
    *("voila/templates/credtools/static/", "voila/templates/../static/", "voila/api/themes/"),
)
UPWARDS = ("../" * 12, "..%2f" * 12, "%2e%2e/" * 12, "..%5c" * 12, "....//" * 12, "/")
ASSET = "voila/static/voila.js"
ELSEWHERE = ("evil.example", "127.0.0.1.evil.example", "10.1.2.3", "0.0.0.0:80")


class Answer(NamedTuple):
    """What was answered, where it leads, what it holds, what the browser is to send along from then on."""

    status: int
    leads_to: str | None
    content: bytes
    cookie: str


class App(NamedTuple):
    """A running app: its folder, where it listens, its token."""

    folder: Path
    port: int
    token: str

    def asked(self, path: str, *, key: bool = False, **headers: str) -> Answer:
        """The answer to one request, as a program sends it that normalises nothing."""
        given = {"Authorization": f"token {self.token}"} if key else {}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", f"/{path}", headers=given | headers)
            got = connection.getresponse()
            return Answer(got.status, got.headers.get("Location"), got.read(), got.headers.get("Set-Cookie", ""))

    def connected(self, kernel: str, **headers: str) -> int:
        """How a websocket is answered: 101 when it is opened."""
        asked = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        asked["Sec-WebSocket-Key"] = base64.b64encode(bytes(16)).decode()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", f"/api/kernels/{kernel}/channels", headers=asked | headers)
            return connection.getresponse().status


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app as people start it, in a folder in which files of every kind lie."""
    folder = tmp_path_factory.mktemp("served")
    new_organisation(f"sqlite:///{folder / 'credtools.db'}", folder)
    (folder / "runs").mkdir(exist_ok=True)
    for name in FILES:
        if name == "link.png":
            (folder / name).symlink_to(folder / "scan.png")
        else:
            (folder / name).write_bytes(SECRET)
    command = [sys.executable, "-m", "credtools", "app", "--no-browser"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        address = urlsplit(process.stdout.readline().split()[-1])
        yield App(folder, address.port or 0, address.query.removeprefix("token="))
        process.terminate()
        assert process.wait(30) == 0


def test_no_file_of_the_folder_is_served(app: App) -> None:
    """Whatever it is and however it is asked for, with the token or without: what lies in the folder isn't a page."""
    asked = [(f"{place}{name}", True) for place in PLACES for name in FILES]
    asked += [(f"{place}{up}{app.folder}/scan.png", True) for place in PLACES for up in UPWARDS]
    asked += [(f"{place}scan.{kind}", False) for place in PLACES for kind in ("png", "csv")]
    for path, key in asked:
        answer = app.asked(path, key=key)
        assert SECRET not in answer.content, (path, key)
        assert answer.status in ((403, 404) if key else (302, 403, 404)), (path, key, answer.status)


def test_without_the_token_there_is_only_the_way_in(app: App) -> None:
    """Pages lead to the page that asks for the token, which leads nowhere outside; all else is refused."""
    page = app.asked("voila/render/upload.ipynb?theme=dark")
    assert (page.status, page.leads_to) == (302, "/login?next=%2Fvoila%2Frender%2Fupload.ipynb%3Ftheme%3Ddark")
    way_in = app.asked("login")
    assert way_in.status == 200
    assert b"http" not in way_in.content
    for path in ("", ASSET, "voila/labextensions/x/x.js", "voila/api/themes/x/x.css", f"{ASSET}?token=x"):
        assert app.asked(path).status == 302, path
    assert app.asked(ASSET, key=True).status == 200
    assert app.asked("", key=True).status == 200


def test_only_the_shipped_pages_are_opened(app: App) -> None:
    """Opening a notebook runs it: one of the folder that isn't a page, like the import, doesn't run by an address."""
    for name in ("import.ipynb", "own.ipynb", "runs/own.ipynb", "./upload.ipynb", "upload.ipynb/", "../upload.ipynb"):
        assert app.asked(f"voila/render/{name}", key=True).status in (403, 404), name


def test_under_another_name_nothing_answers(app: App) -> None:
    """A page of the outside whose name was made to lead to this machine gets nothing, even with the token."""
    for host in ELSEWHERE:
        for path in ("login", ASSET, "", "voila/render/upload.ipynb", "voila/files/scan.png"):
            assert app.asked(path, key=True, Host=host).status in (403, 404), (host, path)
    for host in ("localhost", f"localhost:{app.port}", f"127.0.0.1:{app.port}"):
        assert app.asked(ASSET, key=True, Host=host).status == 200, host


def test_under_another_origin_nothing_answers(app: App) -> None:
    """A page of the outside gets nothing, not even with the token or the cookie that the browser sends along."""
    page = app.asked("voila/render/audit.ipynb", key=True)
    kernel = re.findall(rb'kernelId": "([0-9a-f-]{36})"', page.content)[0].decode()
    own, known = f"http://127.0.0.1:{app.port}", {"Cookie": page.cookie}
    assert app.asked(ASSET, **known).status == 200
    assert app.connected(kernel, Origin=own, **known) == 101
    assert app.connected(kernel, Origin=own) == 403
    assert app.connected(kernel, Origin=own, Host="evil.example", **known) == 403
    for origin in ("http://evil.example", "null", "https://127.0.0.1", f"http://localhost:{app.port}"):
        assert app.connected(kernel, Origin=origin, **known) == 403, origin
        assert app.asked(ASSET, key=True, Origin=origin, **known).status == 403, origin
        assert app.asked(f"api/kernels/{kernel}", Origin=origin, **known).status == 403, origin


@pytest.mark.parametrize("killed", ["command", pytest.param("server", marks=pytest.mark.long)])
def test_nothing_serves_on_or_is_left_when_it_is_killed(killed: str, tmp_path: Path) -> None:
    """A killed command can't end its server, so that does it itself, and kernels with it.

    What lay in the folder for temporary files goes, too, at the latest when the next one starts.
    """
    folder, temporaries = tmp_path / "organisation", tmp_path / "t"
    folder.mkdir()
    temporaries.mkdir()
    new_organisation(f"sqlite:///{folder / 'credtools.db'}", folder)
    command = [sys.executable, "-m", "credtools", "app", "--no-browser"]
    here = {**os.environ, "TMPDIR": str(temporaries)}
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=here) as process:
        assert process.stdout
        port = urlsplit(process.stdout.readline().split()[-1]).port
        assert [path for path in temporaries.rglob("kernel-*.json") if path.stat().st_mode & 0o077] == []
        if killed == "command":
            process.kill()
        else:
            below = psutil.Process(process.pid).children()
            next(one for one in below if "credtools.serving.pages" in one.cmdline()).kill()
    wait_until(port, listening=False)
    subprocess.run([sys.executable, "-c", "from credtools import temporary; temporary.clear()"], env=here, check=True)
    assert list(temporaries.iterdir()) == []


def wait_until(port: int | None, *, listening: bool) -> None:
    """Until somebody listens on the port, or nobody does any more."""
    deadline = time.monotonic() + 60
    found = not listening
    while found != listening:
        assert time.monotonic() < deadline, port
        time.sleep(0.1)
        try:
            socket.create_connection(("127.0.0.1", port or 0)).close()
            found = True
        except ConnectionRefusedError:
            found = False


@pytest.mark.long
def test_lab_hands_nothing_out_without_its_token(tmp_path: Path) -> None:
    """JupyterLab shows the folder, to whoever has its token only, asked under this machine's name."""
    new_organisation(f"sqlite:///{tmp_path / 'credtools.db'}", tmp_path)
    (tmp_path / "scan.png").write_bytes(SECRET)
    command = [sys.executable, "-m", "credtools", "lab", "--no-browser", "--ServerApp.port=0"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            said = next(line.split()[-1] for line in process.stderr if "127.0.0.1" in line and "token=" in line)
            address = urlsplit(said)
            wait_until(address.port, listening=True)
            lab = App(tmp_path, address.port or 0, address.query.removeprefix("token="))
            for path in [f"{place}scan.png" for place in PLACES] + ["lab", "doc/tree/upload.ipynb", "api/contents"]:
                for answer in (lab.asked(path), lab.asked(path, key=True, Host="evil.example")):
                    assert SECRET not in answer.content, path
                    assert answer.status in (302, 403, 404), path
            cookie = lab.asked("lab", key=True).cookie
            assert lab.asked("api/contents", Cookie=cookie).status == 200
            assert lab.asked("api/contents", Cookie=cookie, Origin="http://evil.example").status == 404
            assert lab.asked("files/scan.png", key=True).content == SECRET
        finally:
            process.terminate()
            process.stderr.read()
