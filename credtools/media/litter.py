"""Litter: what systems and programs leave among people's files; nobody has put it there, so it is skipped.

Judged by the name alone. Sources: the published ignore lists of Windows, macOS, Linux, Dropbox, Synology and QNAP, the
lock and temporary files of Microsoft Office and LibreOffice, unfinished downloads of browsers, version control.
"""

from __future__ import annotations

import re

FOLDERS = {
    *("__macosx", ".appledouble", ".spotlight-v100", ".trashes", ".fseventsd", ".temporaryitems"),  # macOS
    *(".documentrevisions-v100", ".apdisk"),
    *("$recycle.bin", "recycler", "system volume information"),  # Windows
    *("@eadir", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", ".@__thumb"),  # network drives
    *(".git", ".svn", ".hg", ".bzr", ".jj"),  # version control
    *(".thumbnails", ".dropbox.cache", ".tmp.drivedownload", ".tmp.driveupload"),
}
FILES = {
    *(".ds_store", ".localized", ".volumeicon.icns", "icon\r", "icon\uf00d"),  # macOS; as other systems see the second
    *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini"),  # Windows
    *(".git", ".gitignore", ".gitattributes", ".gitkeep", ".gitmodules", ".hgignore"),  # version control
    *(".directory", ".nomedia", ".hidden", ".picasa.ini", "picasa.ini", ".dropbox", ".dropbox.attr"),
}
NAMES = (  # of files and folders
    r"\._[^/]*"  # the second half of a file from macOS
    r"|~\$[^/]*|\.~lock\.[^/]*#"  # open in Microsoft Office, in LibreOffice
    r"|\.nfs[0-9a-f]+|\.fuse_hidden[^/]*|\.trash-\d+"
    r"|syno(file|photo)_thumb_[^/]*"
)
# Not whole yet, or of a program while it works (Word's ~WRL0001.tmp); of folders only Safari's downloads, since
# people may call a folder so.
UNFINISHED = r"[^/]+\.(crdownload|part|partial|download|opdownload|tmp)|\.com\.google\.chrome\.[^/]+"
DOWNLOADS = r"[^/]+\.(pdf|jpe?g|png|hei[cf]|webp|avif|tiff?|zip)\.download"
FOUND = re.compile(
    rf"/(({'|'.join(map(re.escape, sorted(FOLDERS)))}|{NAMES}|{DOWNLOADS})/"
    rf"|({'|'.join(map(re.escape, sorted(FILES)))}|{NAMES}|{UNFINISHED})\Z)"
)
# Streams of a file as other systems see them: marks of downloads, attributes.
STREAM = re.compile(
    r".*([:\uf03a](zone\.identifier|encryptable|smartscreen|com\.[\w.]+|synoeastream|rsrc)(:\$data)?|@syno(eastream|resource))",
    re.DOTALL,
)


def is_litter(name: str) -> bool:
    """Whether a file of this name, with the folders before it, is left by a system or a program."""
    name = f"/{name.lower()}".replace("\\", "/")
    streams = ":" in name or "\uf03a" in name or "@syno" in name
    return bool(FOUND.search(name) or (streams and STREAM.fullmatch(name)))
