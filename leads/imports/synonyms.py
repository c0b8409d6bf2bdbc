"""What lists of leads call their columns, in the languages they come in. Accents and signs do not count."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NUMBERED: Final = re.compile(r"\(\d+\)$", re.ASCII)
_SIGNS: Final = re.compile(r"[\W_]+")

_NAMES: Final = {
    "name": "full name, contact, contact name, lead name, customer, customer name, client, "
    "client name, kunde, nombre completo",
    "first_name": "first, given name, forename, fname, vorname, nombre, prenom, voornaam",
    "middle_name": "middle, middle initial, zweiter vorname",
    "last_name": "last, surname, family name, lname, nachname, familienname, apellido, "
    "apellidos, achternaam, nom",
    "business_name": "business, company, company name, organisation, organization, account, "
    "account name, firma, empresa, unternehmen, societe, entreprise, legal name, bedrijf, firmenname",
    "email": "e-mail, mail, email address, mail address, work email, primary email, "
    "e-mail adresse, correo, correo electronico, courriel, contact email",
    "phone": "phone number, telephone, telephone number, tel, mobile, mobile phone, "
    "mobile number, cell, cell phone, primary phone, contact number, contact phone, telefon, "
    "telefonnummer, telefonnr, handy, mobil, telefono, movil, celular, telefoon, home phone, "
    "work phone, phone 1",
    "time_zone": "timezone, tz, zeitzone",
    "source": "lead source, origin, channel, quelle, herkunft, origen, fuente",
    "external_id": "id, lead id, record id, customer id, customer number, external id, "
    "reference, ref, kundennummer, kundennr, crm id, contact id, uid, lead number",
    "website": "web, url, site, homepage, web site, webseite, company website, domain",
    "landing_path": "landing page, page",
    "captured_at": "created, created on, created at, created date, create date, date, created time, "
    "zeitstempel, "
    "date created, submitted, submitted at, submission date, signup date, date added, timestamp, "
    "datum, erstellt, erstellt am, angelegt, angelegt am, fecha, inserted",
    "value": "amount, deal value, opportunity value, deal amount, wert, betrag, importe, lead value",
    "currency": "currency code, wahrung, moneda",
    "loss_reason": "lost reason, reason lost",
    "note": "notes, comment, comments, remark, remarks, message, notiz, notizen, bemerkung, "
    "bemerkungen, nachricht, nota, notas",
    "assignee": "owner, lead owner, assigned to, agent, sales rep, rep, salesperson, zustandig, "
    "bearbeiter, responsable",
    "tags": "tag, labels, label, keywords",
    "trusted_form_url": "trustedform, trusted form, trustedform url, trustedform cert url, "
    "xxtrustedformcerturl",
    "disposition.outcome": "status, stage, lead status, disposition, pipeline stage, outcome, estado",
    "address.line1": "address, street, street address, address 1, address line 1, addr, strasse, "
    "adresse, direccion, mailing address, street 1, anschrift",
    "address.line2": "address 2, address line 2, apt, suite, unit, street 2",
    "address.city": "town, ort, stadt, ciudad, ville, locality, wohnort, plaats",
    "address.state": "st, us state",
    "address.province": "provincia, bundesland",
    "address.postal_code": "zip, zipcode, zip code, postcode, post code, plz, codigo postal, postleitzahl",
    "address.country": "land, pais, pays, country code",
    "profile.birth_date": "dob, born, birthday, date of birth, birthdate, geburtstag, geburtsdatum, "
    "fecha de nacimiento",
    "profile.gender": "sex, geschlecht",
    "profile.income": "annual income, yearly income, einkommen",
    "opt_out.all": "opted out, opt out, unsubscribed, do not contact, dnc, did opt out",
    "opt_out.call": "do not call, dncl",
    "opt_out.email": "email opt out, has opted out of email, unsubscribed from email",
    "opt_out.sms": "sms opt out, do not text, sms opted out",
}
SYNONYMS: Final = {path: tuple(words.split(", ")) for path, words in _NAMES.items()}


def key_of_name(name: str) -> str:
    """What two ways of writing a column's name have in common, in any script."""
    plain = unicodedata.normalize("NFKD", _NUMBERED.sub("", name).casefold())
    return _SIGNS.sub("", "".join(char for char in plain if not unicodedata.combining(char)))


_KEYS: Final = frozenset(
    key_of_name(word) for path, words in SYNONYMS.items() for word in (path.rpartition(".")[2], *words)
)


def is_usual_name(name: str) -> bool:
    return key_of_name(name) in _KEYS
