"""Refusals: why a file is no medium that can be kept; each a whole sentence: what, where, what to do."""

from __future__ import annotations

# {file}: its name within what was given; {what}: what the finder adds.
SENTENCES = {
    "no_medium": "{file} ends in {what}, but only PDF, JPEG and PNG files are kept; save it as one of these.",
    "other_kind": "{file} holds a {what}, which its name doesn't say; give it the right ending.",
    "no_kind": "{file} doesn't begin like a {what}, which its name promises; save it again as what it should be.",
    "two_kinds": "{file} is a medium and {what} at once, as harmful files are; save or print it anew and add that.",
    "damaged": "{file} isn't a proper, complete {what}; open it, save or print it anew, and add that.",
    "locked": "{file} is encrypted or restricted by a password; save it without, and add that.",
    "active": "{file} contains {what}; print it to a new PDF and add that.",
    "pages": "{file} has {what} pages, but must have between 1 and 500; add only the pages that count.",
    "too_many_pixels": "{file} has a picture of {what} pixels, but at most 64 million are read; save it smaller.",
    "too_costly": "{file} took more than the {what} that are allowed; save or print it anew, and smaller.",
    "too_large": "{file} has more than the 25 MB that one file may have; save it smaller.",
    "empty": "{file} is empty; add the file again.",
    "name": "{file} leads out of its folder, or its name holds characters that nobody sees; rename it.",
    "same_name": "{file} has the same name as another file with other content; rename one of them.",
    "taken": "{file} has the same name as another file that line {what} has already; rename it, or remove that one.",
    "link": "{file} is a link or a device, not a file; add the file itself.",
    "unreadable": "{file} can't be read ({what}); mend that and add it again.",
    "inner_zip": "{file} is an archive among the files; add what it holds, or add it by itself when it is a zip.",
    "inner_locked": "{file} is encrypted in the zip; pack it without a password.",
    "inner_damaged": "{file} is damaged in the zip; pack it again.",
    "inner_method": "{file} is packed in a way that isn't read here; pack it as an ordinary zip.",
    "inner_ratio": "{file} unpacks to more than 200 times its packed size, as bombs do; add it unpacked.",
    "zip_damaged": "{file} is damaged or no zip; pack it again.",
    "zip_size": "{file} has more than the 200 MB that a zip may have; divide it.",
    "zip_entries": "{file} has more entries than the 50,000 that are read; divide it.",
    "zip_bytes": "{file} unpacks to more than 1,024 MB; divide it.",
    "zip_overlap": "{file} holds files that share the same bytes, as bombs do; pack it again.",
}


class Refused(Exception):  # noqa: N818 - it is an answer about one file, not a fault
    """A file, or a zip as a whole, isn't taken: the code of a sentence, and what to say in it."""

    def __init__(self, code: str, what: object = "") -> None:
        super().__init__(code)
        self.code = code
        self.what = what

    def sentence(self, file: str) -> str:
        """The sentence about the file of this name."""
        return SENTENCES[self.code].format(file=repr(file), what=self.what)
