"""Media in the wizard, and approvals with media beside, in a real JupyterLab and a real Chromium."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path

import pandas as pd
import pikepdf
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from credtools import demo
from credtools.demo import scans
from credtools.jupyter.listed import DIFFERING, NO_MEDIA
from credtools.registry import create
from tests.browser.lab import screenshot
from tests.browser.steps import PATIENCE, OpenNotebook, Wizard, right_rows, run, start, theme, write
from tests.builders import TYPES, export, load
from tests.deliveries import PATTERN, deliver, organise
from tests.pictures import certificate as text_pdf
from tests.pictures import filled, noise, pdf, zipped

ASKS = pd.DataFrame({"Name": ["First Aid"], "Expiry": ["required"], "Issue": ["required"], "Media required": ["yes"]})


def test_media_are_matched_settled_by_hand_and_finished(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """A zip is matched by a pattern; each file is shown once with its reason; the rest is settled by hand."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    made.registry.load("types", ASKS)
    rows = [*right_rows(6), [*right_rows(1)[0][:2], "01/01/2020", "01/01/2025"]]
    wizard.upload(write(tmp_path / "six.csv", rows))
    wizard.counts("7 ready · 0 rejected")
    wizard.button("Next").click()
    expect(wizard.region("Add media")).to_contain_text("7 credentials require media and have none", timeout=PATIENCE)
    wizard.is_accessible()
    screenshot(page, "media-1-add")

    page.get_by_label("Files are matched to rows by").select_option("{user_email}_{credential_type}")
    names = [f"{row[0]}_first aid" for row in rows]
    files = {f"{name}.jpg": certificate(name, "JPEG") for name in names[1:3]} | {f"{names[0]}.pdf": pdf(pages=2)}
    files |= {
        "<img src=x onerror=window.executed=1>.png": noise(),
        "who.jpg": certificate("Who is it?", "JPEG"),
        "cut.pdf": pdf()[:200],
        f"{names[3]}.pdf": says("2024-01-01", "2028-01-01"),
    }
    page.get_by_label("Upload media files").set_input_files(zipped(tmp_path / "media.zip", files))
    wizard.tells("7 files: 3 matched, 2 unmatched, 1 ambiguous, 1 refused.")
    wizard.counts("3 matched · 0 shared · 1 ambiguous · 2 unmatched · 1 refused · 4 rows without · 1 scan differs")
    expect(page.get_by_text("Is of another kind than the ending of its name says.")).to_be_visible()
    expect(page.get_by_alt_text("PDF, 2 pages").first).to_be_visible()
    screenshot(page, "media-2-left")
    for thumb in page.locator(".ct-thumb").all():
        thumb.scroll_into_view_if_needed()
    expect(page.locator(".ct-thumb img")).to_have_count(7)
    wizard.is_accessible()
    screenshot(page, "media-3-matched")
    wizard.has_room(640, 900, 1400)
    look_at_what_differs(wizard, "Expiration date: the PDF says 01/01/2028, the row 01/01/2029.")

    choose_row(wizard, "fits the lines", 0)
    wizard.tells("now belongs to line 2")
    choose_row(wizard, "who.jpg", 1)
    wizard.tells("who.jpg now belongs to line 7.")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("row", name="6 ").get_by_role("button", name="Add file…").click()
    loose = tmp_path / "loose.jpg"
    loose.write_bytes(noise(40))
    chooser.value.set_files(loose)
    wizard.counts("6 matched · 0 shared · 0 ambiguous · 1 unmatched · 1 refused · 1 row without")
    wizard.button("Make media optional").click()
    wizard.tells("Media are now optional for this file.")
    wizard.button("Require media again").click()
    wizard.button("Next").click()
    wizard.button("Finish and upload").click()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE)
    wizard.button("Approve").click()
    wizard.tells("6 credentials approved. 1 can't be approved yet.")
    assert len(made.registry.media()) == 6
    assert made.registry.verify() == []
    assert page.evaluate("() => window.executed") is None


