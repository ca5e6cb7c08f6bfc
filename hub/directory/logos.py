"""Logos: whatever is sent is taken for a picture by its content alone, drawn anew and kept under a keyed digest.

Only the new drawing is kept, so nothing that was hidden in the file sent comes out again. Its name tells nobody who does
not know the hub's key whether a picture was ever sent here.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import warnings
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import orm

from hub.database import db, now
from hub.directory.models import LogEntry, Merge, Organization, Revision
from hub.errors import Invalid, NotFound

MOST_BYTES = 1 << 20  # of the file sent
MOST_PIXELS = 16_000_000  # beyond which a small file may fill the memory
SIDE = 512  # of what is kept
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
NAME = re.compile(r"[0-9a-f]{40}\.png")
MIMETYPE = "image/png"
KEPT_UNUSED = timedelta(days=7)
FOLDER = "logos"  # in the data folder; the backup holds it


def keep(data_dir: Path, key: str, sent: bytes) -> str:
    """Draw a picture anew, keep it and return its name; the same picture gets the same name.

    Raises:
        Invalid: it is no picture, or larger than a logo may be.
    """
    if not sent:
        raise _wrong(_("Choose a file."))
    if len(sent) > MOST_BYTES:
        raise _wrong(_("The file is larger than %(most)s MB.", most=MOST_BYTES >> 20))
    drawn = _drawn(sent)
    digest = hashlib.blake2b(drawn, key=hashlib.sha256(key.encode()).digest(), digest_size=20).hexdigest()
    name = f"{digest}.png"
    _write(data_dir / FOLDER / name, drawn)
    return name


def read(data_dir: Path, name: str) -> bytes:
    """The picture of a name.

    Raises:
        NotFound: there is none.
    """
    if not NAME.fullmatch(name):
        raise NotFound(name)
    try:
        return (data_dir / FOLDER / name).read_bytes()
    except FileNotFoundError:
        raise NotFound(name) from None


def clear(app: Flask) -> None:
    """Forget pictures kept more than a week ago that no entry and no proposed state of one names."""
    folder = app.config["HUB"].data_dir / FOLDER
    before = (now() - KEPT_UNUSED).timestamp()
    old = [path for path in sorted(folder.glob("*")) if path.stat().st_mtime < before]
    if old:
        used = _used(db.session)
        db.session.rollback()
        for path in old:
            if path.name not in used:
                path.unlink(missing_ok=True)


def _used(session: orm.Session) -> set[str]:
    """The names in entries and revisions, in merges that may be undone, and in what history may bring back."""
    names = set(session.scalars(sa.select(Organization.logo).where(Organization.logo.is_not(None))))
    for column in (Revision.values, Revision.base, LogEntry.before, LogEntry.after, Merge.before):
        kept = column["logo"].as_string()
        names |= set(session.scalars(sa.select(kept).where(kept.is_not(None))))
    return {name for name in names if name}


def _wrong(reason: str) -> Invalid:
    return Invalid({"logo": [reason]})


def _drawn(sent: bytes) -> bytes:
    """Read the first frame, turn it upright, shrink it and draw it as PNG with nothing beside the pixels."""
    unreadable = _wrong(_("This is not a picture that can be read. Send a PNG, JPEG, WebP or GIF file."))
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(sent), formats=FORMATS) as opened:
            warnings.simplefilter("error")  # Pillow warns of what may be a bomb
            if opened.width * opened.height > MOST_PIXELS:
                raise _wrong(_("The picture has too many pixels."))
            opened.draft("RGB", (SIDE * 2, SIDE * 2))
            turned = ImageOps.exif_transpose(opened)
            picture = turned.convert("RGBA")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Warning,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        raise unreadable from error
    picture.thumbnail((SIDE, SIDE))
    bare = Image.new("RGBA", picture.size)
    bare.paste(picture)
    made = io.BytesIO()
    bare.save(made, "PNG", optimize=True)
    return made.getvalue()


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        path.touch()  # it is wanted again, and must not be cleared before that is written down
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{secrets.token_hex(8)}")
    beside.write_bytes(content)
    os.replace(beside, path)
