"""The directory's pages: profiles, the pages about the hub, and the site map."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from hub.accounts import current_actor, users
from hub.accounts.models import Standing
from hub.database import db, transaction
from hub.directory import extending, merging, queries, vocabularies
from hub.directory.atlas import locator
from hub.directory.audiences import audience_of, widest
from hub.directory.jsonld import as_jsonld
from hub.directory.models import ID_LENGTH
from hub.directory.states import Audience
from hub.directory.visibility import Profile
from hub.errors import NotFound
from hub.i18n import PREFIX, language
from hub.web import show

pages = Blueprint("directory", __name__)

PROSE = ("about", "curation", "privacy", "accessibility")
SITEMAP_PAGE = 5000


@pages.get(f"{PREFIX}/organizations/<slug>")
def profile(slug: str) -> ResponseReturnValue:
    """Show a profile; an address with the right id and an old name leads to the present one."""
    actor = current_actor()
    is_partner = extending.is_partner(db.session, actor, slug[-ID_LENGTH:])
    audience = Audience.PARTNERS if is_partner else widest(audience_of(db.session, actor))
    try:
        found = queries.profile(slug[-ID_LENGTH:], audience)
    except NotFound:
        kept = queries.profile(merging.kept_for(db.session, slug[-ID_LENGTH:]), audience)
        return redirect(url_for("directory.profile", slug=kept.slug))  # not for ever: a merge may be undone
    if slug != found.slug:
        return redirect(url_for("directory.profile", slug=found.slug), 301)
    _note_guest(found.id)
    response = show(
        "profile.html",
        profile=found,
        terms=vocabularies.current(),
        panels=extending.panels(db.session, actor, found),
        for_partners=_for_partners(found) if is_partner else (),
        related=current_app.extensions["related"](found),
        locator=locator(found.all_countries) if found.all_countries else None,
        jsonld=as_jsonld(found, language())
        if audience is Audience.PUBLIC and not found.is_protected
        else None,
    )
    if found.is_protected:
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _for_partners(found: Profile) -> tuple[str, ...]:
    """The fields of a profile that its partners see and other members do not."""
    wider = queries.profiles([found.id], Audience.MEMBERS)
    return found.more_than(wider[0]) if wider else ()


def _note_guest(organization_id: str) -> None:
    """Write down that a verified government guest looks at a profile; nobody else's reading is noted."""
    actor = current_actor()
    if Standing.GUEST in actor.roles:
        with transaction() as session:
            users.note_viewed(session, actor, organization_id)


@pages.get(f"{PREFIX}/<any({','.join(PROSE)}):page>")
def prose(page: str) -> ResponseReturnValue:
    """Show one of the pages about the hub itself."""
    total = queries.count_published() if page == "about" else 0
    return show(f"pages/{page}.html", contact=current_app.config["HUB"].contact, total=total)


@pages.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Tell the web's search engines what to read: profiles, not every possible search."""
    response = make_response(render_template("robots.txt"))
    response.mimetype = "text/plain"
    return response


@pages.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """List the parts of the site map."""
    parts = -(-queries.count_published() // SITEMAP_PAGE)
    response = make_response(render_template("sitemap.xml", parts=parts))
    response.mimetype = "application/xml"
    return response


@pages.get("/sitemap-<int:part>.xml")
def sitemap_part(part: int) -> ResponseReturnValue:
    """List the addresses of one part's profiles; protected ones are in no site map."""
    slugs = queries.listed_slugs((part - 1) * SITEMAP_PAGE, SITEMAP_PAGE) if part > 0 else []
    if not slugs:
        abort(404)
    response = make_response(render_template("sitemap-part.xml", slugs=slugs))
    response.mimetype = "application/xml"
    return response
