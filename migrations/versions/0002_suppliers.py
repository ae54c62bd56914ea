"""Suppliers, who acts for them, their documents and certificates"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "suppliers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("siret", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("commune", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("families", sa.JSON(), nullable=False),
        sa.Column("is_vat_exempt", sa.Boolean(), nullable=False),
        sa.Column("is_shown_publicly", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppliers")),
        sa.UniqueConstraint("siret", name=op.f("uq_suppliers_siret")),
    )
    op.create_index(
        "ix_suppliers_shown",
        "suppliers",
        ["name", "id"],
        unique=False,
        sqlite_where=sa.text("is_shown_publicly = 1"),
        postgresql_where=sa.text("is_shown_publicly"),
    )
    op.create_table(
        "supplier_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_supplier_members_person_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_supplier_members_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_members")),
    )
    op.create_index(op.f("ix_supplier_members_person_id"), "supplier_members", ["person_id"], unique=False)
    op.create_index(op.f("ix_supplier_members_supplier_id"), "supplier_members", ["supplier_id"], unique=False)
    op.create_index(
        "uq_supplier_members_present",
        "supplier_members",
        ["supplier_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "supplier_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invited_by"], ["people.id"], name=op.f("fk_supplier_invitations_invited_by")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_supplier_invitations_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_supplier_invitations_token_hash")),
    )
    op.create_index(op.f("ix_supplier_invitations_invited_by"), "supplier_invitations", ["invited_by"], unique=False)
    op.create_index(op.f("ix_supplier_invitations_supplier_id"), "supplier_invitations", ["supplier_id"], unique=False)
    op.create_table(
        "usual_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["declared_by"], ["people.id"], name=op.f("fk_usual_offers_declared_by")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_usual_offers_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usual_offers")),
    )
    op.create_index(op.f("ix_usual_offers_declared_by"), "usual_offers", ["declared_by"], unique=False)
    op.create_index("ix_usual_offers_supplier_id_declared_at", "usual_offers", ["supplier_id", "declared_at"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(organisation_id IS NULL) <> (supplier_id IS NULL)", name=op.f("ck_documents_one_owner")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_documents_organisation_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_documents_supplier_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["people.id"], name=op.f("fk_documents_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_documents_storage_key")),
    )
    op.create_index(op.f("ix_documents_organisation_id"), "documents", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_documents_supplier_id"), "documents", ["supplier_id"], unique=False)
    op.create_index(op.f("ix_documents_uploaded_by"), "documents", ["uploaded_by"], unique=False)
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_on IS NULL OR issued_on IS NULL OR expires_on >= issued_on", name=op.f("ck_certificates_dates")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_certificates_document_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_certificates_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
    )
    op.create_index(op.f("ix_certificates_document_id"), "certificates", ["document_id"], unique=False)
    op.create_index(op.f("ix_certificates_supplier_id"), "certificates", ["supplier_id"], unique=False)


def downgrade() -> None:
    op.drop_table("certificates")
    op.drop_table("documents")
    op.drop_table("usual_offers")
    op.drop_table("supplier_invitations")
    op.drop_table("supplier_members")
    op.drop_table("suppliers")
