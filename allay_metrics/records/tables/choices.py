"""How the owner has sources read: words, names of cities, families, hours, drives, profiles."""

from sqlalchemy import Text

from allay_metrics.records.column_types import Count, Instant, Key, LocalDate
from allay_metrics.records.name_masking import Handle, Name
from allay_metrics.records.tables.base import belongs_to, column, table, version

type_word = table(
    "type_word",
    "A word that makes a visit type, over the words that come with the product",
    ("word",),
    column("word", Text, "Word or phrase, lower case"),
    column("visit_type", Text, "cst, lactation or massage; none where the word says nothing here"),
    column("decides", Text, "always, unless_cst or alone"),
    version(),
)

type_name = table(
    "type_name",
    "What one service's name means, whatever its words say",
    ("name",),
    column("name", Text, "The service's name, lower case, spaces single"),
    column("visit_type", Text, "cst, lactation, massage or other"),
    column("second_type", Text, "Second type of a combined visit, else empty"),
    version(),
)

city_alias = table(
    "city_alias",
    "A spelling the practice meets, and the city it means",
    ("spelling",),
    column("spelling", Text, "As typed, lower case without accents and punctuation"),
    column("city", Text, "City as shown"),
    version(),
)

family_link = table(
    "family_link",
    "The owner's word on who is one family: these bookings belong to that family",
    ("match_key", "client_name"),
    column("match_key", Handle, "Match key the bookings would have by themselves"),
    column("client_name", Name, "Only those booked in this name, lower case; empty for all"),
    column("into_key", Handle, "Match key of the family they belong to; its own: kept as it is"),
    column("made_at", Instant, "When"),
    version(),
)

# Ids alone: whoever reads it learns nothing of a family (actions.linked).
client_before_link = table(
    "client_before_link",
    "Whose everything kept of clients was before two families were made one",
    ("link_id", "kept", "row_id", "was_client"),
    column("link_id", Key, "Made of match key and name of the family_link"),
    column("kept", Text, "The table of what is kept; client: two clients of one name became one"),
    column("row_id", Key, "The check-in; else an id made of what the row says"),
    column("was_client", Key, "The client it was of before"),
    column("client_id", Key, "The client it is of since"),
)

offered_hours = table(
    "offered_hours",
    "Time a therapist offers in one week, where it is not her usual one",
    ("therapist_id", "week"),
    column("therapist_id", Key, "The therapist"),
    column("week", LocalDate, "Monday of the week"),
    column("minutes", Count, "Minutes offered for visits and driving"),
    version(),
    belongs_to("therapist", "therapist_id"),
)

drive_pair = table(
    "drive_pair",
    "Minutes of driving between two cities, as the owner knows them",
    ("city_a", "city_b"),
    column("city_a", Text, "City as shown; comes first in the alphabet, or is the same"),
    column("city_b", Text, "City as shown"),
    column("minutes", Count, "Minutes one way"),
    version(),
)

own_profile = table(
    "own_profile",
    "How the practice reads the files of a source, mapped on screen",
    ("name",),
    column("name", Text, "Name of the source in the records"),
    column("toml", Text, "The profile, as a profile file says it"),
    column("saved_at", Instant, "When it was saved last"),
    version(),
)
