"""Those who sign in: users, roles, passkeys, sign-ins, memberships, invitations, limits and their log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
PART = sa.Enum("focal_point", "editor", "reader", name="part", native_enum=False, length=12)


def _reference(column: str, table: str, own: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], f"fk_{own}_{column}_{table}", ondelete=ondelete)


def upgrade() -> None:
    role = op.create_table(
        "role",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_role"),
        sa.UniqueConstraint("name", name="uq_role_name"),
    )
    op.bulk_insert(role, [{"name": name} for name in ("member", "guest", "curator", "administrator")])
    op.create_table(
        "user",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("password", sa.String(255)),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("fs_uniquifier", sa.String(64), nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tf_primary_method", sa.String(20)),
        sa.Column("tf_totp_secret", sa.String(255)),
        sa.Column("tf_totp_counter", sa.Integer),
        sa.Column("fs_webauthn_user_handle", sa.String(64)),
        sa.Column("mf_recovery_codes", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("email", name="uq_user_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_user_fs_uniquifier"),
        sa.UniqueConstraint("fs_webauthn_user_handle", name="uq_user_fs_webauthn_user_handle"),
        sa.CheckConstraint("email = lower(email)", name="ck_user_email_lower"),
        sqlite_autoincrement=True,  # a handle in the log never comes to mean somebody else
    )
    op.create_table(
        "role_grant",
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("role_id", sa.Integer, nullable=False),
        sa.Column("label", sa.String(200)),
        sa.Column("granted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "role_id", name="pk_role_grant"),
        _reference("user_id", "user", "role_grant"),
        _reference("role_id", "role", "role_grant"),
    )
    op.create_index("ix_role_grant_role_id", "role_grant", ["role_id"])
    op.create_table(
        "webauthn",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.Integer, nullable=False),
        sa.Column("transports", JSON),
        sa.Column("backup_state", sa.Boolean, nullable=False),
        sa.Column("device_type", sa.String(64), nullable=False),
        sa.Column("extensions", sa.String(255)),
        sa.Column("lastuse_datetime", TIME, nullable=False),
        sa.Column("usage", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webauthn"),
        sa.UniqueConstraint("credential_id", name="uq_webauthn_credential_id"),
        _reference("user_id", "user", "webauthn"),
    )
    op.create_index("ix_webauthn_user_id", "webauthn", ["user_id"])
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("is_strong", sa.Boolean, nullable=False),
        sa.Column("device", sa.String(120), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("digest", name="uq_sign_in_digest"),
        _reference("user_id", "user", "sign_in"),
    )
    op.create_index("ix_sign_in_user_id", "sign_in", ["user_id"])
    op.create_index("ix_sign_in_ends_at", "sign_in", ["ends_at"])
    op.create_table(
        "membership",
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("organization_id", sa.String(10), nullable=False),
        sa.Column("role", PART, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "organization_id", name="pk_membership"),
        _reference("user_id", "user", "membership"),
        _reference("organization_id", "organization", "membership"),
    )
    op.create_index("ix_membership_organization_id", "membership", ["organization_id"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("organization_id", sa.String(10), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", PART, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("invited_by", sa.Integer),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("organization_id", "email", name="uq_invitation_organization_id_email"),
        sa.UniqueConstraint("digest", name="uq_invitation_digest"),
        _reference("organization_id", "organization", "invitation"),
        _reference("invited_by", "user", "invitation", "SET NULL"),
    )
    for column in ("email", "invited_by", "expires_at"):
        op.create_index(f"ix_invitation_{column}", "invitation", [column])
    op.create_table(
        "attempt",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_kind_digest_at", "attempt", ["kind", "digest", "at"])
    op.create_index("ix_attempt_at", "attempt", ["at"])
    op.create_table(
        "account_entry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("organization_id", sa.String(10)),
        sa.Column("before", JSON),
        sa.Column("after", JSON),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_account_entry"),
    )
    for column in ("actor", "subject", "organization_id"):
        op.create_index(f"ix_account_entry_{column}", "account_entry", [column])
    _make_log_last()


def _make_log_last() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER account_entry_{act.lower()} BEFORE {act} ON account_entry "
                "BEGIN SELECT RAISE(ABORT, 'the log is only ever added to'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is only ever added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER account_entry_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON account_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    for table in (
        "account_entry",
        "attempt",
        "invitation",
        "membership",
        "sign_in",
        "webauthn",
        "role_grant",
        "user",
        "role",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
