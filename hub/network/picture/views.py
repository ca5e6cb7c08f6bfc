"""The picture of the network as a page: for curators whole, for everybody from the connections that both sides show."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from hub.database import db
from hub.directory import desk_views, naming, vocabularies
from hub.directory.desk_views import DESK
from hub.directory.models import slug_of
from hub.i18n import PREFIX, language
from hub.network.picture import drawing, queries
from hub.web import show

pages = Blueprint("picture", __name__)
desk = Blueprint("network_desk", __name__)
desk.before_request(desk_views.for_curators)
desk.context_processor(desk_views.shared)


@pages.get(f"{PREFIX}/network-picture")
def public() -> ResponseReturnValue:
    """Show the picture from the connections that both sides show."""
    return show("picture/public.html", **_values(is_whole=False))


@desk.get(f"{DESK}/network")
def picture() -> ResponseReturnValue:
    """Show curators the whole picture."""
    values = _values(is_whole=True)
    made: queries.Picture = values["picture"]
    named = [*made.bridges[: queries.MOST_NAMED], *made.isolated[: queries.MOST_NAMED]]
    names = naming.names(named)
    return show(
        "picture/desk.html",
        **values,
        names=names,
        slugs={public_id: slug_of(name, public_id) for public_id, name in names.items()},
        most=queries.MOST_NAMED,
    )


def _values(is_whole: bool) -> dict[str, Any]:
    made = queries.picture(db.session, is_whole)
    level = request.args.get("by", "")
    level = level if level in queries.LEVELS else queries.LEVELS[0]
    return {
        "picture": made,
        "level": level,
        "ring": drawing.ring(made.groups[level], made.links[level]),
        "groups": made.groups[level],
        "labels": vocabularies.current().labels(level, language()),
        "regions": vocabularies.current().labels("region", language()),
        "bars": drawing.bars(made.growth),
        "bar_size": drawing.BAR,
        "least": queries.LEAST,
    }