def look_at_what_differs(wizard: Wizard, words: str) -> None:
    """The warning leads to the page on which it stands, marked; keys turn the pages; Escape leads back."""
    page = wizard.page
    card = page.get_by_role("listitem").filter(has_text=words).first
    card.get_by_role("button", name="Look…").press("Enter")
    preview = page.get_by_role("dialog").get_by_role("figure")
    expect(preview).to_be_focused()
    expect(preview.get_by_text("Page 2 of 2")).to_be_visible()
    expect(preview.get_by_role("listitem").filter(has_text=words)).to_contain_text("1 ≠")
    expect(preview.locator(".ct-mark.ct-differs")).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "media-5-differs")
    page.keyboard.press("PageUp")
    expect(preview.get_by_text("Page 1 of 2")).to_be_visible()
    expect(preview.locator(".ct-mark")).to_have_count(0)
    preview.get_by_role("button", name="Show page 2").first.click()
    expect(preview.get_by_text("Page 2 of 2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(card.get_by_role("button", name="Look…")).to_be_focused()


def says(issued: str, expires: str) -> bytes:
    """A letter, and on its second page a certificate with these days."""
    lines = ("First Aid", f"Date of issue: {issued}", f"Valid until: {expires}")
    out, document = io.BytesIO(), pikepdf.open(io.BytesIO(text_pdf(*lines)))
    document.add_blank_page()
    document.pages.reverse()
    document.save(out, deterministic_id=True)
    return out.getvalue()


@pytest.mark.long
def test_a_dropped_folder_is_taken_whole(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """The demo's scans, some of them in a folder below: dropped from outside, or chosen, each finds its row."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    folder = made.folder / demo.SCANS
    below = folder / "late" / "later"
    below.mkdir(parents=True)
    *some, last = sorted(folder.glob("*@*"))
    for path in some[::2]:
        path.rename(below / path.name)
    wizard.button("Bulk upload (CSV)").click()
    page.get_by_label("Recipe: how files").select_option("hr")
    page.get_by_label("Upload CSV file").set_input_files(made.export)
    wizard.counts("260 ready · 40 rejected · 20 causes on 18 cards")
    wizard.button("Next").click()
    expect(wizard.region("Add media")).to_contain_text("credentials require media and have none", timeout=PATIENCE)
    expect(page.get_by_label("Files are matched to rows by")).to_have_value(scans.PATTERN)
    expect(page.get_by_text(re.compile(r"For example: .+_.+_\d{4}-\d\d-\d\d\.pdf\."))).to_be_visible()
    wizard.is_accessible()
    drop(page, ".ct-zone", folder)
    wizard.tells(f"{len(some) + 2} files: ")
    batch = made.registry.batch(1)
    expect(page.locator("p[role=status]")).to_contain_text(f"{len(batch.media())} matched", timeout=PATIENCE)
    expect(page.get_by_text(f"The pattern gives no row the name '{scans.STRAY}'.")).to_be_visible()
    assert set(batch.media()["file"]) < {path.name for path in (*some, last)}
    screenshot(page, "media-1-folder")

    wizard.button("Remove").first.click()
    wizard.tells("was removed from 1 row.")
    before = len(batch.media())
    with page.expect_file_chooser() as chooser:
        wizard.button("Choose a folder…").click()
    chooser.value.set_files(folder)
    wizard.counts(f"{before + 1} matched")
    assert made.registry.verify() == []


def drop(page: Page, selector: str, *paths: Path) -> None:
    """Files and folders of this machine, dragged from outside onto an element, and let go."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    assert box
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 8}
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    session.detach()


def test_approvals_show_media_and_history_beside_and_are_decided_in_bulk(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """What is seen is what is stored: filters, first page, who changed which date; blocked ones stay pending."""
    folder = tmp_path / "demo"
    made = demo.prepare(folder, rows=300)
    made.registry.load("types", ASKS)
    batch = approvals_of(made, tmp_path)
    wizard = run(folder, open_notebook, page, "approve")
    wizard.counts("8 credentials wait for approval")
    page.get_by_label("Media", exact=True).select_option("there")
    expect(page.get_by_text("3 shown")).to_be_visible()
    wizard.button(demo.ACTIVE[0]).last.click()
    one = page.get_by_role("complementary", name="One credential")
    expect(one.get_by_role("heading", name="First Aid")).to_be_focused(timeout=PATIENCE)
    expect(one.get_by_role("row", name="expiration date")).to_contain_text(["01/01/2029", "01/01/2029 → 02/02/2030"])
    expect(one.locator("figure img")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".ct-thumb img")).to_have_count(3)
    wizard.is_whole()
    wizard.is_accessible()
    page.locator(".ct-approvals").evaluate("element => element.scrollIntoView()")
    screenshot(page, "approve-1-beside")
    with page.context.expect_page() as tab:
        one.get_by_role("button", name="Open").first.click()
    tab.value.wait_for_url("blob:http://127.0.0.1*/**")
    tab.value.close()
    scans_are_compared(wizard)
    wizard.button("Approve this one").click()
    wizard.tells("1 credential approved.")

    page.get_by_label("Scan", exact=True).select_option("")
    page.get_by_label("Media", exact=True).select_option("")
    expect(page.get_by_text("7 shown")).to_be_visible()
    wizard.button("Approve…").click()
    wizard.tells("Select some credentials first")
    reject(wizard, demo.ACTIVE[1], "<b>no signature</b>")
    wizard.button("Approve all 1 that fit…").click()
    wizard.button("Approve them").click()
    wizard.tells("1 credential approved. 5 others can't be approved yet.")
    top_up(wizard, demo.ACTIVE[2], filled(tmp_path / "late", {"late.jpg": noise(30)}) / "late.jpg")
    wizard.counts("5 credentials wait for approval")
    theme(page, "JupyterLab Dark")
    wizard.is_accessible()
    screenshot(page, "approve-2-dark")
    theme(page, "JupyterLab Light")
    decisions = made.registry.credentials()["decision"].value_counts().to_dict()
    assert decisions == {"pending": 5, "approved": 2, "declined": 1}
    assert list(made.registry.history(batch, 3)["after"])[-1] == "<b>no signature</b>"
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    assert "@example.org" not in (folder / "approve.ipynb").read_text("utf-8")


def scans_are_compared(wizard: Wizard) -> None:
    """What differs is marked, said in the list and before an approval, and filtered by; the preview can be enlarged."""
    page, one = wizard.page, wizard.page.get_by_role("complementary", name="One credential")
    expect(one.get_by_text("Page 2 of 2")).to_be_visible()
    expect(one.locator(".ct-mark.ct-differs")).to_be_visible()
    wizard.button("Enlarge…").click()
    expect(page.get_by_role("dialog").locator("figure img")).to_be_visible()
    wizard.is_accessible()
    page.keyboard.press("Escape")
    expect(wizard.button("Enlarge…")).to_be_focused()
    page.get_by_label("Scan", exact=True).select_option("differs")
    expect(page.get_by_text("1 shown")).to_be_visible()
    expect(page.get_by_role("row", name=f"Select {demo.ACTIVE[0]}")).to_contain_text(
        "Scan differs: Expiration date: the PDF says 02/02/2029, the row 02/02/2030."
    )
    wizard.button("Approve all 1 that fit…").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"1 of them: {DIFFERING}.")
    page.keyboard.press("Escape")


def reject(wizard: Wizard, user: str, reason: str) -> None:
    """One that is selected; never without a reason."""
    page = wizard.page
    page.get_by_label(f"Select {user}, First Aid").check()
    wizard.button("Reject…").click()
    wizard.button("Reject them").click()
    expect(page.get_by_role("alert")).to_have_text("Give a reason, for example: no signature.")
    page.get_by_label("Reason").fill(reason)
    wizard.is_accessible()
    wizard.button("Reject them").click()
    wizard.tells("1 credential rejected.")


def top_up(wizard: Wizard, user: str, medium: Path) -> None:
    """What was blocked can be approved as soon as its medium is there."""
    wizard.button(user).click()
    one = wizard.page.get_by_role("complementary", name="One credential")
    expect(one).to_contain_text(NO_MEDIA)
    with wizard.page.expect_file_chooser() as chooser:
        one.get_by_role("button", name="Add file…").click()
    chooser.value.set_files(medium)
    wizard.tells("1 file added.")
    expect(wizard.region("Approvals").get_by_role("heading", name="Approvals")).to_be_focused()
    wizard.button("Approve all 1 that fit…").wait_for()


@pytest.mark.long
def test_5_000_files_in_a_zip_of_200_mb_are_matched_to_20_000_rows(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """The counts on the screen are those of the truth, and a person sees them within four minutes."""
    folder = tmp_path / "many"
    folder.mkdir()
    registry = create(str(folder / demo.DATABASE), folder=str(folder))
    delivery = deliver(rows=20_000, files=5_000, bytes_each=40_000)
    load(registry, tmp_path, types=TYPES)
    organise(registry, tmp_path, delivery)
    wizard = run(folder, open_notebook, page, "upload")
    wizard.upload(export(tmp_path, *delivery.rows))
    wizard.counts("20,000 ready · 0 rejected")
    wizard.button("Next").click()
    expect(page.get_by_label("Files are matched to rows by")).to_have_value(PATTERN, timeout=PATIENCE)
    archive = zipped(tmp_path / "many.zip", delivery.files, zipfile.ZIP_STORED)
    began = time.monotonic()
    page.get_by_label("Upload media files").set_input_files(archive)
    truth = {name: len(files) for name, files in delivery.truth.items()}
    told = f"{truth['matched']:,} matched · 0 shared · {truth['ambiguous']:,} ambiguous"
    told += (
        f" · {truth['unmatched']:,} unmatched · {truth['refused']:,} refused · {len(delivery.missing):,} rows without"
    )
    expect(page.locator("p[role=status]")).to_have_text(told, timeout=240_000)
    print(f"{archive.stat().st_size / 1e6:.0f} MB, 5,000 files: {time.monotonic() - began:.0f} s")  # noqa: T201
    screenshot(page, "media-4-many")
    wizard.button("Next").click()
    wizard.button("Finish and upload").click(timeout=PATIENCE)
    wizard.button("Later").click(timeout=120_000)
    assert len(registry.media()) == truth["matched"]
    assert registry.verify() == []


def approvals_of(made: demo.Demo, folder: Path) -> int:
    """Seven credentials, one in two versions; three media. Returns the first batch."""
    first = made.registry.upload(write(folder / "first.csv", right_rows(7)))
    names = [f"{user}_First Aid" for user in demo.ACTIVE[:2]]
    files = {f"{names[0]}.pdf": pdf(pages=2), f"{names[1]}.jpg": certificate(names[1], "JPEG")}
    first.add_media(zipped(folder / "first.zip", files), "{user_email}_{credential_type}")
    first.finish()
    again = [[*right_rows(1)[0][:2], "02/02/2025", "02/02/2030"]]
    second = made.registry.upload(write(folder / "second.csv", again))
    second.add_media(filled(folder / "scans", {"scan.pdf": says("2025-02-02", "2029-02-02")}), {"scan.pdf": 2})
    second.finish()
    return first.id


def certificate(name: str, kind: str = "PDF") -> bytes:
    """A page on which somebody can read something."""
    out = io.BytesIO()
    page = Image.new("RGB", (620, 440), "#fffdf5")
    drawing = ImageDraw.Draw(page)
    drawing.rectangle((20, 20, 600, 420), outline="#1259b8", width=4)
    for y, size, text in ((90, 44, "First Aid"), (200, 26, name), (330, 18, "Red Lantern Training, 1 January 2024")):
        drawing.text((310, y), text, fill="#222", anchor="mm", font_size=size)
    page.save(out, kind)
    return out.getvalue()


def choose_row(wizard: Wizard, text: str, place: int) -> None:
    """By hand: the file that this is said of belongs to the offered row at this place."""
    wizard.page.locator(".ct-media li").filter(has_text=text).get_by_role("button", name="Choose row…").click()
    choices = wizard.page.get_by_label("Choices")
    choices.select_option(index=place)
    wizard.button("Use this").click()
