"""How it ended: the receipt, what came of a correction file, and the outcome of an unattended run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from credtools.errors import CredtoolsError, UnknownOutcomeError
from credtools.model.changes import Counts
from credtools.model.files import FileWarning
from credtools.text import Shown, plural

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Receipt(Shown):
    """What is printed only after COMMIT."""

    batch: int
    file: str
    counts: Counts
    sha256: str
    recipe: str
    schema: str
    judgement: str
    audit_seq: int
    audit_head: str
    replayed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The keys of `receipt` in `credtools import --json`."""
        names = ("sha256", "recipe", "schema", "judgement", "audit_seq", "audit_head")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        again = " (replayed: this file was judged equally before)" if self.replayed else ""
        return (
            f"receipt of batch {self.batch}{again}: {self.counts}\n"
            f"  file {self.file} sha256 {self.sha256[:16]}… · audit {self.audit_seq} head {self.audit_head[:16]}…"
        )


@dataclass(frozen=True)
class Corrected(Shown):
    """What came of a correction file: numbers of rejects.

    `still_wrong` have an error that they had before, `newly_wrong` only others; `untouched`: rows of the file that
    nobody changed; `left_out`: open rejects of the same batches that the file doesn't hold. `repaired`: (line,
    heading) of cells that a spreadsheet had rewritten; `problems`: (line, sentence) of rows that could not be taken;
    `lines`: (reject, line of the file) of those that could; `errors`: what is wrong with them, a frame for each batch
    with the columns of `Batch.errors`, by the lines of the file. `stopped`: what kept the rows of a batch from being
    finished once others were, if anything did; what became of those is told as usual.
    """

    fixed: tuple[int, ...] = ()
    still_wrong: tuple[int, ...] = ()
    newly_wrong: tuple[int, ...] = ()
    untouched: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    repaired: tuple[tuple[int, str], ...] = ()
    problems: tuple[tuple[int, str], ...] = ()
    receipts: tuple[Receipt, ...] = ()
    lines: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    errors: tuple[pd.DataFrame, ...] = field(default=(), compare=False, repr=False)
    stopped: tuple[CredtoolsError, ...] = ()

    @property
    def verdict(self) -> str:
        """`ok`, `partial` where rows stay rejected or couldn't be taken, `failed` or `unknown` where it was stopped."""
        if self.stopped:
            return "unknown" if isinstance(self.stopped[0], UnknownOutcomeError) else "failed"
        return "partial" if self.still_wrong or self.newly_wrong or self.untouched or self.problems else "ok"

    def __add__(self, other: Corrected) -> Corrected:
        return Corrected(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def __str__(self) -> str:
        names = ("fixed", "still_wrong", "newly_wrong", "untouched", "left_out")
        counted = " · ".join(f"{len(getattr(self, name)):,} {name.replace('_', ' ')}" for name in names)
        return "\n".join([counted, *map(str, self.stopped)])


@dataclass(frozen=True, repr=False)
class Outcome(Shown):
    """How an unattended run on one file ended: verdict ok | partial | held | failed | unknown."""

    file: str
    verdict: str
    batch: int | None = None
    counts: Counts = field(default_factory=Counts)
    held_because: str | None = None
    receipt: Receipt | None = None
    notebook: str | None = None
    problem: str | None = None
    warnings: tuple[FileWarning, ...] = ()
    batches: tuple[int, ...] = ()  # all parts of a file that was divided on purpose
    held_by: tuple[str, ...] = ()  # the reasons in `held_because`, for programs
    pending: tuple[tuple[int, int], ...] = ()  # (batch, credentials) that wait for a decision
    rejected_for: tuple[tuple[str, int], ...] = ()  # of a held file: the commonest errors, each with its rows

    def __str__(self) -> str:
        lines = [f"{self.verdict}: {self.file}", str(self.counts)]
        lines += [str(part) for part in (self.held_because, self.problem, self.receipt) if part]
        if self.rejected_for:
            causes = ", ".join(f"{title} ({plural(rows, 'row')})" for title, rows in self.rejected_for)
            lines.append(f"Rejected most often for: {causes}.")
        lines += [f"Warning: {one.sentence}" for one in self.warnings]
        return "\n".join(lines)

    __repr__ = __str__

    def as_dict(self) -> dict[str, Any]:
        """The keys of `credtools import --json`."""
        return {
            "file": self.file,
            "verdict": self.verdict,
            "batch": self.batch,
            **self.counts.as_dict(),
            "warnings": [one.as_dict() for one in self.warnings],
            "held_because": self.held_because,
            "held_by": list(self.held_by),
            "rejected_for": [{"title": title, "rows": rows} for title, rows in self.rejected_for],
            "pending": [{"batch": batch, "credentials": count} for batch, count in self.pending],
            "receipt": self.receipt.as_dict() if self.receipt else None,
            "replayed": bool(self.receipt and self.receipt.replayed),
            "notebook": self.notebook,
            "problem": self.problem,
            "batches": list(self.batches) or ([self.batch] if self.batch is not None else []),
        }
