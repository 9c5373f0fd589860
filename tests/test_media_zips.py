from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from credtools.cli import main
from credtools.errors import FileError
from credtools.media.code_pages import PAGES, settled
from credtools.media.files import gathered
from credtools.media.litter import is_litter
from credtools.media.matching import Attached, Match, Row, by_column, by_pattern
from credtools.model import Place
from credtools.registry import Registry
from tests.builders import ANA, export, only_sqlite
from tests.clicks import Clicks
from tests.pictures import filled, pdf, zipped

HEADINGS = "User email,Credential type,Issue date,Media"


def packed(path: Path, files: Mapping[bytes, bytes], extra: Mapping[bytes, bytes] | None = None) -> Path:
    """A zip whose names are these bytes, without a word about their code page."""
    instead = {name: f"~{k}~".ljust(len(name), "0") for k, name in enumerate(files)}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(instead[name])
            entry.extra = (extra or {}).get(name, b"")
            archive.writestr(entry, content)
    whole = path.read_bytes()
    for name, other in instead.items():
        assert whole.count(other.encode()) == 2
        whole = whole.replace(other.encode(), name)
    path.write_bytes(whole)
    return path


def unicode_path(name: bytes, told: str, version: int = 1) -> bytes:
    """The extra field that says a name in UTF-8."""
    content = struct.pack("<BL", version, zlib.crc32(name)) + told.encode()
    return struct.pack("<HHB", 0x5455, 1, 0) + struct.pack("<HH", 0x7075, len(content)) + content


def row(line: int, *names: str, **more: object) -> Row:
    told: dict[str, object] = {"key": line, "values": {"credential_type": names[0]}, **more}
    return Row(line=line, place=Place(1, line, 1), names=names, **told)  # type: ignore[arg-type]


def read_as(path: Path, match: Match) -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
    """The names as they are taken, and what is said of code pages."""
    with gathered([path]) as given:
        files, told = settled(given, match.places)
        assert {file.read() for file in files} <= {pdf()}
    return [file.name for file in files], [(names.code_page, names.candidates) for names in told]


# --- code pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("cp850", ("Ærø Ålborg.pdf", "François.pdf")),
        ("cp852", ("Šimek Dvořák.pdf", "Łukasz Żak.pdf")),
        ("cp866", ("Иванов.pdf", "Щукин.pdf")),
        ("cp932", ("表彰状 ソ.pdf", "証明書.pdf")),  # with a backslash in a letter
        ("gbk", ("张伟证书.pdf", "一些.pdf")),
        ("cp949", ("김철수.pdf", "자격증.pdf")),
        ("cp1251", ("Иванов.pdf", "Ёлкин.pdf")),
        ("cp1252", ("Ærø.pdf", "François.pdf")),
        ("cp1250", ("Łukasz.pdf", "Šimek.pdf")),
        ("cp737", ("Αθήνα.pdf", "Ωμέγα.pdf")),
        ("mac_roman", ("Zoë Ærø.pdf", "François.pdf")),
    ],
)
def test_the_code_page_in_which_names_fit_rows_is_taken_for_the_whole_zip(
    tmp_path: Path, page: str, names: tuple[str, ...]
) -> None:
    """Also for the names that fit no row, and it is said."""
    match = by_column([row(2, names[0]), row(3, "other.pdf")])
    path = packed(tmp_path / "a.zip", {name.encode(page): pdf() for name in (*names, "plain.pdf")})
    found, told = read_as(path, match)
    assert set(found) == {*names, "plain.pdf"}
    assert told == [(page, ())]


def test_code_pages_in_which_the_same_names_fit(tmp_path: Path) -> None:
    """What fits is certain; of other names only what all these code pages read alike."""
    files = dict.fromkeys(("Šimek.pdf", "Müller.pdf", "Łukasz.pdf"), pdf())
    path = packed(tmp_path / "a.zip", {name.encode("cp1250"): content for name, content in files.items()})
    found, told = read_as(path, by_column([row(2, "Šimek.pdf")]))
    assert set(found) == {"Šimek.pdf", "Müller.pdf", "Łukasz.pdf".encode("cp1250").decode("cp437")}
    assert {"cp1252", "cp1250"} <= set(told[0][1])


