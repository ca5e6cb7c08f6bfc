"""Logos: what is taken, what is kept of it, and how it is sent."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, PngImagePlugin

from hub.directory import logos
from hub.errors import Invalid, NotFound
from tests.directory.test_registering import begin, held
from tests.guard import Guard
from tests.people import Person

SignedIn = Callable[..., Person]


def picture(form: str = "PNG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    """A picture of a form."""
    made = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(made, form, **options)
    return made.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def bomb(side: int) -> bytes:
    """A PNG of few bytes that says it has very many pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG whose compressed text unpacks to very much."""
    made = picture()
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 100_000_000, 9))
    return made[:33] + text + made[33:]


def archive() -> bytes:
    """A zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as inside:
        inside.writestr("evil.html", "<script>alert(1)</script>")
    return made.getvalue()


REFUSED = {
    "nothing": b"",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg behind a declaration": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x "y">]><svg/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "text": b"not a picture at all",
    "pdf": b"%PDF-1.7\n1 0 obj<<>>endobj",
    "zip": archive(),
    "gzip": b"\x1f\x8b\x08\x00" + b"\0" * 40,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "tiff": picture("TIFF"),
    "bmp": picture("BMP"),
    "ico": picture("ICO"),
    "cut short": picture(size=(400, 400))[:80],
    "head alone": b"\x89PNG\r\n\x1a\n",
    "broken jpeg": picture("JPEG")[:120],
    "bomb": bomb(30_000),
    "smaller bomb": bomb(4_100),
    "text bomb": text_bomb(),
    "too large": picture() + b"\0" * logos.MOST_BYTES,
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_plain_picture_is_refused(app: Flask, tmp_path: Path, sent: bytes) -> None:
    with app.test_request_context("/en/"), pytest.raises(Invalid):
        logos.keep(tmp_path, "key", sent)
    assert not list(tmp_path.glob("logos/*"))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_drawn_anew_and_small(app: Flask, tmp_path: Path, form: str) -> None:
    with app.test_request_context("/en/"):
        name = logos.keep(tmp_path, "key", picture(form, (2000, 1000)))
    with Image.open(tmp_path / "logos" / name) as kept:
        assert (kept.format, kept.size, kept.info) == ("PNG", (512, 256), {})


def test_nothing_that_was_hidden_in_the_file_is_kept(app: Flask, tmp_path: Path) -> None:
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", "SECRET <script>")
    exif = Image.Exif()
    exif[0x010E] = "SECRET place"
    with app.test_request_context("/en/"):
        names = [
            logos.keep(tmp_path, "key", picture(pnginfo=about) + archive()),
            logos.keep(tmp_path, "key", picture("JPEG", exif=exif) + b"<script>SECRET</script>"),
        ]
    for name in names:
        kept = logos.read(tmp_path, name)
        assert b"SECRET" not in kept
        assert b"PK\x03\x04" not in kept


def test_files_that_are_two_things_at_once_become_pictures_alone(signed_in: SignedIn) -> None:
    script = b"=1;alert('SECRET')//"
    place = Image.Exif()
    place.get_ifd(0x8825).update({1: "N", 2: (19.0, 25.0, 57.0), 3: "W", 4: (99.0, 7.0, 59.0)})
    place[0x010E] = "SECRET"
    frames = [Image.new("RGB", (40, 20), colour) for colour in ("red", "blue")]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:], comment=b"SECRET")
    gif = picture("GIF")
    sent = {
        "x.gif.js": b"GIF89a" + gif[6:] + script,
        "../../../secret-key": picture() + archive() + b"SECRET",
        "x.svg": picture("JPEG", exif=place.tobytes()),
        "x.html": moving.getvalue(),
        "nul\0.php": picture("WEBP", exif=place.tobytes()),
    }
    person = signed_in()
    base = begin(person)
    folder = person.application.config["HUB"].data_dir
    for filename, content in sent.items():
        before = {path for path in folder.rglob("*") if path.is_file()}
        answer = person.submit(f"{base}/logo", logo=(io.BytesIO(content), filename, "text/html"))
        assert answer.status_code == 303, filename
        name = held(base).values["logo"]
        made = {path for path in folder.rglob("*") if path.is_file()} - before
        assert {path.name for path in made if path.parent.name == "logos"} <= {name}, filename
        assert all(path.parent.name == "logos" or path.name.startswith("hub.") for path in made), made
        shown = person.get(f"/logos/{name}")
        assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert not [word for word in (b"SECRET", b"alert", b"PK\x03\x04", b"eXIf") if word in shown.data], (
            filename
        )
        with Image.open(io.BytesIO(shown.data)) as kept:
            assert (kept.format, kept.info, getattr(kept, "n_frames", 1)) == ("PNG", {}, 1), filename
            assert not kept.getexif()


def test_the_name_depends_on_the_picture_and_the_key_alone(app: Flask, tmp_path: Path) -> None:
    with app.test_request_context("/en/"):
        names = [logos.keep(tmp_path, key, picture()) for key in ("one", "one", "two")]
    assert names[0] == names[1] != names[2]
    assert len(list((tmp_path / "logos").iterdir())) == 2


@pytest.mark.parametrize(
    "name", ["../secret-key", "x.png", "0" * 40 + ".svg", "0" * 40 + ".png", "", "." * 44]
)
def test_only_names_of_logos_are_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        logos.read(tmp_path, name)


def test_a_logo_is_sent_shown_and_taken_away(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    answer = person.submit(f"{base}/logo", logo=(io.BytesIO(picture()), "x.php"))
    assert (answer.status_code, answer.location) == (303, f"{base}/check?saved=1")
    name = held(base).values["logo"]
    assert f"{base}/logo" in person.page.get(f"{base}/check").links()
    page = person.page.get(f"{base}/logo")
    assert [one.get("src") for one in page.all("img", class_="logo")] == [f"/logos/{name}"]
    sent = person.get(f"/logos/{name}")
    assert sent.mimetype == "image/png"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert person.submit(f"{base}/logo", remove="yes").status_code == 303
    assert "logo" not in held(base).values


def test_a_wrong_file_is_said_beside_the_field(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    for content in (b"", b"<svg/>"):
        answer = person.submit(f"{base}/logo", logo=(io.BytesIO(content), "logo.png"))
        page = Guard(person, may_set_cookies=True).check(answer, f"{base}/logo", 422)
        assert "#f-logo" in page.links()
    assert person.submit(f"{base}/logo").status_code == 422
    form = "multipart/form-data; boundary=x"
    assert person.post(f"{base}/logo", data=b"\0" * 3_000_000, content_type=form).status_code == 413


def test_a_logo_by_its_name_alone_is_not_taken(signed_in: SignedIn) -> None:
    person = signed_in()
    base = begin(person)
    assert person.submit(f"{base}/logo", logo="../secret-key").status_code == 422
    assert held(base).values == {}
