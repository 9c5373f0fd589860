"""Pages: the app's server – Voilà with our pages and nothing else, for whoever has the token, as this machine's own.

Voilà by itself hands pictures of the folder to anybody, under whatever name of a host it is asked; scans lie there.
So a route is served only if it is named here, and each asks for the token: what a later Voilà adds stays out.
"""

from __future__ import annotations

import sys
from typing import Any

from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyterlab_server.themes_handler import ThemesHandler
from tornado import web
from tornado.ioloop import IOLoop
from voila.app import Voila
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from credtools.serving.lab import PAGES

SERVED = (
    *(TornadoVoilaHandler, TornadoVoilaTreeHandler, KernelHandler, VoilaKernelWebsocketHandler),
    *(TemplateStaticFileHandler, MultiStaticFileHandler, FileFindHandler, ThemesHandler),  # of installed packages
)
RENDERED = f"/voila/render/((?:{'|'.join(PAGES)})\\.ipynb)"


class Pages(Voila):
    """Serves our pages; ends when whoever started it has ended, however that was (its stdin is closed then)."""

    def init_settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = super().init_settings()
        settings["allow_remote_access"] = False
        settings["jinja2_env"] = settings["voila_jinja2_env"]  # sign-in and errors look like the rest, nothing outside
        settings["log_function"] = lambda _: None  # addresses hold the token
        return settings

    def init_handlers(self) -> list[tuple[Any, ...]]:
        elsewhere = {TornadoVoilaHandler: RENDERED, TornadoVoilaTreeHandler: self.server_url}  # no lists of the folder
        kept = [rule for rule in super().init_handlers() if rule[1] in SERVED]
        sign_in = self.identity_provider.get_handlers()
        return [(elsewhere.get(of, route), _own(of), *given) for route, of, *given in (*kept, *sign_in)]

    def listen(self) -> None:
        IOLoop.current().add_handler(sys.stdin.fileno(), self._started_by_nobody, IOLoop.READ)
        super().listen()

    def _started_by_nobody(self, *_: object) -> None:
        IOLoop.current().remove_handler(sys.stdin.fileno())
        IOLoop.current().stop()


class Own(JupyterHandler):
    """Answers the app's own pages: whoever asks for this machine by its name, and no page from elsewhere."""

    def check_host(self) -> bool:
        origin = self.request.headers.get("Origin")
        return bool(super().check_host()) and origin in (None, f"http://{self.request.host}")


class OwnFile(Own):
    """A file of an installed package, for whoever has shown the token."""

    def get(self, path: str, include_body: bool = True) -> Any:  # noqa: FBT001, FBT002 - Tornado's
        if ".." in path.replace("\\", "/").split("/"):
            raise web.HTTPError(404)  # Voilà's handlers stumble over some
        return super().get(path, include_body)


def _own(handler: type[web.RequestHandler]) -> type[web.RequestHandler]:
    ours = OwnFile if issubclass(handler, web.StaticFileHandler) else Own
    return type(handler.__name__, (ours, handler), {})


if __name__ == "__main__":
    Pages.launch_instance()