def test_names_that_the_format_reads_are_nothing_to_say(tmp_path: Path) -> None:
    """A zip that doesn't tell has cp437 by the format: what fits as it is shown needs no word."""
    path = packed(tmp_path / "a.zip", {"Zoë Müller.pdf".encode("cp850"): pdf()})
    assert read_as(path, by_column([row(2, "Zoë Müller.pdf")])) == (["Zoë Müller.pdf"], [])


def test_two_code_pages_that_fit_different_rows_decide_nothing(tmp_path: Path) -> None:
    """One name fits a row in one code page and another row in another: it is shown as before, both are named."""
    raw = b"\xe4.pdf"
    rows = [row(2, raw.decode("cp1252")), row(3, raw.decode("cp1251"))]
    found, told = read_as(packed(tmp_path / "a.zip", {raw: pdf()}), by_column(rows))
    assert found == [raw.decode("cp437")]
    (code_page, candidates) = told[0]
    assert code_page == ""
    assert {"cp1252", "cp1251"} <= set(candidates)


@only_sqlite
def test_a_zip_that_nobody_can_read_for_sure_is_no_success(
    registry: Registry, registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person must decide ends with 1, as with files that fit several rows: a schedule mustn't go on."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    raw = b"\xe4.pdf"
    people = {"ana": "cp1252", "ben": "cp1251"}
    rows = (f"{name}@example.org,First Aid,2026-01-01,{raw.decode(page)}" for name, page in people.items())
    registry.upload(export(tmp_path, *rows, headings=HEADINGS)).finish()
    path = packed(tmp_path / "a.zip", {raw: pdf()})
    assert CliRunner().invoke(main, ["media", "1", str(path)]).exit_code == 1


def test_code_pages_that_fit_some_of_the_names_decide_nothing_together(tmp_path: Path) -> None:
    """A zip is read in one code page only: names that would need two are not put together."""
    names = {"Šimek.pdf".encode("cp852"): pdf(), "Щукин.pdf".encode("cp866"): pdf()}
    found, told = read_as(packed(tmp_path / "a.zip", names), by_column([row(2, "Šimek.pdf"), row(3, "Щукин.pdf")]))
    assert set(found) == {name.decode("cp437") for name in names}
    assert [code_page for code_page, _ in told] == [""]


def test_names_that_fit_no_row_are_shown_as_before(tmp_path: Path) -> None:
    """The code pages in which they are made of letters are named; nothing is chosen by how likely letters are."""
    raw = "Šimek.pdf".encode("cp852")
    found, told = read_as(packed(tmp_path / "a.zip", {raw: pdf()}), by_column([row(2, "other.pdf")]))
    assert found == [raw.decode("cp437")]
    assert told[0][0] == ""
    assert "cp852" in told[0][1]


def test_a_rejected_row_tells_the_code_page_too(tmp_path: Path) -> None:
    """Which row a name belongs to is another question than whether that row is accepted."""
    match = by_pattern("{credential_type}", [row(2, "Šimek", usable=False)])
    assert read_as(packed(tmp_path / "a.zip", {"Šimek.pdf".encode("cp852"): pdf()}), match)[1] == [("cp852", ())]


def test_two_bytes_that_are_utf_8_by_chance(tmp_path: Path) -> None:
    """Some Chinese names are proper UTF-8, too: the rows decide; without a row they are UTF-8, and nothing is said."""
    path = packed(tmp_path / "a.zip", {"一些.pdf".encode("gbk"): pdf()})
    assert read_as(path, by_column([row(2, "一些.pdf")])) == (["一些.pdf"], [("gbk", ())])
    assert read_as(path, by_column([row(2, "һЩ.pdf")])) == (["һЩ.pdf"], [])
    assert read_as(path, by_column([row(2, "other.pdf")])) == (["һЩ.pdf"], [])


def test_each_zip_has_its_own_code_page(tmp_path: Path) -> None:
    """A large export comes in several zips, and those of two people in two code pages."""
    packed(tmp_path / "a.zip", {"Šimek.pdf".encode("cp852"): pdf()})
    packed(tmp_path / "b.zip", {"Щукин.pdf".encode("cp866"): pdf()})
    match = by_column([row(2, "Šimek.pdf"), row(3, "Щукин.pdf")])
    with gathered([tmp_path / "a.zip", tmp_path / "b.zip"]) as given:
        files, told = settled(given, match.places)
    assert [file.name for file in files] == ["Šimek.pdf", "Щукин.pdf"]
    assert {(names.zip, names.code_page) for names in told} == {("a.zip", "cp852"), ("b.zip", "cp866")}


def test_the_name_in_utf_8_beside_counts_when_it_is_of_this_name(tmp_path: Path) -> None:
    """WinRAR and mail programs write both names; after a rename by a program that knows one only the other is stale."""
    right, stale, newer, ascii_only = b"\x8a\x9c.pdf", b"\x8b\x9c.pdf", b"\x8c\x9c.pdf", b"___.pdf"
    extra = {
        right: unicode_path(right, "Šimek.pdf"),
        stale: unicode_path(b"before.pdf", "before.pdf"),
        newer: unicode_path(newer, "newer.pdf", version=2),
        ascii_only: unicode_path(ascii_only, "證書.pdf"),
    }
    path = packed(tmp_path / "a.zip", dict.fromkeys(extra, pdf()), extra)
    found, _ = read_as(path, by_column([]))
    assert set(found) == {"Šimek.pdf", stale.decode("cp437"), newer.decode("cp437"), "證書.pdf"}


def test_every_code_page_is_one() -> None:
    """Each is known to Python, and none writes plain letters otherwise than ASCII does."""
    plain = "ana@x.org_First Aid.pdf"
    assert {plain.encode(page) for page in PAGES} == {plain.encode()}


def test_names_from_a_mac_are_the_same(tmp_path: Path) -> None:
    """A Mac takes letters apart: e and diaeresis."""
    match = by_column([row(2, "Zoë.pdf")])
    for path in (
        zipped(tmp_path / "a.zip", {"Zoe\u0308.pdf": pdf()}),
        packed(tmp_path / "b.zip", {"Zoe\u0308.pdf".encode(): pdf()}),
    ):
        found, said = read_as(path, match)
        assert (match(found[0])[0], said) == ("matched", [])


def test_folders_written_by_windows_are_no_files(tmp_path: Path) -> None:
    """Some packers write the name of a folder with a backslash at its end."""
    path = zipped(tmp_path / "a.zip", {"in\\": b"", "in\\a.pdf": pdf()})
    with gathered([path]) as given:
        assert [file.short for file in given] == ["a.pdf"]


# --- litter, and names that only look dangerous ---------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("in/Thumbs.db", "ehthumbs.db", "DESKTOP.INI", ".DS_Store", "in\\.DS_Store", "._scan.pdf", "Icon\r"),
        *("__MACOSX/._a.pdf", "__MACOSX/a.pdf", "~$list.docx", ".~lock.list.ods#", "@eaDir/a.pdf/SYNO_THUMB_M.jpg"),
        *(
            "#recycle/a.pdf",
            ".Spotlight-V100/x",
            ".Trashes/501/a.pdf",
            ".fseventsd/0001",
            ".nfs000000000123abcd00000001",
        ),
        *("a.pdf:Zone.Identifier", "a.pdf\uf03aZone.Identifier", "a.pdf:com.apple.quarantine", "$RECYCLE.BIN/$R1.pdf"),
        *(
            "System Volume Information/x",
            ".directory",
            ".Trash-1000/files/a.pdf",
            ".localized",
            "a.pdf@SynoEAStream",
            "SYNOFILE_THUMB_M.jpg",
        ),
        *(".git/config", "in/.svn/wc.db", ".hg/store/a.pdf", ".gitignore", "~WRL0001.tmp", "a.pdf.tmp"),
        *("a.pdf.crdownload", "a.pdf.part", "a.zip.partial", "a.pdf.download", "a.pdf.download/a.pdf", "b.opdownload"),
    ],
)
def test_what_systems_leave_is_litter(name: str) -> None:
    """Of Windows, macOS, Linux, network drives and office programs."""
    assert is_litter(name)


