"""Who may sign in, where they are signed in, and which devices they chose to remember.

Nothing here opens anything by itself: passwords and PINs are kept as Argon2 hashes, session ids,
device tokens, invitations and recovery codes as digests.
"""

from sqlalchemy import Index, Text, UniqueConstraint

from allay_metrics.records.column_types import Count, Instant, Key
from allay_metrics.records.tables.base import belongs_to, column, table, version

person = table(
    "person",
    "A person the owner listed as one who may sign in",
    ("id",),
    column("id", Key, "UUID"),
    column("email", Text, "Address she signs in with, lower case"),
    column("name", Text, "Name as shown"),
    column("role", Text, "owner or therapist"),
    column("therapist_id", Key, "Whose caseload a therapist sees", nullable=True),
    column("password_hash", Text, "Argon2 hash with its parameters", nullable=True),
    column("totp_secret", Text, "Secret shared with her authenticator app", nullable=True),
    column("totp_step", Count, "Last 30-second step a code was used of", nullable=True),
    column("oidc_issuer", Text, "Who vouches for her: the provider's issuer", nullable=True),
    column("oidc_subject", Text, "Her lasting id at that provider", nullable=True),
    column("invite_hash", Text, "SHA-256 of the code of her invitation", nullable=True),
    column("invite_expires_at", Instant, "When the invitation ends", nullable=True),
    column("invited_at", Instant, "When she was first listed"),
    column("joined_at", Instant, "When she first set up her sign-in", nullable=True),
    column("disabled_at", Instant, "Since when she may not sign in", nullable=True),
    version(),
    UniqueConstraint("practice_id", "email"),
    UniqueConstraint("practice_id", "oidc_issuer", "oidc_subject"),
    UniqueConstraint("practice_id", "invite_hash"),
)

recovery_code = table(
    "recovery_code",
    "A code that stands in once for the authenticator app",
    ("person_id", "code_hash"),
    column("person_id", Key, "Whose code it is"),
    column("code_hash", Text, "SHA-256 of the code"),
    column("made_at", Instant, "When it was made"),
    column("used_at", Instant, "When it was used", nullable=True),
    belongs_to("person", "person_id"),
)

device = table(
    "device",
    "A device a person chose to remember: there a PIN does in place of the full sign-in",
    ("id",),
    column("id", Key, "UUID"),
    column("token_hash", Text, "Digest of the token in the device's cookie"),
    column("person_id", Key, "Who remembered it"),
    column("label", Text, "Browser and system, as shown in the list"),
    column("created_at", Instant, "When it was remembered"),
    column("used_at", Instant, "When it last opened a session", nullable=True),
    column("revoked_at", Instant, "Since when it opens nothing", nullable=True),
    column("pin_hash", Text, "Argon2 hash of its PIN", nullable=True),
    column("wrong_tries", Count, "Wrong PINs since the last right one", server_default="0"),
    version(),
    belongs_to("person", "person_id"),
    UniqueConstraint("practice_id", "token_hash"),
    Index(None, "practice_id", "person_id"),
)

login_session = table(
    "login_session",
    "One sign-in on one browser; asked for at every click",
    ("id_hash",),
    column("id_hash", Text, "Digest of the id in the browser's cookie"),
    column("person_id", Key, "Who signed in"),
    column("device_id", Key, "The remembered device it was opened on", nullable=True),
    column("way", Text, "How: password, oidc or pin"),
    column("label", Text, "Browser and system, as shown in the list"),
    column("created_at", Instant, "When it was opened"),
    column("seen_at", Instant, "When it was last used, to the minute"),
    column("revoked_at", Instant, "When it was ended", nullable=True),
    belongs_to("person", "person_id"),
    belongs_to("device", "device_id"),
    Index(None, "practice_id", "person_id"),
)
