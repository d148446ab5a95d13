"""One-time codes that enrol a till or set up the first shop, as hashes."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolment_code",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("made_ms", WholeNumber(), nullable=False),
        sa.Column("expires_ms", WholeNumber(), nullable=False),
        sa.Column("used_ms", WholeNumber(), nullable=True),
        sa.Column("nonce_hash", sa.Text(), nullable=True),
        sa.Column("became", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "code_hash"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        own = "tenant_id = current_setting('evertill.tenant', true)"
        op.execute("ALTER TABLE enrolment_code ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE enrolment_code FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON enrolment_code USING ({own}) WITH CHECK ({own})")
        # Whoever names a code's hash may read its row: the code is the proof, and says nothing of its shop.
        op.execute(
            "CREATE POLICY known_code ON enrolment_code FOR SELECT"
            " USING (code_hash = current_setting('evertill.code_hash', true))"
        )
        # Whether there is any shop at all is asked in the server's own name.
        op.execute(
            "CREATE POLICY whether_any ON tenant FOR SELECT"
            " USING (current_setting('evertill.tenant', true) = '*')"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP POLICY whether_any ON tenant")
    op.drop_table("enrolment_code")
