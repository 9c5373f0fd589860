"""Widgets: the steps of the upload, for people with a mouse or a keyboard. Values come from Batch, never from store."""

from credtools.widgets.upload import upload

__all__ = ["upload"]
