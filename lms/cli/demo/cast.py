"""Who is in the demo. Nobody here exists."""

from dataclasses import dataclass
from datetime import date

from lms.actor import Role

PASSWORD = "practice-only-words"  # noqa: S105  printed for whoever tries the demo
ORGANISATION = "Example Harbour Charity"
MANAGER, MANAGER_ADDRESS = "Morgan Example", "morgan@example.test"


@dataclass(frozen=True)
class DemoCohort:
    """A cohort as it is made."""

    slug: str
    programme: str
    name: str
    starts_on: date
    regulations: str | None


COHORTS = (
    DemoCohort(
        "cohort-1", "pgcert", "Cohort 1, September 2025", date(2025, 9, 15), "pgcert-example-1"
    ),
    DemoCohort(
        "cohort-2", "pgcert", "Cohort 2, January 2026", date(2026, 1, 12), "pgcert-example-3"
    ),
    DemoCohort("cohort-3", "pgcert", "Cohort 3, May 2026", date(2026, 5, 11), "pgcert-example-3"),
    DemoCohort("onboarding-3", "onboarding", "Onboarding beside Cohort 3", date(2026, 5, 11), None),
)

# By course in the practice VLE (its id is the cohort's short name), then by subject there.
LEARNERS: dict[str, dict[str, str]] = {
    "cohort-1": {
        "p-bea": "Bea Example",
        "p-samir": "Samir Sample",
        "p-gwen": "Gwen Specimen",
        "p-tunde": "Tunde Invented",
        "p-orla": "Orla Pretend",
        "p-petra": "Petra Madeup",
        "p-vikram": "Vikram Placeholder",
        "p-heidi": "Heidi Fictive",
    },
    "cohort-2": {
        "p-marta": "Marta Example",
        "p-idris": "Idris Sample",
        "p-joan": "Joan Specimen",
        "p-chidi": "Chidi Invented",
        "p-elin": "Elin Pretend",
        "p-rafael": "Rafael Madeup",
        "p-nadia": "Nadia Placeholder",
        "p-callum": "Callum Fictive",
    },
    "cohort-3": {
        "p-priya": "Priya Example",
        "p-tomos": "Tomos Sample",
        "p-aroha": "Aroha Placeholder",
        "p-kwame": "Kwame Specimen",
        "p-lucia": "Lucia Invented",
        "p-yusuf": "Yusuf Madeup",
        "p-fern": "Fern Fictive",
        "p-owen": "Owen Pretend",
    },
}
STAFF = {
    "t-imogen": ("Imogen Example", Role.TRAINER),
    "t-rowan": ("Rowan Sample", Role.MODULE_LEAD),
}
LOCAL = {
    "hub@example.test": ("Hattie Example", Role.HUB),
    "admin@example.test": ("Adi Example", Role.ADMIN),
}
