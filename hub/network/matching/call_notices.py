"""What is told about calls."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hub.network.notices import Kind, declare

ANSWERED = declare(
    Kind(
        "call-answered",
        _l("%(organization)s answered your call for partners “%(call)s”"),
        mail="now",
        is_private=True,
        label=_l("Answers to your calls for partners"),
    )
)
OPENED = declare(
    Kind(
        "call-opened",
        _l("Your call for partners “%(call)s” is shown now"),
        mail="now",
        label=_l("Your calls are shown"),
    )
)
DECLINED = declare(
    Kind(
        "call-declined",
        _l("A curator declined your call for partners “%(call)s”"),
        mail="now",
        label=_l("Your calls are declined"),
    )
)
CLOSED = declare(
    Kind(
        "call-closed",
        _l("Your call for partners “%(call)s” has reached its last day"),
        mail="digest",
        label=_l("Your calls reach their last day"),
    )
)
