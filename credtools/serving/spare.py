"""Spare: the kernels of the app's server – one is ready before its page is asked for, and each ends with its page.

Voilà can keep kernels ready itself, but one for each notebook in the folder, and with the page as it was then. Its own
request to end one when the page is left is refused, since it doesn't show that it comes from a page. The server listens
on this machine only, where a connection isn't lost by itself: without one the page is gone.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import IOLoop

FILL_SECONDS = 3.0  # the page that took the last one is drawn first
READY_SECONDS = 60.0
LEFT_SECONDS = 2.0  # a page that connects again at once hasn't been left
COME_SECONDS = 180.0  # until a page has connected; it may have been left before it was drawn
# What every page needs; no registry yet, which is to be seen as it is when the page is opened.
LOADS = "import credtools.registry, credtools.runs.parameters, credtools.jupyter"


class SpareKernels(AsyncMappingKernelManager):
    """Gives a page a kernel that has loaded credtools already, and gets the next one ready."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._spare: asyncio.Task[str] | None = None
        self._loading: asyncio.Task[None] | None = None
        IOLoop.current().add_callback(self._fill)

    async def start_kernel(self, **given: Any) -> str:
        """A kernel for a page: the spare one, or, for a notebook elsewhere, a new one."""
        taken = None
        if not given.get("path"):
            taken, self._spare = self._spare, None
            IOLoop.current().call_later(FILL_SECONDS, self._fill)
        ready = await taken if taken else ""
        used = ready if ready in self else str(await super().start_kernel(**given))
        self._end_later(used, COME_SECONDS)
        return used

    def notify_disconnect(self, kernel_id: str) -> None:
        """A page has closed its connection, or its browser has gone."""
        super().notify_disconnect(kernel_id)
        self._end_later(kernel_id, LEFT_SECONDS)

    def _end_later(self, kernel_id: str, after: float) -> None:
        IOLoop.current().call_later(after, self._end, kernel_id)

    async def _end(self, kernel_id: str) -> None:
        """Ends a kernel if no page is connected to it."""
        if kernel_id in self and not self._kernel_connections.get(kernel_id):
            await self.shutdown_kernel(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Ends a kernel that no page uses any more; the spare one waits for its page."""
        spare = self._spare
        if not (spare and spare.done() and not spare.exception() and spare.result() == kernel_id):
            await super().cull_kernel_if_idle(kernel_id)

    def _fill(self) -> None:
        if self._spare is None:
            self._spare = asyncio.ensure_future(self._made())

    async def _made(self) -> str:
        """A kernel that soon has loaded what pages need."""
        looked_at = {"VOILA_REQUEST_URL": ""}  # by which the notebooks know that somebody can click
        made = str(await super().start_kernel(path="", env={**os.environ, **looked_at}))
        self._loading = asyncio.ensure_future(self._load(made))
        return made

    async def _load(self, kernel_id: str) -> None:
        client = self.get_kernel(kernel_id).client()
        client.start_channels()
        with suppress(RuntimeError, TimeoutError):  # it was ended before
            await client.wait_for_ready(timeout=READY_SECONDS)
            await client.execute(LOADS, silent=True, reply=True, timeout=READY_SECONDS)
        client.stop_channels()
