"""The kinds of words that could tell who somebody is, and what is said about each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was found. The order is that of strength: where two overlap, the earlier stands."""

    EMAIL = "email"
    VISA = "visa"
    NI = "ni"
    COURT = "court"
    HEALTH = "health"
    DOCUMENT = "document"
    HOME_OFFICE = "home-office"
    NRM = "nrm"
    COMPANY = "company"
    PHONE = "phone"
    VEHICLE = "vehicle"
    POSTCODE = "postcode"
    BIRTH = "birth"
    PLACE_DATE = "place-date"
    ADDRESS = "address"
    BUSINESS = "business"
    EMPLOYER = "employer"
    COLLEAGUE = "colleague"
    NAME = "name"
    SOCIAL = "social"


@dataclass(frozen=True)
class Advice:
    """What is said of a kind: what it looks like, why it counts (the rule), how to mend it."""

    looks_like: str
    why: str
    fix: str


_REFERENCE = "Whoever can look it up knows at once who this is."

ADVICE: Mapping[Kind, Advice] = {
    Kind.EMAIL: Advice(
        "an e-mail address",
        "An address leads straight to one person.",
        "Take it out, or write “her e-mail address”.",
    ),
    Kind.VISA: Advice(
        "an application, visa or port reference",
        _REFERENCE,
        "Take it out, or write “the application number”.",
    ),
    Kind.NI: Advice(
        "a National Insurance number", _REFERENCE, "Take it out. The number adds nothing here."
    ),
    Kind.COURT: Advice(
        "the number of a case at a court, a tribunal or the police",
        "A case number opens the file, with every name in it. A published judgment may be cited.",
        "Take it out, or cite the judgment if it is published.",
    ),
    Kind.HEALTH: Advice(
        "a health service number",
        _REFERENCE,
        "Take it out, or write “the number on the letter”.",
    ),
    Kind.DOCUMENT: Advice(
        "the number of a passport, permit, card or licence",
        _REFERENCE,
        "Take it out, or write “her passport”.",
    ),
    Kind.HOME_OFFICE: Advice(
        "a Home Office reference",
        _REFERENCE,
        "Take it out, or write “the Home Office reference”.",
    ),
    Kind.NRM: Advice(
        "a reference of the National Referral Mechanism",
        _REFERENCE,
        "Take it out, or write “the NRM reference”.",
    ),
    Kind.COMPANY: Advice(
        "the number of a company or a licence",
        "It names the place where somebody was exploited, and through it the people there.",
        "Take it out, or write “the company”.",
    ),
    Kind.PHONE: Advice(
        "a telephone number",
        "A number leads straight to one person. A published support line may stay.",
        "Take it out, or write “her telephone number”.",
    ),
    Kind.VEHICLE: Advice(
        "a number plate",
        "A plate can be traced to a person and a place.",
        "Take it out, or write “a van”.",
    ),
    Kind.POSTCODE: Advice(
        "a postcode, or a part of one",
        "A postcode is about fifteen homes. Even its first half, beside a place, narrows it down.",
        "Write “a town in the north of England”, or leave the place out.",
    ),
    Kind.BIRTH: Advice(
        "a date of birth",
        "A date of birth with one other detail is enough to find somebody.",
        "Write “in her thirties”, or “as a child”.",
    ),
    Kind.PLACE_DATE: Advice(
        "a place together with a day",
        "What happened in a small place on one day may have been in the news.",
        "Keep one of the two, and make it wide: “in the spring”, “in a small town”.",
    ),
    Kind.ADDRESS: Advice(
        "an address",
        "It shows where somebody lives or was kept.",
        "Write “a house in the town”, or leave it out.",
    ),
    Kind.BUSINESS: Advice(
        "the name of a workplace",
        "The name of a business says who was there, to people who know it.",
        "Write “a hand car wash”, or “a restaurant”.",
    ),
    Kind.EMPLOYER: Advice(
        "the organisation you work for",
        "With your employer’s name, the people you support are few.",
        "Write “my organisation”.",
    ),
    Kind.COLLEAGUE: Advice(
        "the name of somebody you work with",
        "A colleague’s name leads to your organisation, and to the people it supports.",
        "Write “my manager”, or “a colleague”.",
    ),
    Kind.NAME: Advice(
        "a person’s name",
        "A real name, beside words about a case, tells who it is.",
        "Use a name you have made up, and say so: “whom I call Rose, not her real name”.",
    ),
    Kind.SOCIAL: Advice(
        "a name on social media",
        "It leads to a person’s page, their photographs and their friends.",
        "Take it out, or write “an account on social media”.",
    ),
}