@pytest.mark.parametrize(
    "name",
    [
        *("scan.pdf", "Thumbs.pdf", "thumbs.db/scan.pdf", "recycle/a.pdf", "_scan.pdf", "~scan.pdf", ".scan.pdf"),
        *("icon.png", "lock.pdf", "a:b.pdf", "Zone.Identifier.pdf", "desktop.ini.pdf", "a.b.pdf", "nfs01.pdf"),
        *("git/a.pdf", "1st.part/a.pdf", "my.download/a.pdf", "a.tmp.pdf", "part.pdf", "tmp/a.pdf", ".github.pdf"),
    ],
)
def test_what_people_name_is_none(name: str) -> None:
    """Only names that nobody gives are skipped."""
    assert not is_litter(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Kurs 10:30.pdf", ""),  # macOS and Linux allow it
        ("in/B: Stapler.pdf", ""),
        ("می\u200cروم.pdf", ""),  # Persian can't be written without the joiner
        ("क्\u200dष.pdf", ""),
        ("👩\u200d🏫.pdf", ""),
        ("C:scan.pdf", "outside_folder"),
        ("c:\\scan.pdf", "outside_folder"),
        ("scan.pdf:other.exe", "outside_folder"),
        ("scan:$DATA", "outside_folder"),
        ("rtl\u202efdp.pdf", "invisible_name"),
        ("zero\u200bwidth.pdf", "invisible_name"),
    ],
)
def test_names_are_refused_for_what_is_dangerous_only(tmp_path: Path, name: str, why: str) -> None:
    """A colon is one only in a drive or a stream; what shapes letters is no invisible character."""
    with gathered([zipped(tmp_path / "a.zip", {name: pdf()})]) as (file,):
        if not why:
            assert file.read() == pdf()
            return
        with pytest.raises(FileError) as caught:
            file.read()
    assert caught.value.reason == why


