"""Patterns of what does not belong into a public text: addresses, numbers, mail; and words for shelters.

They err on the side of finding: what they find is shown to a curator, and nothing is refused for it.
"""

from __future__ import annotations

import re

# how an address is written so that machines should not know it: jane (at) example [dot] org
AT = r"\s?(?:[@＠]|[(\[{]\s?(?:at|arroba|chez|собака)\s?[)\]}])\s?"
DISGUISED_DOT = r"(?:\s\.\s|\s?[(\[{]\s?(?:dot|punto|ponto|point|точка)\s?[)\]}]\s?)"
LOCAL = rf"(?:\"[^\"\n]{{1,64}}\"|[\w.+-]{{1,64}}(?:{DISGUISED_DOT}[\w.+-]{{1,64}}){{0,3}})"
EMAIL = re.compile(rf"{LOCAL}{AT}[\w-]+(?:(?:[.．]|{DISGUISED_DOT})[\w-]+)+", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w/.-])(?:\+|00)?\d(?:[ ().-]{0,2}\d){7,14}(?![\w/])")

NUMBER = r"\d{1,5}[a-z]?"
NAME = r"[^\W\d_][\w'’.-]{0,40}"
CAPITAL = r"(?-i:[A-ZÀ-ÖØ-Þ][\w'’-]{0,40})"  # a name that is written as one
PARTICLE = r"(?:(?:de|du|des|la|le|les|del|della|delle|di|do|da|dos|das|el|los|las)\s+|[dl]['’]\s?)"
TOWN = (
    rf"(?:\s*[,;–-]?\s*(?:[A-Z]{{1,2}}-)?\d{{4,6}}(?:\s+{CAPITAL}){{1,2}})?"  # with its code, after a street
)
# the word for a street, before or after its name, in the six languages of the hub and some they border on
AFTER = (
    r"(?:street|st\.|road|rd\.|avenue|ave\.?|lane|boulevard|blvd\.?|drive|square|close|crescent|straße|strasse|str\."
    r"|allee|platz|weg|caddesi|cad\.|sokağı|sokak|sok\.)"
)
# the same as the end of the name itself: Hauptstraße 5
ENDING = (
    r"(?:straße|strasse|str\.|gasse|platz|allee|damm|ufer|chaussee|weg|straat|laan|gracht|plein|gatan|vägen|veien|vej"
    r"|gade|katu)"
)
BEFORE = (
    r"(?:calle|carrera|cra\.|avenida|av\.|avda\.|paseo|plaza|rue|avenue|boulevard|bd\.|place|chemin|impasse|quai|rua|via"
    r"|allée|viale|corso|piazza|travessa|praça|ulica|ul\.|jalan|jln?\."
    r"|улица|ул\.|проспект|пр-т|пр\.|переулок|пер\.|площадь|пл\.|шоссе|бульвар|дом|вулиця)"
)
ADDRESS = re.compile(
    rf"(?:\b{NUMBER},?\s+(?:{NAME}\s+){{1,4}}{AFTER}(?!\w)"
    rf"|\b(?:{NAME}\s+){{1,4}}{AFTER}\s*,?\s*(?:no\.?:?\s*|nr\.?:?\s*)?{NUMBER}\b"
    rf"|\b[^\W\d_][\w-]{{0,40}}{ENDING}\s{{1,2}}{NUMBER}\b"
    rf"|\b{NUMBER},?\s*(?:bis|ter)?,?\s+{BEFORE}\s+{PARTICLE}*{NAME}(?:\s+{PARTICLE}*{CAPITAL}){{0,3}}"
    rf"|(?<!\w){BEFORE}\s+\d{{1,3}}[a-z]?\s*(?:#|no\.?|n°)\s*\d+[a-z]?(?:\s?-\s?\d+)?"
    rf"|(?<!\w){BEFORE}\s+(?:{NAME}\s+){{0,4}}{NAME}[\s,#№]{{1,4}}(?:n[.º°o:]*\s*|д\.\s*|дом\s+|no\.?:?\s*)?{NUMBER}\b"
    r"|(?:شارع|طريق|زقاق|حي)\s+[^\W\d_]+(?:\s+[^\W\d_]+){0,4}\s*[،,]?\s*(?:رقم\s*)?[\d٠-٩]{1,5}"
    r"|(?:رقم\s*)?[\d٠-٩]{1,5}\s*[،,]?\s*(?:شارع|طريق|زقاق)\s+[^\W\d_]+"
    r"|[\u4e00-\u9fff]{1,10}(?:路|街|道|巷|弄|胡同)\s?[\d０-９一二三四五六七八九十百]{1,6}\s?(?:号|號)"
    rf"|\bp\.?\s?o\.?\s?box\s+\d+){TOWN}",
    re.IGNORECASE,
)
POSTCODE = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"  # United Kingdom
    r"|\b[A-Z]{2} \d{5}(?:-\d{4})?\b"  # United States, with the state
    r"|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"  # Canada
    r"|\b(?:[A-Z]{1,2}-)?\d{4,6}[ ,]+[A-Z][^\W\d_]{2,}(?=[\s,.)]|$)(?<![a-z])"
    r"|(?i:c\.\s?p\.|código postal|code postal|почтовый индекс|индекс|الرمز البريدي|邮编|邮政编码)[\s:：]*[\d٠-٩]{3,6}",
)
SHELTER_WORDS = re.compile(
    r"\bshelters?\b|\bsafe\s?-?house|\brefuge\b|\bsafe accommodation"
    r"|\balbergue|\brefugios?\b|\bcasas? (?:segura|refugio|de acogida)"
    r"|\bfoyers?\b|\bcentres? d['’]hébergement|\bhébergements?\b|\bmaisons? d['’]accueil"
    r"|\bприют\w*|\bубежищ\w*|\bкризисн\w+ (?:центр|квартир)\w*|\bшелтер\w*"
    r"|ملجأ|ملاجئ|مأوى|مآوي|دار إيواء|بيت آمن|دور الإيواء"
    r"|庇护所|庇護所|收容所|避难所|安全屋|庇护中心",
    re.IGNORECASE,
)
PHONE_WORDS = re.compile(
    r"(?:\b(?:tele)?(?:ph|f)one?\b|\btel\b|\bmobile?\b|\bcell\b|\bcall\b|\bwhatsapp\b|\bfax\b|tel[eé]fono|móvil|llam|appel"
    r"|телефон|\bтел\b|моб|звон|هاتف|جوال|واتس|电话|手机|電話)[^\d\n]{0,20}$",
    re.IGNORECASE,
)
HOTLINE_WORDS = re.compile(
    r"hotline|help\s?line|toll[\s-]?free|freephone|numéro vert|línea (?:directa|de ayuda)|gratuit"
    r"|горяч|довери|الخط الساخن|热线|熱線",
    re.IGNORECASE,
)
# the parts of an address before the @ that name a function and no person
ROLES = frozenset(
    """
    abuse access accounts admin administracion administration administrator advice advocacy alert alerts anticorruption
    apply ask assistance atencion board bureau campaign campaigns care center centre centro clinic comms communication
    communications complaints compliance comunicacion consult contact contacto contactus contacts contato coordination
    coordinator correo data desk direccion direction director donate donations editor education email enquiries enquiry
    ethics events executive feedback field finance foundation friends general global grants group
    headquarters hello help helpdesk helpline hotline hq hr human inbox info informacion information informes
    inquiries inquiry integrity international intake investigations jobs kontakt law legal library mail mailbox
    management marketing media member members membership ngo news newsletter office oficina operations outreach partner
    partners partnerships policy post postmaster presidency press prensa presse privacy program programme programmes
    programs project projects protection public publicity recepcion reception referral referrals registry report
    reporting reports request research safeguarding safe sales secretaria secretariado secretariat secretary sekretariat
    service services support survivors team training trust victim victims volunteer volunteers web webmaster welcome
    whistleblowing work
    """.split()  # noqa: SIM905 - two hundred quoted words read worse
)


def is_role(address: str) -> bool:
    """Tell the mailbox of a function, or of the organization itself, from one that is likely a person's."""
    plain = re.sub(DISGUISED_DOT, ".", re.sub(AT, "@", address.lower()))
    name, _at, host = plain.rpartition("@")
    parts = re.split(r"[._+\d-]+", name)
    return not ROLES.isdisjoint(parts) or name in host.split(".")
