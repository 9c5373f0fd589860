"""Serving: what opens the pages – `lab` (JupyterLab), `app` (Voilà), the app's kernels (`spare`), both begun lightly.

Nothing here loads what pages are made of: the command and the server begin at once, and only kernels need the rest.
"""