@pytest.mark.parametrize("names", [(), ("in/", "in/more/"), ("__MACOSX/._a.pdf", ".DS_Store")])
def test_a_zip_with_nothing_to_read_in_it_says_so(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Nothing came of it, which looks like success where nobody expects a number; an empty folder says so, too."""
    (tmp_path / "none").mkdir()
    for path in (zipped(tmp_path / "a.zip", dict.fromkeys(names, b"")), *([] if names else [tmp_path / "none"])):
        with gathered([path]) as given:
            (file,) = (file for file in given if not file.is_litter)
            assert len(given) == 1 + sum(not name.endswith("/") for name in names)
            with pytest.raises(FileError) as caught:
                file.read()
        assert (caught.value.reason, caught.value.facts) == ("without_files", {"file": path.name})


def test_joiners_dont_count() -> None:
    """No cell of a file holds them, so a name with them is the name without."""
    assert by_column([row(2, "میروم.pdf")])("می\u200cروم.pdf")[0] == "matched"


# --- names that nearly fit ------------------------------------------------------------------------------------


def placed(match: Match, name: str) -> tuple[str, list[int | str]]:
    where, rows, _ = match(name)
    return where, [found.line for found in rows]


@pytest.mark.parametrize(
    "name",
    ["x.pdf (1).pdf", "x (1).pdf", "x(2).pdf", "x - Copy.pdf", "x - Kopie (2).pdf", "x copy.pdf", "Copy of x.pdf"],
)
def test_copies_are_offered_and_never_linked(name: str) -> None:
    """A second download may be another file: the row is offered, and a person decides."""
    match = by_column([row(2, "x.pdf"), row(3, "y.pdf")])
    assert placed(match, name) == ("unmatched", [2] if name != "x.pdf (1).pdf" else [])
    assert placed(by_pattern("{credential_type}", [row(2, "x")]), "x (1).pdf") == ("unmatched", [2])


def test_an_ending_written_twice() -> None:
    """Windows hides endings, so people write them again: by a pattern that is the same name, in a column another."""
    assert placed(by_pattern("{credential_type}", [row(2, "x")]), "x.pdf.pdf") == ("matched", [2])
    assert placed(by_pattern("{credential_type}", [row(2, "x"), row(3, "x.pdf")]), "x.pdf.pdf") == ("matched", [3])
    assert placed(by_pattern("{credential_type}", [row(2, "x")]), "x.old.pdf") == ("unmatched", [])
    assert placed(by_column([row(2, "x.pdf")]), "x.pdf.pdf") == ("unmatched", [2])


def test_a_name_with_a_number_that_a_row_has_is_that_row_s() -> None:
    """Names are compared whole before anything is taken away."""
    match = by_column([row(2, "x (1).pdf"), row(3, "x.pdf")])
    assert placed(match, "x (1).pdf") == ("matched", [2])


def test_what_the_recipe_leaves_out_is_not_called_rejected() -> None:
    """The sentence says why a named row takes no file, and prefers the one that can be corrected."""
    match = by_column([row(2, "a.pdf", usable=False, left_out=True)])
    assert "leaves out" in match("a.pdf")[2]
    both = by_column([row(2, "a.pdf", usable=False, left_out=True), row(3, "a.pdf", usable=False)])
    assert "line 3, which is rejected" in both("a.pdf")[2]


# --- in the registry ------------------------------------------------------------------------------------------


def told(done: Attached) -> dict[str, list[str]]:
    return {name: [medium.file for medium in getattr(done, name)] for name in ("matched", "unmatched", "refused")}


@only_sqlite
@pytest.mark.parametrize("finished", [False, True])
def test_a_rejected_row_is_named_by_a_pattern(registry: Registry, tmp_path: Path, *, finished: bool) -> None:
    """Its user or type is unknown, so what the row itself says makes the name; also once the batch is finished."""
    batch = registry.upload(export(tmp_path, ANA, "nobody@example.org,Passport,2024-01-01,,"))
    if finished:
        batch.finish()
    folder = filled(tmp_path / "in", {"nobody@example.org_Passport.pdf": pdf(), "who.pdf": pdf()})
    done = batch.add_media(folder, "{user_email}_{credential_type}")
    assert told(done)["unmatched"] == ["nobody@example.org_Passport.pdf", "who.pdf"]
    assert ["line 3, which is rejected" in medium.reason for medium in done.unmatched] == [True, False]


@only_sqlite
def test_names_of_a_zip_are_kept_as_they_were_read(registry: Registry, tmp_path: Path) -> None:
    """What is stored and shown is the name in the code page that was taken."""
    table = export(tmp_path, "ana@example.org,Passport,2024-01-01,Šimek.pdf", headings=HEADINGS)
    batch = registry.upload(table)
    names = {"Šimek.pdf".encode("cp852"): pdf(), "Žák.pdf".encode("cp852"): pdf(1)}
    done = batch.add_media(packed(tmp_path / "a.zip", names))
    assert told(done) == {"matched": ["Šimek.pdf"], "unmatched": ["Žák.pdf"], "refused": []}
    assert [names.code_page for names in done.zips] == ["cp852"]
    assert batch.media()["file"].tolist() == ["Šimek.pdf"]


@only_sqlite
def test_files_of_one_name_in_folders_of_people_wait_for_a_person(registry: Registry, tmp_path: Path) -> None:
    """Phones call every scan alike: what fits no row is kept under its whole name; what fits one would be a guess."""
    batch = registry.upload(export(tmp_path, "ana@example.org,Passport,2024-01-01,a.pdf", headings=HEADINGS))
    names = ("ana@example.org/scan.pdf", "ben@example.org/scan.pdf", "x/a.pdf", "y/a.pdf")
    done = batch.add_media(filled(tmp_path / "in", {name: pdf(k) for k, name in enumerate(names)}))
    assert told(done) == {"matched": [], "unmatched": [*names[:2]], "refused": [*names[2:]]}
    batch.place_medium("ana@example.org/scan.pdf", 2)
    assert batch.media()["file"].tolist() == ["scan.pdf"]
    packed(tmp_path / "a.zip", {b"scan.pdf": pdf(1)})
    packed(tmp_path / "b.zip", {b"scan.pdf": pdf(2)})
    done = batch.add_media([tmp_path / "a.zip", tmp_path / "b.zip"])
    assert told(done) == {"matched": [], "unmatched": [], "refused": ["scan.pdf", "scan.pdf"]}


@only_sqlite
def test_rows_that_lack_media_are_offered_first(registry: Registry, tmp_path: Path) -> None:
    """What the name fits, then rows that lack media (required first, in each those that the name speaks of)."""
    rows = [
        "ana@example.org,First Aid,2024-01-01,",
        "ben@example.org,Forklift,2024-01-01,f.pdf",
        "ben@example.org,First Aid,2024-01-01,x.pdf",
        "ben@example.org,Passport,2024-01-01,",
        "ana@example.org,Passport,2024-01-01,",
        "nobody@example.org,Passport,2024-01-01,",
    ]
    clicks = Clicks(registry)
    clicks.upload("e.csv", "\n".join([HEADINGS, *rows, ""]).encode())
    clicks("go", step="media")
    names = {"ana@example.org scan.pdf": pdf(), "x (1).pdf": pdf(1), "Thumbs.db": b"x"}
    path = packed(tmp_path / "a.zip", {"Řád.pdf".encode("cp852"): pdf(2), **{n.encode(): c for n, c in names.items()}})
    clicks("medium", key="m", name="a.zip", size=path.stat().st_size)
    clicks("piece", key="m", buffers=[memoryview(path.read_bytes())])
    clicks("arrived", key="m")
    state = clicks("media", pattern="")
    assert (state["unmatched"]["found"], state["refused"]["found"]) == (3, 0)
    assert all(part in state["said"] for part in ("1 skipped", "a.zip", "cp852"))

    def offered(file: str, text: str = "") -> list[str]:
        clicks("rows_like", file=file, text=text)
        return [line for line, _ in clicks.sent[-1]["choices"]]

    assert offered("ana@example.org scan.pdf") == ["6", "5", "3", "4", "2"]
    assert offered("x (1).pdf") == ["4", "5", "6", "3", "2"]
    assert offered("ana@example.org scan.pdf", "ben@") == ["5", "3", "4"]


def test_a_folder_that_is_dropped_keeps_its_folders(registry: Registry, tmp_path: Path) -> None:
    """Scans of one name are told apart by them, a zip among them is opened, and no name leads out of the page's own."""
    clicks = Clicks(registry)
    clicks.upload("e.csv", f"{HEADINGS}\nana@example.org,First Aid,2024-01-01,a.pdf\n".encode())
    clicks("go", step="media")
    inner = zipped(tmp_path / "a.zip", {"a.pdf": pdf(9)}).read_bytes()
    names = ("in/ana/scan.pdf", "in/ben/scan.pdf", "../../out.pdf", "/etc/b.pdf", "in/@eaDir/x.pdf/thumb.jpg")
    contents = {name: pdf(k) for k, name in enumerate(names)} | {"in/part-001.zip": inner}
    for name, content in contents.items():
        clicks("medium", key=name, name=name, size=len(content))
        clicks("piece", key=name, buffers=[memoryview(content)])
        clicks("arrived", key=name)
    state = clicks("media", pattern="")
    assert [one["file"] for one in state["linked"]["rows"]] == ["a.pdf"]
    assert {one["file"] for one in state["unmatched"]["rows"]} == {*names[:2], "out.pdf", "etc/b.pdf"}
    assert (state["refused"]["found"], "1 skipped" in state["said"]) == (0, True)
    assert not [path for path in tmp_path.parent.rglob("out.pdf") if "credtools-" not in str(path)]
