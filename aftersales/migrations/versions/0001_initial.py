"""initial"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "campaigns",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "recall", "service", name="campaignkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("canned_job_code", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_campaigns_term")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("number", name=op.f("uq_campaigns_number")),
    )
    op.create_table(
        "canned_jobs",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("model_filter", sa.String(length=200), nullable=False),
        sa.Column(
            "bay_kind",
            sa.Enum(
                "lift",
                "alignment",
                "paint",
                "ev",
                "pre_check",
                "wash",
                name="baykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_jobs")),
        sa.UniqueConstraint("code", name=op.f("uq_canned_jobs_code")),
    )
    op.create_table(
        "inspection_templates",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("words", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("model_filter", sa.String(length=200), nullable=False),
        sa.Column("job_codes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("pay_types", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("fuels", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_name", sa.String(length=200), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_templates")),
        sa.UniqueConstraint("code", "version_no", name=op.f("uq_inspection_templates_code_version_no")),
    )
    with op.batch_alter_table("inspection_templates", schema=None) as batch_op:
        batch_op.create_index(
            "uq_inspection_templates_draft",
            ["code"],
            unique=True,
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )
        batch_op.create_index(
            "uq_inspection_templates_in_use",
            ["code"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL AND published_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND published_at IS NOT NULL"),
        )

    op.create_table(
        "labour_times",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column(
            "skill",
            sa.Enum(
                "mechanical",
                "electrical",
                "diagnosis",
                "body",
                "paint",
                name="skill",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_labour_times_hours")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labour_times")),
        sa.UniqueConstraint("code", name=op.f("uq_labour_times_code")),
    )
    op.create_table(
        "reminders",
        sa.Column(
            "kind",
            sa.Enum(
                "not_fetched",
                "service_due",
                "appointment",
                name="reminderkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "kind", "subject_id", "occasion", name=op.f("uq_reminders_kind_subject_id_occasion")
        ),
    )
    op.create_table(
        "repair_rules",
        sa.Column("symptoms", sa.String(length=300), nullable=False),
        sa.Column("fault_codes", sa.String(length=200), nullable=False),
        sa.Column("model_filter", sa.String(length=200), nullable=False),
        sa.Column("canned_job_code", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("symptoms <> '' OR fault_codes <> ''", name=op.f("ck_repair_rules_sign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_rules")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_tries")),
    )
    with op.batch_alter_table("sign_in_tries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_tries_address_at"), ["address", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_tries_email_at"), ["email", "at"], unique=False)

    op.create_table(
        "sites",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("tax_id", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=False),
        sa.Column("has_teams", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("code", name=op.f("uq_sites_code")),
    )
    op.create_table(
        "submissions",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("client_id", name=op.f("uq_submissions_client_id")),
    )
    op.create_table(
        "suppliers",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("lead_days >= 0", name=op.f("ck_suppliers_lead_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppliers")),
        sa.UniqueConstraint("name", name=op.f("uq_suppliers_name")),
    )
    op.create_table(
        "users",
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("initials", sa.String(length=4), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "articles",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("number_normalised", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "part", "material", name="articlekind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "unit",
            sa.Enum(
                "piece",
                "set",
                "litre",
                "metre",
                "kilogram",
                name="unit",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("is_safety_critical", sa.Boolean(), nullable=False),
        sa.Column("barcode", sa.String(length=60), nullable=False),
        sa.Column("superseded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("default_bin", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("search", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("price >= 0 AND cost >= 0", name=op.f("ck_articles_money")),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"], ["articles.id"], name=op.f("fk_articles_superseded_by_id")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_articles_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("number", name=op.f("uq_articles_number")),
        sa.UniqueConstraint("number_normalised", name=op.f("uq_articles_number_normalised")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_barcode"), ["barcode"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_search"), ["search"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_supplier_id"), ["supplier_id"], unique=False)

    op.create_table(
        "attendances",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_attendances_order")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_attendances_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_attendances_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attendances_site_id_started_at"), ["site_id", "started_at"], unique=False
        )
        batch_op.create_index(
            "uq_attendances_open",
            ["user_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "audit_entries",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject_type", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("previous_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_entries_actor_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_audit_entries_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_entries_digest")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_entries_subject_type_subject_id"),
            ["subject_type", "subject_id"],
            unique=False,
        )

    op.create_table(
        "bays",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lift",
                "alignment",
                "paint",
                "ev",
                "pre_check",
                "wash",
                name="baykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_bays_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bays")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_bays_site_id_name")),
    )
    op.create_table(
        "canned_job_lines",
        sa.Column("canned_job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "labour",
                "part",
                "material",
                "sublet",
                "fee",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column(
            "skill",
            sa.Enum(
                "mechanical",
                "electrical",
                "diagnosis",
                "body",
                "paint",
                name="skill",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("labour_time_code", sa.String(length=40), nullable=False),
        sa.Column("article_number", sa.String(length=60), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column(
            "price_source",
            sa.Enum(
                "rate",
                "article",
                "fixed",
                name="pricesource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(price_source = 'fixed') = (unit_price IS NOT NULL)",
            name=op.f("ck_canned_job_lines_fixed_price"),
        ),
        sa.CheckConstraint(
            "price_source <> 'article' OR article_number <> ''", name=op.f("ck_canned_job_lines_article")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_canned_job_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["canned_job_id"], ["canned_jobs.id"], name=op.f("fk_canned_job_lines_canned_job_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_job_lines")),
    )
    with op.batch_alter_table("canned_job_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_canned_job_lines_canned_job_id"), ["canned_job_id"], unique=False
        )

    op.create_table(
        "canned_job_specs",
        sa.Column("canned_job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("torque", "fluid", name="speckind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("nominal", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("low <= nominal AND nominal <= high", name=op.f("ck_canned_job_specs_limits")),
        sa.ForeignKeyConstraint(
            ["canned_job_id"], ["canned_jobs.id"], name=op.f("fk_canned_job_specs_canned_job_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_job_specs")),
    )
    with op.batch_alter_table("canned_job_specs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_canned_job_specs_canned_job_id"), ["canned_job_id"], unique=False
        )

    op.create_table(
        "closed_days",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_closed_days_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_days")),
        sa.UniqueConstraint("site_id", "day", name=op.f("uq_closed_days_site_id_day")),
    )
    op.create_table(
        "counters",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_counters_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counters")),
        sa.UniqueConstraint("site_id", "kind", "year", name=op.f("uq_counters_site_id_kind_year")),
    )
    op.create_table(
        "customers",
        sa.Column(
            "kind",
            sa.Enum(
                "person",
                "company",
                "insurer",
                "manufacturer",
                name="customerkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("phone_normalised", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("tax_id", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("may_email", sa.Boolean(), nullable=False),
        sa.Column("may_sms", sa.Boolean(), nullable=False),
        sa.Column("has_credit", sa.Boolean(), nullable=False),
        sa.Column("search", sa.String(length=400), nullable=False),
        sa.Column("home_site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["home_site_id"], ["sites.id"], name=op.f("fk_customers_home_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customers_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_customers_phone_normalised"), ["phone_normalised"], unique=False)
        batch_op.create_index(batch_op.f("ix_customers_search"), ["search"], unique=False)

    op.create_table(
        "inspection_template_items",
        sa.Column("template_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("hint", sa.String(length=200), nullable=False),
        sa.Column("words", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rating",
                "value",
                "text",
                name="answerkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_mandatory", sa.Boolean(), nullable=False),
        sa.Column("needs_photo", sa.Boolean(), nullable=False),
        sa.Column("measures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("canned_job_code", sa.String(length=40), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["inspection_templates.id"],
            name=op.f("fk_inspection_template_items_template_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_template_items")),
        sa.UniqueConstraint(
            "template_id", "code", name=op.f("uq_inspection_template_items_template_id_code")
        ),
    )
    op.create_table(
        "knowledge_entries",
        sa.Column(
            "kind",
            sa.Enum(
                "manual",
                "bulletin",
                "fault",
                name="knowledgekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("symptom", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("text_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("added_by_name", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(kind = 'fault') = (storage_key = '')", name=op.f("ck_knowledge_entries_file")),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_knowledge_entries_added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_entries")),
    )
    with op.batch_alter_table("knowledge_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_knowledge_entries_sha256"), ["sha256"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_knowledge_entries_withdrawn_at_added_at"),
            ["withdrawn_at", "added_at"],
            unique=False,
        )

    op.create_table(
        "labour_rates",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "skill",
            sa.Enum(
                "mechanical",
                "electrical",
                "diagnosis",
                "body",
                "paint",
                name="skill",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "pay_type",
            sa.Enum(
                "customer",
                "warranty",
                "insurance",
                "internal",
                "goodwill",
                name="paytype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_labour_rates_price")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_labour_rates_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labour_rates")),
    )
    with op.batch_alter_table("labour_rates", schema=None) as batch_op:
        batch_op.create_index(
            "uq_labour_rates_for_all",
            ["site_id", "skill"],
            unique=True,
            sqlite_where=sa.text("pay_type IS NULL"),
            postgresql_where=sa.text("pay_type IS NULL"),
        )
        batch_op.create_index("uq_labour_rates_pay_type", ["site_id", "skill", "pay_type"], unique=True)

    op.create_table(
        "memberships",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "advisor",
                "manager",
                "technician",
                "leader",
                "qc",
                "parts",
                "cashier",
                "care",
                "claims",
                "service_manager",
                "head_office",
                "admin",
                "technical_director",
                "reception_supervisor",
                "finance",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_memberships_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("user_id", "site_id", "role", name=op.f("uq_memberships_user_id_site_id_role")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_site_id_role"), ["site_id", "role"], unique=False)

    op.create_table(
        "opening_hours",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_opening_hours_order")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_opening_hours_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
        sa.UniqueConstraint("site_id", "weekday", name=op.f("uq_opening_hours_site_id_weekday")),
    )
    op.create_table(
        "past_guarantee_terms",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terms", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_past_guarantee_terms_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_guarantee_terms")),
    )
    with op.batch_alter_table("past_guarantee_terms", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_past_guarantee_terms_site_id_until_at"), ["site_id", "until_at"], unique=False
        )

    op.create_table(
        "pins",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("wrong_tries >= 0", name=op.f("ck_pins_wrong")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pins")),
        sa.UniqueConstraint("user_id", name=op.f("uq_pins_user_id")),
    )
    op.create_table(
        "site_changes",
        sa.Column(
            "site_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_changes_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_changes")),
    )
    op.create_table(
        "tablets",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("enrolled_by_name", sa.String(length=200), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_by_name", sa.String(length=200), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_name", sa.String(length=200), nullable=False),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("wrong_pins >= 0", name=op.f("ck_tablets_wrong")),
        sa.ForeignKeyConstraint(["enrolled_by_id"], ["users.id"], name=op.f("fk_tablets_enrolled_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_tablets_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tablets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tablets_token_hash")),
    )
    with op.batch_alter_table("tablets", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tablets_site_id_revoked_at"), ["site_id", "revoked_at"], unique=False
        )

    op.create_table(
        "tax_rates",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("rate >= 0 AND rate < 10000", name=op.f("ck_tax_rates_share")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_tax_rates_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rates")),
        sa.UniqueConstraint("site_id", "rate", name=op.f("uq_tax_rates_site_id_rate")),
    )
    op.create_table(
        "teams",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["users.id"], name=op.f("fk_teams_leader_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_teams_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_teams_site_id_name")),
    )
    op.create_table(
        "warehouses",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_warehouses_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouses")),
        sa.UniqueConstraint("site_id", "code", name=op.f("uq_warehouses_site_id_code")),
    )
    op.create_table(
        "bay_closures",
        sa.Column("bay_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_name", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_bay_closures_order")),
        sa.ForeignKeyConstraint(["bay_id"], ["bays.id"], name=op.f("fk_bay_closures_bay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bay_closures")),
    )
    with op.batch_alter_table("bay_closures", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bay_closures_bay_id_ends_at"), ["bay_id", "ends_at"], unique=False
        )

    op.create_table(
        "knowledge_labels",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("model", "code", name="labelkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("shown", sa.String(length=80), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["knowledge_entries.id"], name=op.f("fk_knowledge_labels_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_labels")),
        sa.UniqueConstraint(
            "entry_id", "kind", "value", name=op.f("uq_knowledge_labels_entry_id_kind_value")
        ),
    )
    with op.batch_alter_table("knowledge_labels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_knowledge_labels_kind_value"), ["kind", "value"], unique=False)

    op.create_table(
        "knowledge_passages",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["knowledge_entries.id"], name=op.f("fk_knowledge_passages_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_passages")),
        sa.UniqueConstraint("entry_id", "page", name=op.f("uq_knowledge_passages_entry_id_page")),
    )
    op.create_table(
        "posts",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("holder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("vacant_since", sa.Date(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["users.id"], name=op.f("fk_posts_holder_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_posts_site_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_posts_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posts_site_id"), ["site_id"], unique=False)

    op.create_table(
        "purchase_orders",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by_name", sa.String(length=200), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submission_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_purchase_orders_site_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("fk_purchase_orders_supplier_id")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_purchase_orders_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_orders")),
        sa.UniqueConstraint("site_id", "number", name=op.f("uq_purchase_orders_site_id_number")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_purchase_orders_submission_id")),
    )
    with op.batch_alter_table("purchase_orders", schema=None) as batch_op:
        batch_op.create_index(
            "ix_purchase_orders_open",
            ["site_id", "expected_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_purchase_orders_site_id_ordered_at"), ["site_id", "ordered_at"], unique=False
        )

    op.create_table(
        "stock",
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("bin", sa.String(length=20), nullable=False),
        sa.Column("safety_stock", sa.BigInteger(), nullable=False),
        sa.Column("reorder_point", sa.BigInteger(), nullable=False),
        sa.Column("order_up_to", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_on_hand")),
        sa.CheckConstraint("reserved >= 0 AND reserved <= on_hand", name=op.f("ck_stock_reserved")),
        sa.CheckConstraint(
            "safety_stock >= 0 AND reorder_point >= 0 AND order_up_to >= 0", name=op.f("ck_stock_levels")
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_stock_article_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_stock_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock")),
        sa.UniqueConstraint("warehouse_id", "article_id", name=op.f("uq_stock_warehouse_id_article_id")),
    )
    with op.batch_alter_table("stock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_article_id"), ["article_id"], unique=False)

    op.create_table(
        "technicians",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "grade",
            sa.Enum(
                "senior",
                "intermediate",
                "junior",
                "body",
                "paint",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("hourly_cost", sa.BigInteger(), nullable=False),
        sa.Column("high_voltage_until", sa.Date(), nullable=True),
        sa.Column("skills", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_technicians_site_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_technicians_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_technicians_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technicians")),
        sa.UniqueConstraint("site_id", "user_id", name=op.f("uq_technicians_site_id_user_id")),
    )
    op.create_table(
        "user_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tablet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_pin", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "NOT by_pin OR tablet_id IS NOT NULL", name=op.f("ck_user_sessions_pin_needs_tablet")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_user_sessions_site_id")),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablets.id"], name=op.f("fk_user_sessions_tablet_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_sessions_token_hash")),
    )
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_user_sessions_open",
            ["user_id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "vehicles",
        sa.Column("plate", sa.String(length=20), nullable=False),
        sa.Column("plate_normalised", sa.String(length=20), nullable=False),
        sa.Column("plate_country", sa.String(length=2), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("make", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("engine", sa.String(length=80), nullable=False),
        sa.Column(
            "fuel",
            sa.Enum(
                "petrol",
                "diesel",
                "hybrid",
                "electric",
                "lpg",
                "other",
                name="fuel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("colour", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("odometer", sa.Integer(), nullable=True),
        sa.Column("last_service_on", sa.Date(), nullable=True),
        sa.Column("next_service_on", sa.Date(), nullable=True),
        sa.Column("next_service_odometer", sa.Integer(), nullable=True),
        sa.Column("warranty_until_on", sa.Date(), nullable=True),
        sa.Column("warranty_until_odometer", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("odometer >= 0", name=op.f("ck_vehicles_odometer")),
        sa.ForeignKeyConstraint(["owner_id"], ["customers.id"], name=op.f("fk_vehicles_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
    )
    with op.batch_alter_table("vehicles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicles_next_service_on"), ["next_service_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicles_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicles_plate_normalised"), ["plate_normalised"], unique=False)
        batch_op.create_index(
            "uq_vehicles_vin",
            ["vin"],
            unique=True,
            sqlite_where=sa.text("vin <> ''"),
            postgresql_where=sa.text("vin <> ''"),
        )

    op.create_table(
        "absences",
        sa.Column("technician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "holiday",
                "sick",
                "training",
                "other",
                name="absencekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_name", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absences_order")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technicians.id"], name=op.f("fk_absences_technician_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_absences_technician_id_ends_at"), ["technician_id", "ends_at"], unique=False
        )

    op.create_table(
        "ownerships",
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_ownerships_customer_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_ownerships_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownerships")),
    )
    with op.batch_alter_table("ownerships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ownerships_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ownerships_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "purchase_order_lines",
        sa.Column("purchase_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchase_order_lines_quantity")),
        sa.CheckConstraint(
            "received >= 0 AND cancelled >= 0 AND received + cancelled <= quantity",
            name=op.f("ck_purchase_order_lines_received"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_purchase_order_lines_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_orders.id"],
            name=op.f("fk_purchase_order_lines_purchase_order_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order_lines")),
        sa.UniqueConstraint(
            "purchase_order_id",
            "article_id",
            name=op.f("uq_purchase_order_lines_purchase_order_id_article_id"),
        ),
    )
    with op.batch_alter_table("purchase_order_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchase_order_lines_article_id"), ["article_id"], unique=False)

    op.create_table(
        "receipts",
        sa.Column("purchase_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("received_by_name", sa.String(length=200), nullable=False),
        sa.Column("delivery_note", sa.String(length=60), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"], ["purchase_orders.id"], name=op.f("fk_receipts_purchase_order_id")
        ),
        sa.ForeignKeyConstraint(["received_by_id"], ["users.id"], name=op.f("fk_receipts_received_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_receipts_submission_id")),
    )
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_receipts_purchase_order_id"), ["purchase_order_id"], unique=False
        )

    op.create_table(
        "service_orders",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("advisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("technician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("bay_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "booked",
                "arrived",
                "checked_in",
                "assigned",
                "in_progress",
                "awaiting_approval",
                "awaiting_parts",
                "repairing",
                "quality_check",
                "preparing",
                "ready_for_pickup",
                "completed",
                "cancelled",
                "closed_without_repair",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "hold_reason",
            sa.Enum(
                "bay",
                "sublet",
                "insurer",
                "customer",
                "other",
                name="holdreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("hold_note", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "normal",
                "high",
                "urgent",
                name="priority",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("briefing", sa.String(length=500), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("odometer", sa.Integer(), nullable=True),
        sa.Column("comeback_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("continues_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("warranty_warned", sa.Boolean(), nullable=False),
        sa.Column(
            "warranty_decision",
            sa.Enum(
                "repair",
                "manufacturer",
                "no_case",
                name="warrantydecision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("checkin_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("diagnosis_consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_wash", sa.Boolean(), nullable=False),
        sa.Column("washed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("workshop_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inspection_is_open", sa.Boolean(), nullable=False),
        sa.Column("inspection_completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_quotations", sa.Integer(), nullable=False),
        sa.Column("authorised_lines", sa.Integer(), nullable=False),
        sa.Column("authorised_gross", sa.BigInteger(), nullable=False),
        sa.Column("agreed_fee", sa.BigInteger(), nullable=False),
        sa.Column("planned_minutes", sa.Integer(), nullable=False),
        sa.Column("worked_minutes", sa.Integer(), nullable=False),
        sa.Column("parts_missing", sa.Integer(), nullable=False),
        sa.Column("parts_expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_parts", sa.Integer(), nullable=False),
        sa.Column("unsettled_parts", sa.Integer(), nullable=False),
        sa.Column("open_clockings", sa.Integer(), nullable=False),
        sa.Column("said_ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_jobs", sa.Integer(), nullable=False),
        sa.Column("repairer_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("needs_leader_check", sa.Boolean(), nullable=False),
        sa.Column("self_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leader_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("qc_passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_rework", sa.Integer(), nullable=False),
        sa.Column("rework_count", sa.Integer(), nullable=False),
        sa.Column("rework_minutes", sa.Integer(), nullable=False),
        sa.Column("comebacks", sa.Integer(), nullable=False),
        sa.Column("preparation_open", sa.Integer(), nullable=False),
        sa.Column("invoiced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("credit_allowed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "parts_missing >= 0 AND open_clockings >= 0 AND open_rework >= 0",
            name=op.f("ck_service_orders_counts"),
        ),
        sa.ForeignKeyConstraint(["advisor_id"], ["users.id"], name=op.f("fk_service_orders_advisor_id")),
        sa.ForeignKeyConstraint(["bay_id"], ["bays.id"], name=op.f("fk_service_orders_bay_id")),
        sa.ForeignKeyConstraint(
            ["comeback_of_id"], ["service_orders.id"], name=op.f("fk_service_orders_comeback_of_id")
        ),
        sa.ForeignKeyConstraint(
            ["continues_id"], ["service_orders.id"], name=op.f("fk_service_orders_continues_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_service_orders_customer_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_service_orders_site_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_service_orders_team_id")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["users.id"], name=op.f("fk_service_orders_technician_id")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_service_orders_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_orders")),
        sa.UniqueConstraint("site_id", "number", name=op.f("uq_service_orders_site_id_number")),
    )
    with op.batch_alter_table("service_orders", schema=None) as batch_op:
        batch_op.create_index(
            "ix_service_orders_board",
            ["site_id", "state", "promised_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_service_orders_customer_id_opened_at"), ["customer_id", "opened_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_service_orders_site_id_closed_at"), ["site_id", "closed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_service_orders_site_id_opened_at"), ["site_id", "opened_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_service_orders_technician_id"), ["technician_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_service_orders_vehicle_id_opened_at"), ["vehicle_id", "opened_at"], unique=False
        )

    op.create_table(
        "shift_changes",
        sa.Column("technician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("ends_at", sa.Time(), nullable=True),
        sa.Column("breaks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_shift_changes_both")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technicians.id"], name=op.f("fk_shift_changes_technician_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_changes")),
        sa.UniqueConstraint("technician_id", "day", name=op.f("uq_shift_changes_technician_id_day")),
    )
    op.create_table(
        "shift_days",
        sa.Column("technician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("breaks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_shift_days_weekday")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technicians.id"], name=op.f("fk_shift_days_technician_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_days")),
        sa.UniqueConstraint("technician_id", "weekday", name=op.f("uq_shift_days_technician_id_weekday")),
    )
    op.create_table(
        "technician_certificates",
        sa.Column("technician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "high_voltage",
                "warranty",
                "air_conditioning",
                name="certificate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technicians.id"], name=op.f("fk_technician_certificates_technician_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technician_certificates")),
        sa.UniqueConstraint(
            "technician_id", "kind", name=op.f("uq_technician_certificates_technician_id_kind")
        ),
    )
    op.create_table(
        "vehicle_warnings",
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "recall",
                "safety",
                "payment",
                "note",
                name="warningkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_vehicle_warnings_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_warnings")),
    )
    with op.batch_alter_table("vehicle_warnings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_warnings_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "appointments",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "phone",
                "walk_in",
                "website",
                "message",
                "other",
                name="bookingchannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("rough_estimate", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_appointments_minutes")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_appointments_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_appointments_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint("service_order_id", name=op.f("uq_appointments_service_order_id")),
    )
    with op.batch_alter_table("appointments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_appointments_site_id_starts_at"), ["site_id", "starts_at"], unique=False
        )

    op.create_table(
        "attachments",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("thumb_key", sa.String(length=200), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shared_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_attachments_author_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_attachments_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_attachments_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("client_id", name=op.f("uq_attachments_client_id")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attachments_service_order_id"), ["service_order_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_attachments_sha256"), ["sha256"], unique=False)

    op.create_table(
        "checkin_entries",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "taken",
                "open",
                "put_aside",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("other_value", sa.Text(), nullable=False),
        sa.Column("other_name", sa.String(length=200), nullable=False),
        sa.Column("other_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_checkin_entries_by_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_checkin_entries_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_entries")),
        sa.UniqueConstraint("client_id", name=op.f("uq_checkin_entries_client_id")),
    )
    with op.batch_alter_table("checkin_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checkin_entries_service_order_id_outcome"),
            ["service_order_id", "outcome"],
            unique=False,
        )

    op.create_table(
        "customer_calls",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "follow_up",
                "not_fetched",
                name="callreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("was_reached", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("promised", sa.String(length=300), nullable=False),
        sa.Column("is_content", sa.Boolean(), nullable=True),
        sa.Column("next_call_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_customer_calls_by_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_customer_calls_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_customer_calls_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_calls")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_customer_calls_submission_id")),
    )
    with op.batch_alter_table("customer_calls", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_customer_calls_service_order_id"), ["service_order_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_customer_calls_site_id_at"), ["site_id", "at"], unique=False)

    op.create_table(
        "documents",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "service_order",
                "quotation",
                "inspection",
                "diagnosis_report",
                "qc_record",
                "invoice",
                "credit_note",
                "delivery_note",
                "gate_pass",
                "guarantee_certificate",
                "job_card",
                "handover_list",
                "issue_slip",
                "tablet_statement",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_documents_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_documents_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_documents_service_order_id_kind"), ["service_order_id", "kind"], unique=False
        )

    op.create_table(
        "high_voltage_exceptions",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("allowed_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_high_voltage_exceptions_reason")),
        sa.ForeignKeyConstraint(
            ["service_order_id"],
            ["service_orders.id"],
            name=op.f("fk_high_voltage_exceptions_service_order_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_high_voltage_exceptions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_high_voltage_exceptions")),
        sa.UniqueConstraint(
            "service_order_id", "user_id", name=op.f("uq_high_voltage_exceptions_service_order_id_user_id")
        ),
    )
    op.create_table(
        "inspections",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("template_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("template_name", sa.String(length=120), nullable=False),
        sa.Column("template_words", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("completed_by_name", sa.String(length=200), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["completed_by_id"], ["users.id"], name=op.f("fk_inspections_completed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_inspections_service_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["inspection_templates.id"], name=op.f("fk_inspections_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
        sa.UniqueConstraint("service_order_id", name=op.f("uq_inspections_service_order_id")),
    )
    op.create_table(
        "invoices",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "invoice",
                "credit_note",
                name="invoicekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "pay_type",
            sa.Enum(
                "customer",
                "warranty",
                "insurance",
                "internal",
                "goodwill",
                name="paytype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("payer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payer_name", sa.String(length=200), nullable=False),
        sa.Column("payer_address", sa.String(length=300), nullable=False),
        sa.Column("payer_tax_id", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("includes_tax", sa.Boolean(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_name", sa.String(length=200), nullable=False),
        sa.Column("supplied_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("net + tax = gross", name=op.f("ck_invoices_sum")),
        sa.ForeignKeyConstraint(["corrects_id"], ["invoices.id"], name=op.f("fk_invoices_corrects_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["customers.id"], name=op.f("fk_invoices_payer_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_invoices_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_invoices_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("site_id", "number", name=op.f("uq_invoices_site_id_number")),
    )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoices_service_order_id"), ["service_order_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_invoices_site_id_issued_at"), ["site_id", "issued_at"], unique=False
        )

    op.create_table(
        "issue_slips",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issued_by_name", sa.String(length=200), nullable=False),
        sa.Column("receiver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("receiver_name", sa.String(length=200), nullable=False),
        sa.Column(
            "signed_with",
            sa.Enum("pin", "name", name="slipsigning", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("signed_digest", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["issued_by_id"], ["users.id"], name=op.f("fk_issue_slips_issued_by_id")),
        sa.ForeignKeyConstraint(["receiver_id"], ["users.id"], name=op.f("fk_issue_slips_receiver_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_issue_slips_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_issue_slips_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_slips")),
        sa.UniqueConstraint("site_id", "number", name=op.f("uq_issue_slips_site_id_number")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_issue_slips_submission_id")),
    )
    with op.batch_alter_table("issue_slips", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_issue_slips_service_order_id"), ["service_order_id"], unique=False
        )

    op.create_table(
        "jobs",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column(
            "pay_type",
            sa.Enum(
                "customer",
                "warranty",
                "insurance",
                "internal",
                "goodwill",
                name="paytype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("technician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("canned_job_code", sa.String(length=40), nullable=False),
        sa.Column(
            "skill",
            sa.Enum(
                "mechanical",
                "electrical",
                "diagnosis",
                "body",
                "paint",
                name="skill",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "bay_kind",
            sa.Enum(
                "lift",
                "alignment",
                "paint",
                "ev",
                "pre_check",
                "wash",
                name="baykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("planned_minutes", sa.Integer(), nullable=False),
        sa.Column("worked_minutes", sa.Integer(), nullable=False),
        sa.Column("is_additional", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["done_by_id"], ["users.id"], name=op.f("fk_jobs_done_by_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_jobs_service_order_id")
        ),
        sa.ForeignKeyConstraint(["technician_id"], ["users.id"], name=op.f("fk_jobs_technician_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_service_order_id"), ["service_order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_technician_id"), ["technician_id"], unique=False)

    op.create_table(
        "links",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "order", "quotation", name="linkscope", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_links_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_links_token_hash")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_service_order_id"), ["service_order_id"], unique=False)

    op.create_table(
        "odometer_readings",
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_odometer_readings_service_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicles.id"], name=op.f("fk_odometer_readings_vehicle_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odometer_readings")),
    )
    with op.batch_alter_table("odometer_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_odometer_readings_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "order_events",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "state",
                "edit",
                "photo",
                "message",
                "approval",
                "finding",
                "clock",
                "parts",
                "quality",
                "payment",
                "document",
                "note",
                name="eventkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("tone", sa.String(length=10), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_order_events_actor_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_order_events_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    with op.batch_alter_table("order_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_order_events_service_order_id_at"), ["service_order_id", "at"], unique=False
        )

    op.create_table(
        "preparation_items",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "wash",
                "clean_inside",
                "belongings",
                "covers_off",
                "papers",
                "park",
                name="preparation",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_preparation_items_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preparation_items")),
        sa.UniqueConstraint(
            "service_order_id", "kind", name=op.f("uq_preparation_items_service_order_id_kind")
        ),
    )
    op.create_table(
        "safety_acknowledgements",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_order_id"],
            ["service_orders.id"],
            name=op.f("fk_safety_acknowledgements_service_order_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_safety_acknowledgements_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_acknowledgements")),
        sa.UniqueConstraint(
            "service_order_id", "user_id", name=op.f("uq_safety_acknowledgements_service_order_id_user_id")
        ),
    )
    op.create_table(
        "short_visits",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "fee",
            sa.Enum(
                "charged",
                "waived",
                "none_agreed",
                name="feedecision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fee_gross", sa.BigInteger(), nullable=False),
        sa.Column("waiver_reason", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_short_visits_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_short_visits")),
        sa.UniqueConstraint("service_order_id", name=op.f("uq_short_visits_service_order_id")),
    )
    op.create_table(
        "specialist_calls",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "place",
            sa.Enum(
                "reception",
                "pre_check",
                "bay",
                name="callplace",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("called_by_name", sa.String(length=200), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acknowledged_by_name", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_id"], ["users.id"], name=op.f("fk_specialist_calls_acknowledged_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["called_by_id"], ["users.id"], name=op.f("fk_specialist_calls_called_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_specialist_calls_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_specialist_calls_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specialist_calls")),
    )
    with op.batch_alter_table("specialist_calls", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_specialist_calls_service_order_id"), ["service_order_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_specialist_calls_site_id_called_at"), ["site_id", "called_at"], unique=False
        )

    op.create_table(
        "tasks",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "check_in",
                "assign_technician",
                "plan_again",
                "wash_car",
                "accept_job",
                "send_quotation",
                "report_additional",
                "call_about_quotation",
                "read_answer",
                "start_repair",
                "confirm_parts",
                "issue_parts",
                "order_parts",
                "leader_check",
                "final_check",
                "rework",
                "prepare_car",
                "hand_over",
                "take_payment",
                "call_not_fetched",
                "follow_up",
                "decide_warranty",
                "approve_discount",
                "look_at_inspection",
                "decide_line_warranty",
                "come_as_specialist",
                "message_failed",
                "comeback",
                "car_differs",
                "move_belongings",
                "forgotten_clock",
                "forgotten_day",
                "decide_correction",
                "answer_progress",
                "delay",
                "tell_delay",
                name="tasktype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "role",
            sa.Enum(
                "advisor",
                "manager",
                "technician",
                "leader",
                "qc",
                "parts",
                "cashier",
                "care",
                "claims",
                "service_manager",
                "head_office",
                "admin",
                "technical_director",
                "reception_supervisor",
                "finance",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("subject_key", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_tasks_person_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_tasks_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_tasks_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tasks_open",
            ["site_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_tasks_service_order_id"), ["service_order_id"], unique=False)
        batch_op.create_index(
            "uq_tasks_open_subject",
            ["type", "subject_key"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "tool_reports",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("lines_not_read", sa.Integer(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_in_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_tool_reports_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_reports")),
        sa.UniqueConstraint(
            "service_order_id", "sha256", name=op.f("uq_tool_reports_service_order_id_sha256")
        ),
    )
    op.create_table(
        "warranty_watches",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "level",
            sa.Enum("near", "over", name="watchlevel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.Column("repairs", sa.Integer(), nullable=False),
        sa.Column("repairs_limit", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("days_limit", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "repair",
                "manufacturer",
                "no_case",
                name="warrantydecision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_warranty_watches_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warranty_watches")),
        sa.UniqueConstraint("service_order_id", name=op.f("uq_warranty_watches_service_order_id")),
    )
    op.create_table(
        "belongings_requests",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_allowed", sa.Boolean(), nullable=True),
        sa.Column("consent_by", sa.String(length=120), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "phone",
                "in_person",
                "message",
                name="consentway",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_allowed IS NULL)", name=op.f("ck_belongings_requests_answered")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["users.id"], name=op.f("fk_belongings_requests_asked_by_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_belongings_requests_job_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_belongings_requests_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_belongings_requests")),
    )
    with op.batch_alter_table("belongings_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_belongings_requests_service_order_id"), ["service_order_id"], unique=False
        )

    op.create_table(
        "bookings",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bay_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("is_fixed", sa.Boolean(), nullable=False),
        sa.Column("overtime_reason", sa.String(length=200), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by_name", sa.String(length=200), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_bookings_order")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_bookings_minutes")),
        sa.ForeignKeyConstraint(["bay_id"], ["bays.id"], name=op.f("fk_bookings_bay_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_bookings_job_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_bookings_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_bookings_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bookings_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_bookings_bay",
            ["bay_id", "ends_at"],
            unique=False,
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )
        batch_op.create_index(
            "ix_bookings_person",
            ["user_id", "ends_at"],
            unique=False,
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_bookings_service_order_id"), ["service_order_id"], unique=False)
        batch_op.create_index(
            "ix_bookings_site",
            ["site_id", "ends_at"],
            unique=False,
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )

    op.create_table(
        "campaign_vehicles",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_note", sa.String(length=200), nullable=False),
        sa.Column("done_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_vehicles_campaign_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_campaign_vehicles_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_vehicles")),
        sa.UniqueConstraint("campaign_id", "vin", name=op.f("uq_campaign_vehicles_campaign_id_vin")),
    )
    with op.batch_alter_table("campaign_vehicles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_vehicles_vin"), ["vin"], unique=False)

    op.create_table(
        "car_comparisons",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("point", sa.String(length=40), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compared_by_name", sa.String(length=200), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("is_same OR note <> ''", name=op.f("ck_car_comparisons_note")),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_car_comparisons_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_car_comparisons_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_car_comparisons")),
        sa.UniqueConstraint(
            "service_order_id", "point", name=op.f("uq_car_comparisons_service_order_id_point")
        ),
    )
    op.create_table(
        "comebacks",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_comeback", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("days_after", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("is_comeback OR reason <> ''", name=op.f("ck_comebacks_reason")),
        sa.CheckConstraint("first_order_id <> service_order_id", name=op.f("ck_comebacks_two_orders")),
        sa.ForeignKeyConstraint(["first_job_id"], ["jobs.id"], name=op.f("fk_comebacks_first_job_id")),
        sa.ForeignKeyConstraint(
            ["first_order_id"], ["service_orders.id"], name=op.f("fk_comebacks_first_order_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_comebacks_job_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_comebacks_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_comebacks_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comebacks")),
        sa.UniqueConstraint(
            "service_order_id",
            "first_order_id",
            "first_job_id",
            name=op.f("uq_comebacks_service_order_id_first_order_id_first_job_id"),
        ),
    )
    with op.batch_alter_table("comebacks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comebacks_first_order_id"), ["first_order_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_comebacks_site_id_decided_at"), ["site_id", "decided_at"], unique=False
        )

    op.create_table(
        "fault_checks",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_found", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_fault_checks_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_checks")),
        sa.UniqueConstraint("job_id", name=op.f("uq_fault_checks_job_id")),
    )
    op.create_table(
        "fault_codes",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "pending",
                "stored",
                "permanent",
                "unknown",
                name="codestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_name", sa.String(length=200), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remove_reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["tool_reports.id"], name=op.f("fk_fault_codes_report_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_fault_codes_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_codes")),
        sa.UniqueConstraint(
            "service_order_id", "code", "unit", name=op.f("uq_fault_codes_service_order_id_code_unit")
        ),
    )
    with op.batch_alter_table("fault_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fault_codes_code"), ["code"], unique=False)

    op.create_table(
        "inspection_flags",
        sa.Column("inspection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "too_fast",
                "reused_photo",
                name="flagkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about_name", sa.String(length=200), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_inspection_flags_inspection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_flags")),
        sa.UniqueConstraint(
            "inspection_id", "kind", "subject", name=op.f("uq_inspection_flags_inspection_id_kind_subject")
        ),
    )
    op.create_table(
        "inspection_items",
        sa.Column("inspection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "rating",
            sa.Enum(
                "ok",
                "soon",
                "urgent",
                "na",
                name="rating",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("previous", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rated_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rated_by_name", sa.String(length=200), nullable=False),
        sa.Column("tablet", sa.String(length=64), nullable=False),
        sa.Column("swept_by", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("hint", sa.String(length=200), nullable=False),
        sa.Column("words", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rating",
                "value",
                "text",
                name="answerkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_mandatory", sa.Boolean(), nullable=False),
        sa.Column("needs_photo", sa.Boolean(), nullable=False),
        sa.Column("measures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("canned_job_code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_inspection_items_inspection_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_inspection_items_job_id")),
        sa.ForeignKeyConstraint(["rated_by_id"], ["users.id"], name=op.f("fk_inspection_items_rated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_items")),
        sa.UniqueConstraint("inspection_id", "code", name=op.f("uq_inspection_items_inspection_id_code")),
    )
    with op.batch_alter_table("inspection_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_items_job_id"), ["job_id"], unique=False)

    op.create_table(
        "invoice_taxes",
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("net + tax = gross", name=op.f("ck_invoice_taxes_sum")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_invoice_taxes_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_taxes")),
        sa.UniqueConstraint("invoice_id", "rate", name=op.f("uq_invoice_taxes_invoice_id_rate")),
    )
    op.create_table(
        "job_clips",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_job_clips_attachment_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_clips_job_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_job_clips_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_clips")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_job_clips_attachment_id")),
    )
    with op.batch_alter_table("job_clips", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_clips_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_clips_service_order_id"), ["service_order_id"], unique=False)

    op.create_table(
        "job_specs",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("torque", "fluid", name="speckind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("nominal", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("actual", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_specs_job_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_job_specs_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_specs")),
    )
    with op.batch_alter_table("job_specs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_specs_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_specs_service_order_id"), ["service_order_id"], unique=False)

    op.create_table(
        "knowledge_cases",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["knowledge_entries.id"], name=op.f("fk_knowledge_cases_entry_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_knowledge_cases_job_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_knowledge_cases_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_cases")),
        sa.UniqueConstraint("job_id", name=op.f("uq_knowledge_cases_job_id")),
    )
    with op.batch_alter_table("knowledge_cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_knowledge_cases_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "lines",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "labour",
                "part",
                "material",
                "sublet",
                "fee",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "skill",
            sa.Enum(
                "mechanical",
                "electrical",
                "diagnosis",
                "body",
                "paint",
                name="skill",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("article_number", sa.String(length=60), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("tax_rate", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column(
            "pay_type",
            sa.Enum(
                "customer",
                "warranty",
                "insurance",
                "internal",
                "goodwill",
                name="paytype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "authorisation",
            sa.Enum(
                "proposed",
                "asked",
                "authorised",
                "declined",
                name="authorisation",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "supplied_by",
            sa.Enum(
                "workshop",
                "customer",
                name="suppliedby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "part_grade",
            sa.Enum(
                "original",
                "aftermarket",
                "used",
                name="partgrade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_safety_critical", sa.Boolean(), nullable=False),
        sa.Column("standard_change_reason", sa.String(length=200), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("discount >= 0 AND discount <= 10000", name=op.f("ck_lines_discount")),
        sa.CheckConstraint("net + tax = gross", name=op.f("ck_lines_sum")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_lines_quantity")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_lines_article_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_lines_job_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_lines_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lines")),
    )
    with op.batch_alter_table("lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lines_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lines_service_order_id"), ["service_order_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("email", "sms", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("respects_quiet_hours", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "failed",
                "uncertain",
                "cancelled",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_reference", sa.String(length=200), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_messages_customer_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_messages_document_id")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_messages_link_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_messages_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_messages_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_messages_dedupe_key")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_messages_due",
            ["not_before_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.create_index(batch_op.f("ix_messages_service_order_id"), ["service_order_id"], unique=False)

    op.create_table(
        "payments",
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "cash",
                "card",
                "transfer",
                "wechat",
                "alipay",
                "deposit",
                name="paymentmethod",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_payments_by_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_payments_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_payments_submission_id")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_invoice_id"), ["invoice_id"], unique=False)

    op.create_table(
        "photo_marks",
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("marks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("marked_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_photo_marks_attachment_id")
        ),
        sa.ForeignKeyConstraint(["marked_by_id"], ["users.id"], name=op.f("fk_photo_marks_marked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_marks")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_photo_marks_attachment_id")),
    )
    op.create_table(
        "problem_reports",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_unsafe", sa.Boolean(), nullable=False),
        sa.Column("extra_minutes", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reported_by_name", sa.String(length=200), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("new_job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("extra_minutes >= 0", name=op.f("ck_problem_reports_extra_minutes")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_problem_reports_job_id")),
        sa.ForeignKeyConstraint(["new_job_id"], ["jobs.id"], name=op.f("fk_problem_reports_new_job_id")),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["users.id"], name=op.f("fk_problem_reports_reported_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_problem_reports_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_reports")),
    )
    with op.batch_alter_table("problem_reports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_problem_reports_service_order_id"), ["service_order_id"], unique=False
        )

    op.create_table(
        "progress_checks",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.String(length=200), nullable=False),
        sa.Column("is_on_time", sa.Boolean(), nullable=True),
        sa.Column("ready_by_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("abnormal", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("measured_by_name", sa.String(length=200), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by_name", sa.String(length=200), nullable=False),
        sa.Column("told_how", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_on_time IS NULL)", name=op.f("ck_progress_checks_answered")
        ),
        sa.ForeignKeyConstraint(
            ["asked_user_id"], ["users.id"], name=op.f("fk_progress_checks_asked_user_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_progress_checks_job_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_progress_checks_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_progress_checks_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_checks")),
    )
    with op.batch_alter_table("progress_checks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_progress_checks_service_order_id"), ["service_order_id"], unique=False
        )
        batch_op.create_index(
            "uq_progress_checks_asked",
            ["job_id"],
            unique=True,
            sqlite_where=sa.text("asked_at IS NOT NULL"),
            postgresql_where=sa.text("asked_at IS NOT NULL"),
        )

    op.create_table(
        "requisitions",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("requested_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("requested_by_name", sa.String(length=200), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_requisitions_job_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["users.id"], name=op.f("fk_requisitions_requested_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_requisitions_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_requisitions_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisitions")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_requisitions_submission_id")),
    )
    with op.batch_alter_table("requisitions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_requisitions_service_order_id"), ["service_order_id"], unique=False
        )

    op.create_table(
        "revenue_entries",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("advisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "labour",
                "part",
                "material",
                "sublet",
                "fee",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "pay_type",
            sa.Enum(
                "customer",
                "warranty",
                "insurance",
                "internal",
                "goodwill",
                name="paytype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["advisor_id"], ["users.id"], name=op.f("fk_revenue_entries_advisor_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_revenue_entries_invoice_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_revenue_entries_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_revenue_entries_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revenue_entries")),
    )
    with op.batch_alter_table("revenue_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_revenue_entries_service_order_id"), ["service_order_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_revenue_entries_site_id_month"), ["site_id", "month"], unique=False
        )

    op.create_table(
        "signatures",
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_digest", sa.String(length=64), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("totals", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("declined", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "drawn",
                "typed",
                "pin",
                name="signaturemethod",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("typed_name", sa.String(length=200), nullable=False),
        sa.Column("relation", sa.String(length=60), nullable=False),
        sa.Column("identified_by", sa.String(length=120), nullable=False),
        sa.Column("strokes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("picture_key", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("previous_audit_digest", sa.String(length=64), nullable=False),
        sa.Column("set_aside_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_signatures_document_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_signatures_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_signatures_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
    )
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_signatures_service_order_id"), ["service_order_id"], unique=False
        )

    op.create_table(
        "tool_values",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["tool_reports.id"], name=op.f("fk_tool_values_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_values")),
    )
    with op.batch_alter_table("tool_values", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tool_values_report_id"), ["report_id"], unique=False)

    op.create_table(
        "work_guarantees",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "labour",
                "part",
                "used_part",
                "material",
                "sublet",
                "paint",
                name="guaranteekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("from_odometer", sa.Integer(), nullable=True),
        sa.Column("until_odometer", sa.Integer(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("days > 0 AND distance >= 0", name=op.f("ck_work_guarantees_terms")),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_work_guarantees_term")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_work_guarantees_job_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_work_guarantees_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_work_guarantees_site_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_work_guarantees_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_guarantees")),
        sa.UniqueConstraint("job_id", "kind", name=op.f("uq_work_guarantees_job_id_kind")),
    )
    with op.batch_alter_table("work_guarantees", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_work_guarantees_service_order_id"), ["service_order_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_work_guarantees_vehicle_id_until_on"), ["vehicle_id", "until_on"], unique=False
        )

    op.create_table(
        "checkins",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("covers_fitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("identity_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brought_by", sa.String(length=120), nullable=False),
        sa.Column("odometer", sa.Integer(), nullable=True),
        sa.Column("fuel_eighths", sa.Integer(), nullable=True),
        sa.Column("charge_percent", sa.Integer(), nullable=True),
        sa.Column("key_tag", sa.String(length=20), nullable=False),
        sa.Column("key_slot", sa.String(length=20), nullable=False),
        sa.Column("key_holder", sa.String(length=120), nullable=False),
        sa.Column("key_returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parking_place", sa.String(length=40), nullable=False),
        sa.Column(
            "parking_zone",
            sa.Enum(
                "waiting",
                "workshop",
                "finished",
                name="parkingzone",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "old_parts",
            sa.Enum(
                "give_back",
                "dispose",
                "show",
                name="oldparts",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("wants_wash", sa.Boolean(), nullable=False),
        sa.Column(
            "payment_way",
            sa.Enum(
                "cash",
                "card",
                "transfer",
                "account",
                name="paymentway",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "contact_way",
            sa.Enum(
                "phone",
                "sms",
                "email",
                name="contactway",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "transport",
            sa.Enum(
                "none",
                "taxi",
                "shuttle",
                "replacement_car",
                "public",
                "other",
                name="transport",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("transport_note", sa.String(length=120), nullable=False),
        sa.Column("approver_name", sa.String(length=120), nullable=False),
        sa.Column("approver_phone", sa.String(length=40), nullable=False),
        sa.Column("approver_limit", sa.BigInteger(), nullable=True),
        sa.Column("collector_name", sa.String(length=120), nullable=False),
        sa.Column("diagnosis_consented", sa.Boolean(), nullable=False),
        sa.Column("diagnosis_fee", sa.BigInteger(), nullable=False),
        sa.Column("belongings_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("prepared_digest", sa.String(length=64), nullable=False),
        sa.Column("open_conflicts", sa.Integer(), nullable=False),
        sa.Column("signature_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("list_document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("list_prepared_digest", sa.String(length=64), nullable=False),
        sa.Column("list_signature_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("list_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("approver_limit >= 0", name=op.f("ck_checkins_approver_limit")),
        sa.CheckConstraint("charge_percent BETWEEN 0 AND 100", name=op.f("ck_checkins_charge")),
        sa.CheckConstraint("diagnosis_fee >= 0", name=op.f("ck_checkins_fee")),
        sa.CheckConstraint("fuel_eighths BETWEEN 0 AND 8", name=op.f("ck_checkins_fuel")),
        sa.CheckConstraint("odometer >= 0", name=op.f("ck_checkins_odometer")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_checkins_document_id")),
        sa.ForeignKeyConstraint(
            ["list_document_id"], ["documents.id"], name=op.f("fk_checkins_list_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["list_signature_id"], ["signatures.id"], name=op.f("fk_checkins_list_signature_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_checkins_service_order_id")
        ),
        sa.ForeignKeyConstraint(["signature_id"], ["signatures.id"], name=op.f("fk_checkins_signature_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_checkins_site_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_checkins_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkins")),
        sa.UniqueConstraint("service_order_id", name=op.f("uq_checkins_service_order_id")),
    )
    with op.batch_alter_table("checkins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkins_vehicle_id"), ["vehicle_id"], unique=False)
        batch_op.create_index(
            "uq_checkins_key_tag",
            ["site_id", "key_tag"],
            unique=True,
            sqlite_where=sa.text("key_tag <> '' AND key_returned_at IS NULL"),
            postgresql_where=sa.text("key_tag <> '' AND key_returned_at IS NULL"),
        )

    op.create_table(
        "comeback_notices",
        sa.Column("comeback_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("was_inspector", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["comeback_id"], ["comebacks.id"], name=op.f("fk_comeback_notices_comeback_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_comeback_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comeback_notices")),
        sa.UniqueConstraint("comeback_id", "user_id", name=op.f("uq_comeback_notices_comeback_id_user_id")),
    )
    op.create_table(
        "deliveries",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_over_by_name", sa.String(length=200), nullable=False),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explained_by_name", sa.String(length=200), nullable=False),
        sa.Column("signature_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("gate_pass_number", sa.String(length=20), nullable=False),
        sa.Column("gate_pass_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lateness_reason", sa.String(length=200), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_deliveries_service_order_id")
        ),
        sa.ForeignKeyConstraint(["signature_id"], ["signatures.id"], name=op.f("fk_deliveries_signature_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("service_order_id", name=op.f("uq_deliveries_service_order_id")),
    )
    op.create_table(
        "inspection_clips",
        sa.Column("inspection_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_inspection_clips_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_item_id"],
            ["inspection_items.id"],
            name=op.f("fk_inspection_clips_inspection_item_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_clips")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_inspection_clips_attachment_id")),
    )
    with op.batch_alter_table("inspection_clips", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inspection_clips_inspection_item_id"), ["inspection_item_id"], unique=False
        )

    op.create_table(
        "inspection_photos",
        sa.Column("inspection_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_inspection_photos_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_item_id"],
            ["inspection_items.id"],
            name=op.f("fk_inspection_photos_inspection_item_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_photos")),
        sa.UniqueConstraint(
            "inspection_item_id",
            "attachment_id",
            name=op.f("uq_inspection_photos_inspection_item_id_attachment_id"),
        ),
    )
    with op.batch_alter_table("inspection_photos", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inspection_photos_attachment_id"), ["attachment_id"], unique=False
        )

    op.create_table(
        "invoice_lines",
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_position", sa.Integer(), nullable=False),
        sa.Column("job_title", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "labour",
                "part",
                "material",
                "sublet",
                "fee",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("article_number", sa.String(length=60), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("approved_quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("tax_rate", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("approved_gross", sa.BigInteger(), nullable=False),
        sa.Column(
            "supplied_by",
            sa.Enum(
                "workshop",
                "customer",
                name="suppliedby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "part_grade",
            sa.Enum(
                "original",
                "aftermarket",
                "used",
                name="partgrade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_safety_critical", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("net + tax = gross", name=op.f("ck_invoice_lines_sum")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_invoice_lines_invoice_id")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_invoice_lines_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_lines")),
    )
    with op.batch_alter_table("invoice_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_lines_invoice_id"), ["invoice_id"], unique=False)

    op.create_table(
        "job_photos",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "before",
                "during",
                "after",
                name="photophase",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_job_photos_attachment_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_photos_job_id")),
        sa.ForeignKeyConstraint(["report_id"], ["problem_reports.id"], name=op.f("fk_job_photos_report_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_job_photos_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_photos")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_job_photos_attachment_id")),
    )
    with op.batch_alter_table("job_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_photos_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_photos_report_id"), ["report_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_job_photos_service_order_id"), ["service_order_id"], unique=False
        )

    op.create_table(
        "line_warranties",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "pending",
                "manufacturer",
                "yes",
                "no",
                name="linestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("sent_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_on_by_name", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(standing IN ('yes', 'no')) = (decided_at IS NOT NULL)", name=op.f("ck_line_warranties_decided")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_line_warranties_reason")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_line_warranties_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_line_warranties_line_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_line_warranties_service_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_warranties")),
        sa.UniqueConstraint("line_id", name=op.f("uq_line_warranties_line_id")),
    )
    with op.batch_alter_table("line_warranties", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_line_warranties_service_order_id"), ["service_order_id"], unique=False
        )

    op.create_table(
        "quality_checks",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "self",
                "leader",
                "final",
                name="checkstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checker_name", sa.String(length=200), nullable=False),
        sa.Column("is_passed", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("road_test_start", sa.Integer(), nullable=True),
        sa.Column("road_test_end", sa.Integer(), nullable=True),
        sa.Column("ticks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("torque", sa.String(length=200), nullable=False),
        sa.Column("fluids", sa.String(length=200), nullable=False),
        sa.Column("signature_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("road_test_end >= road_test_start", name=op.f("ck_quality_checks_road_test")),
        sa.ForeignKeyConstraint(["checker_id"], ["users.id"], name=op.f("fk_quality_checks_checker_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_quality_checks_service_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signatures.id"], name=op.f("fk_quality_checks_signature_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_quality_checks_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_checks")),
        sa.UniqueConstraint(
            "service_order_id", "stage", "round", name=op.f("uq_quality_checks_service_order_id_stage_round")
        ),
    )
    with op.batch_alter_table("quality_checks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quality_checks_site_id_stage_checked_at"),
            ["site_id", "stage", "checked_at"],
            unique=False,
        )

    op.create_table(
        "quotations",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "checkin",
                "quotation",
                "supplement",
                name="quotationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("includes_tax", sa.Boolean(), nullable=False),
        sa.Column(
            "estimate_way",
            sa.Enum(
                "system",
                "symptom",
                "item",
                name="estimateway",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_before_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("authorised_before_gross", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_by_name", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "answered_by",
            sa.Enum(
                "link",
                "in_person",
                "phone",
                name="answeredby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("answered_name", sa.String(length=200), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("answer_note", sa.Text(), nullable=False),
        sa.Column("approved_net", sa.BigInteger(), nullable=False),
        sa.Column("approved_tax", sa.BigInteger(), nullable=False),
        sa.Column("approved_gross", sa.BigInteger(), nullable=False),
        sa.Column("signature_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answer_document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "approved_net + approved_tax = approved_gross", name=op.f("ck_quotations_approved_sum")
        ),
        sa.CheckConstraint("net + tax = gross", name=op.f("ck_quotations_sum")),
        sa.CheckConstraint("version_no > 0", name=op.f("ck_quotations_version")),
        sa.ForeignKeyConstraint(
            ["answer_document_id"], ["documents.id"], name=op.f("fk_quotations_answer_document_id")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_quotations_document_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_quotations_recorded_by_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["users.id"], name=op.f("fk_quotations_sent_by_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_quotations_service_order_id")
        ),
        sa.ForeignKeyConstraint(["signature_id"], ["signatures.id"], name=op.f("fk_quotations_signature_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_quotations_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotations")),
        sa.UniqueConstraint(
            "service_order_id", "version_no", name=op.f("uq_quotations_service_order_id_version_no")
        ),
    )
    with op.batch_alter_table("quotations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_quotations_due",
            ["valid_until"],
            unique=False,
            sqlite_where=sa.text(
                "answered_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL AND expired_at IS NULL"
            ),
            postgresql_where=sa.text(
                "answered_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL AND expired_at IS NULL"
            ),
        )
        batch_op.create_index(
            "uq_quotations_waiting",
            ["service_order_id"],
            unique=True,
            sqlite_where=sa.text(
                "answered_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL AND expired_at IS NULL"
            ),
            postgresql_where=sa.text(
                "answered_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL AND expired_at IS NULL"
            ),
        )

    op.create_table(
        "requisition_lines",
        sa.Column("requisition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("is_authorised", sa.Boolean(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("ordered", sa.BigInteger(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.Column("forgone", sa.BigInteger(), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_arrival_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_name", sa.String(length=200), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "returned >= 0 AND returned <= issued", name=op.f("ck_requisition_lines_returned")
        ),
        sa.CheckConstraint(
            "wanted >= 0 AND reserved >= 0 AND ordered >= 0 AND forgone >= 0",
            name=op.f("ck_requisition_lines_quantities"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_requisition_lines_article_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_requisition_lines_line_id")),
        sa.ForeignKeyConstraint(
            ["requisition_id"], ["requisitions.id"], name=op.f("fk_requisition_lines_requisition_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_requisition_lines_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_requisition_lines_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisition_lines")),
        sa.UniqueConstraint("line_id", name=op.f("uq_requisition_lines_line_id")),
    )
    with op.batch_alter_table("requisition_lines", schema=None) as batch_op:
        batch_op.create_index(
            "ix_requisition_lines_open",
            ["site_id", "requested_at"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_requisition_lines_service_order_id"), ["service_order_id"], unique=False
        )
        batch_op.create_index(
            "ix_requisition_lines_waiting",
            ["article_id"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "belongings",
        sa.Column("checkin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("box", sa.String(length=20), nullable=False),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_belongings_attachment_id")
        ),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkins.id"], name=op.f("fk_belongings_checkin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_belongings")),
        sa.UniqueConstraint("client_id", name=op.f("uq_belongings_client_id")),
    )
    with op.batch_alter_table("belongings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_belongings_checkin_id"), ["checkin_id"], unique=False)

    op.create_table(
        "checkin_photos",
        sa.Column("checkin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "station",
            sa.Enum(
                "engine_bay",
                "vin",
                "left",
                "front_left",
                "front",
                "front_right",
                "right",
                "rear_right",
                "rear",
                "rear_left",
                "roof",
                "boot",
                "dashboard",
                "interior",
                name="station",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_checkin_photos_attachment_id")
        ),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkins.id"], name=op.f("fk_checkin_photos_checkin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_photos")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_checkin_photos_attachment_id")),
    )
    with op.batch_alter_table("checkin_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkin_photos_checkin_id"), ["checkin_id"], unique=False)

    op.create_table(
        "custody_moves",
        sa.Column("checkin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "what",
            sa.Enum("key", "car", name="custody", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("from_place", sa.String(length=160), nullable=False),
        sa.Column(
            "from_zone",
            sa.Enum(
                "waiting",
                "workshop",
                "finished",
                name="from_zone",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("to_place", sa.String(length=160), nullable=False),
        sa.Column(
            "to_zone",
            sa.Enum(
                "waiting",
                "workshop",
                "finished",
                name="to_zone",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("is_freed", sa.Boolean(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkins.id"], name=op.f("fk_custody_moves_checkin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_moves")),
        sa.UniqueConstraint("client_id", name=op.f("uq_custody_moves_client_id")),
    )
    with op.batch_alter_table("custody_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_custody_moves_checkin_id"), ["checkin_id"], unique=False)

    op.create_table(
        "damages",
        sa.Column("checkin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "zone",
            sa.Enum(
                "front",
                "hood",
                "windscreen",
                "roof",
                "rear-window",
                "boot",
                "rear",
                "fender-fl",
                "door-fl",
                "door-rl",
                "fender-rl",
                "wheel-fl",
                "wheel-rl",
                "fender-fr",
                "door-fr",
                "door-rr",
                "fender-rr",
                "wheel-fr",
                "wheel-rr",
                name="zone",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "scratch",
                "dent",
                "crack",
                "chip",
                "rust",
                "kerb",
                "missing",
                "other",
                name="damagekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum(
                "light",
                "medium",
                "heavy",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("size_cm", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("is_seen_by_customer", sa.Boolean(), nullable=False),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repaired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("size_cm >= 0", name=op.f("ck_damages_size")),
        sa.CheckConstraint("x BETWEEN 0 AND 680 AND y BETWEEN -2 AND 816", name=op.f("ck_damages_place")),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_damages_attachment_id")),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkins.id"], name=op.f("fk_damages_checkin_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_damages_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_damages")),
        sa.UniqueConstraint("client_id", name=op.f("uq_damages_client_id")),
    )
    with op.batch_alter_table("damages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_damages_checkin_id"), ["checkin_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_damages_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "delivery_ticks",
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_ticks_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_ticks")),
        sa.UniqueConstraint(
            "delivery_id", "stage", "kind", name=op.f("uq_delivery_ticks_delivery_id_stage_kind")
        ),
    )
    op.create_table(
        "interviews",
        sa.Column("checkin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("restated", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column("is_road_tested", sa.Boolean(), nullable=False),
        sa.Column("road_test_km", sa.Integer(), nullable=True),
        sa.Column("road_test_by", sa.String(length=120), nullable=False),
        sa.Column("road_test_found", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("road_test_km >= 0", name=op.f("ck_interviews_road_test_km")),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkins.id"], name=op.f("fk_interviews_checkin_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_interviews_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interviews")),
        sa.UniqueConstraint("job_id", name=op.f("uq_interviews_job_id")),
    )
    with op.batch_alter_table("interviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interviews_checkin_id"), ["checkin_id"], unique=False)

    op.create_table(
        "quality_check_items",
        sa.Column("quality_check_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("inspection_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("spec_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("was_ok", sa.Boolean(), nullable=False),
        sa.Column(
            "result",
            sa.Enum("ok", "not_ok", name="checkresult", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("technician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tablet", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN line_id IS NULL THEN 0 ELSE 1 END + CASE WHEN inspection_item_id IS NULL THEN 0 ELSE 1 END + CASE WHEN spec_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_quality_check_items_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["inspection_item_id"],
            ["inspection_items.id"],
            name=op.f("fk_quality_check_items_inspection_item_id"),
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_quality_check_items_job_id")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_quality_check_items_line_id")),
        sa.ForeignKeyConstraint(
            ["quality_check_id"], ["quality_checks.id"], name=op.f("fk_quality_check_items_quality_check_id")
        ),
        sa.ForeignKeyConstraint(["spec_id"], ["job_specs.id"], name=op.f("fk_quality_check_items_spec_id")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["users.id"], name=op.f("fk_quality_check_items_technician_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_check_items")),
    )
    with op.batch_alter_table("quality_check_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quality_check_items_quality_check_id_position"),
            ["quality_check_id", "position"],
            unique=False,
        )

    op.create_table(
        "quotation_jobs",
        sa.Column("quotation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column(
            "pay_type",
            sa.Enum(
                "customer",
                "warranty",
                "insurance",
                "internal",
                "goodwill",
                name="paytype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("photo_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("net + tax = gross", name=op.f("ck_quotation_jobs_sum")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_quotation_jobs_job_id")),
        sa.ForeignKeyConstraint(
            ["quotation_id"], ["quotations.id"], name=op.f("fk_quotation_jobs_quotation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation_jobs")),
        sa.UniqueConstraint("quotation_id", "job_id", name=op.f("uq_quotation_jobs_quotation_id_job_id")),
    )
    with op.batch_alter_table("quotation_jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quotation_jobs_job_id"), ["job_id"], unique=False)

    op.create_table(
        "reservations",
        sa.Column(
            "requisition_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservations_quantity")),
        sa.ForeignKeyConstraint(
            ["requisition_line_id"],
            ["requisition_lines.id"],
            name=op.f("fk_reservations_requisition_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_reservations_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        sa.UniqueConstraint(
            "requisition_line_id",
            "warehouse_id",
            name=op.f("uq_reservations_requisition_line_id_warehouse_id"),
        ),
    )
    op.create_table(
        "station_skips",
        sa.Column("checkin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "station",
            sa.Enum(
                "engine_bay",
                "vin",
                "left",
                "front_left",
                "front",
                "front_right",
                "right",
                "rear_right",
                "rear",
                "rear_left",
                "roof",
                "boot",
                "dashboard",
                "interior",
                name="station",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skipped_by_name", sa.String(length=200), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkins.id"], name=op.f("fk_station_skips_checkin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_skips")),
        sa.UniqueConstraint("client_id", name=op.f("uq_station_skips_client_id")),
    )
    with op.batch_alter_table("station_skips", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_station_skips_checkin_id"), ["checkin_id"], unique=False)

    op.create_table(
        "stock_movements",
        sa.Column("stock_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "receipt",
                "issue",
                "return",
                "reserve",
                "release",
                "adjust",
                "transfer",
                name="movementkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on_hand_change", sa.BigInteger(), nullable=False),
        sa.Column("reserved_change", sa.BigInteger(), nullable=False),
        sa.Column("on_hand_after", sa.BigInteger(), nullable=False),
        sa.Column("reserved_after", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("requisition_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issue_slip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("receipt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submission_id", sa.String(length=64), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "on_hand_change <> 0 OR reserved_change <> 0", name=op.f("ck_stock_movements_change")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_stock_movements_actor_id")),
        sa.ForeignKeyConstraint(
            ["issue_slip_id"], ["issue_slips.id"], name=op.f("fk_stock_movements_issue_slip_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_stock_movements_line_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_stock_movements_receipt_id")),
        sa.ForeignKeyConstraint(
            ["requisition_line_id"],
            ["requisition_lines.id"],
            name=op.f("fk_stock_movements_requisition_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_stock_movements_service_order_id")
        ),
        sa.ForeignKeyConstraint(["stock_id"], ["stock.id"], name=op.f("fk_stock_movements_stock_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_stock_movements_submission_id")),
    )
    with op.batch_alter_table("stock_movements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stock_movements_requisition_line_id"), ["requisition_line_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_stock_movements_service_order_id"), ["service_order_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_stock_movements_stock_id_id"), ["stock_id", "id"], unique=False)

    op.create_table(
        "vehicle_papers",
        sa.Column("checkin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "registration",
                "insurance",
                "warranty_booklet",
                "service_book",
                "statutory_warranty",
                "other",
                name="paperkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("difference", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkins.id"], name=op.f("fk_vehicle_papers_checkin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_papers")),
        sa.UniqueConstraint("client_id", name=op.f("uq_vehicle_papers_client_id")),
    )
    with op.batch_alter_table("vehicle_papers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_papers_checkin_id"), ["checkin_id"], unique=False)

    op.create_table(
        "damage_sightings",
        sa.Column("damage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checkin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("is_there", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkins.id"], name=op.f("fk_damage_sightings_checkin_id")),
        sa.ForeignKeyConstraint(["damage_id"], ["damages.id"], name=op.f("fk_damage_sightings_damage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_damage_sightings")),
        sa.UniqueConstraint("client_id", name=op.f("uq_damage_sightings_client_id")),
    )
    with op.batch_alter_table("damage_sightings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_damage_sightings_checkin_id"), ["checkin_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_damage_sightings_damage_id"), ["damage_id"], unique=False)

    op.create_table(
        "deferred_work",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quotation_job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_reason", sa.String(length=200), nullable=False),
        sa.Column("taken_up_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_deferred_work_customer_id")),
        sa.ForeignKeyConstraint(
            ["quotation_job_id"], ["quotation_jobs.id"], name=op.f("fk_deferred_work_quotation_job_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_deferred_work_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_deferred_work_site_id")),
        sa.ForeignKeyConstraint(
            ["taken_up_order_id"], ["service_orders.id"], name=op.f("fk_deferred_work_taken_up_order_id")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_deferred_work_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deferred_work")),
        sa.UniqueConstraint("quotation_job_id", name=op.f("uq_deferred_work_quotation_job_id")),
    )
    with op.batch_alter_table("deferred_work", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deferred_work_site_id_due_on"), ["site_id", "due_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_deferred_work_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "quality_photos",
        sa.Column(
            "quality_check_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_quality_photos_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["quality_check_item_id"],
            ["quality_check_items.id"],
            name=op.f("fk_quality_photos_quality_check_item_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_photos")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_quality_photos_attachment_id")),
    )
    with op.batch_alter_table("quality_photos", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quality_photos_quality_check_item_id"), ["quality_check_item_id"], unique=False
        )

    op.create_table(
        "quotation_lines",
        sa.Column("quotation_job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "labour",
                "part",
                "material",
                "sublet",
                "fee",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("article_number", sa.String(length=60), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("tax_rate", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column(
            "supplied_by",
            sa.Enum(
                "workshop",
                "customer",
                name="suppliedby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "part_grade",
            sa.Enum(
                "original",
                "aftermarket",
                "used",
                name="partgrade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_safety_critical", sa.Boolean(), nullable=False),
        sa.Column("is_in_stock", sa.Boolean(), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("net + tax = gross", name=op.f("ck_quotation_lines_sum")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_quotation_lines_line_id")),
        sa.ForeignKeyConstraint(
            ["quotation_job_id"], ["quotation_jobs.id"], name=op.f("fk_quotation_lines_quotation_job_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation_lines")),
    )
    with op.batch_alter_table("quotation_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quotation_lines_line_id"), ["line_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_quotation_lines_quotation_job_id"), ["quotation_job_id"], unique=False
        )

    op.create_table(
        "reworks",
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quality_check_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "quality_check_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("technician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_name", sa.String(length=200), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("done_by_name", sa.String(length=200), nullable=False),
        sa.Column("done_note", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["done_by_id"], ["users.id"], name=op.f("fk_reworks_done_by_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_reworks_job_id")),
        sa.ForeignKeyConstraint(
            ["quality_check_id"], ["quality_checks.id"], name=op.f("fk_reworks_quality_check_id")
        ),
        sa.ForeignKeyConstraint(
            ["quality_check_item_id"],
            ["quality_check_items.id"],
            name=op.f("fk_reworks_quality_check_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_reworks_service_order_id")
        ),
        sa.ForeignKeyConstraint(["technician_id"], ["users.id"], name=op.f("fk_reworks_technician_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reworks")),
        sa.UniqueConstraint("quality_check_item_id", name=op.f("uq_reworks_quality_check_item_id")),
    )
    with op.batch_alter_table("reworks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reworks_service_order_id"), ["service_order_id"], unique=False)

    op.create_table(
        "clockings",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "finished",
                "break",
                "parts",
                "approval",
                "bay",
                "other_job",
                "end_of_day",
                "other",
                "stopped",
                "forgotten",
                name="endreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("is_rework", sa.Boolean(), nullable=False),
        sa.Column("rework_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stopped_by_name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_clockings_ended")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_clockings_order")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_clockings_job_id")),
        sa.ForeignKeyConstraint(["rework_id"], ["reworks.id"], name=op.f("fk_clockings_rework_id")),
        sa.ForeignKeyConstraint(
            ["service_order_id"], ["service_orders.id"], name=op.f("fk_clockings_service_order_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_clockings_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_clockings_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clockings")),
    )
    with op.batch_alter_table("clockings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clockings_job_id"), ["job_id"], unique=False)
        batch_op.create_index(
            "ix_clockings_running_order",
            ["service_order_id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_clockings_service_order_id"), ["service_order_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_clockings_site_id_started_at"), ["site_id", "started_at"], unique=False
        )
        batch_op.create_index(
            "uq_clockings_running",
            ["user_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "clock_corrections",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clocking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("attendance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("old_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(clocking_id IS NULL) <> (attendance_id IS NULL)", name=op.f("ck_clock_corrections_one")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_accepted IS NULL)", name=op.f("ck_clock_corrections_decided")
        ),
        sa.CheckConstraint("new_ended_at > new_started_at", name=op.f("ck_clock_corrections_order")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_clock_corrections_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendances.id"], name=op.f("fk_clock_corrections_attendance_id")
        ),
        sa.ForeignKeyConstraint(
            ["clocking_id"], ["clockings.id"], name=op.f("fk_clock_corrections_clocking_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_clock_corrections_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_clock_corrections_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_corrections")),
    )
    with op.batch_alter_table("clock_corrections", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_clock_corrections_site_id_asked_at"), ["site_id", "asked_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_clock_corrections_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_clock_corrections_waiting_attendance",
            ["attendance_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.create_index(
            "uq_clock_corrections_waiting_clocking",
            ["clocking_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "forgotten_clocks",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clocking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("attendance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shift_ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("still_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(clocking_id IS NULL) <> (attendance_id IS NULL)", name=op.f("ck_forgotten_clocks_one")
        ),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendances.id"], name=op.f("fk_forgotten_clocks_attendance_id")
        ),
        sa.ForeignKeyConstraint(
            ["clocking_id"], ["clockings.id"], name=op.f("fk_forgotten_clocks_clocking_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_forgotten_clocks_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_forgotten_clocks_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten_clocks")),
        sa.UniqueConstraint("attendance_id", name=op.f("uq_forgotten_clocks_attendance_id")),
        sa.UniqueConstraint("clocking_id", name=op.f("uq_forgotten_clocks_clocking_id")),
    )
    with op.batch_alter_table("forgotten_clocks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_forgotten_clocks_user_id"), ["user_id"], unique=False)

    search = {
        "sqlite": [
            "CREATE VIRTUAL TABLE knowledge_fts USING fts5(search, content='knowledge_passages', content_rowid='id', tokenize='trigram')",
            "CREATE TRIGGER knowledge_passages_insert AFTER INSERT ON knowledge_passages BEGIN INSERT INTO knowledge_fts(rowid, search) VALUES (new.id, new.search); END",
            "CREATE TRIGGER knowledge_passages_delete AFTER DELETE ON knowledge_passages BEGIN INSERT INTO knowledge_fts(knowledge_fts, rowid, search) VALUES ('delete', old.id, old.search); END",
            "CREATE TRIGGER knowledge_passages_update AFTER UPDATE ON knowledge_passages BEGIN INSERT INTO knowledge_fts(knowledge_fts, rowid, search) VALUES ('delete', old.id, old.search); INSERT INTO knowledge_fts(rowid, search) VALUES (new.id, new.search); END",
        ],
        "postgresql": [
            "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            "CREATE INDEX ix_knowledge_passages_search ON knowledge_passages USING gin (search gin_trgm_ops)",
        ],
    }
    for statement in search[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("forgotten_clocks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forgotten_clocks_user_id"))

    op.drop_table("forgotten_clocks")
    with op.batch_alter_table("clock_corrections", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_clock_corrections_waiting_clocking",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_clock_corrections_waiting_attendance",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_clock_corrections_user_id"))
        batch_op.drop_index(batch_op.f("ix_clock_corrections_site_id_asked_at"))

    op.drop_table("clock_corrections")
    with op.batch_alter_table("clockings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_clockings_running",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_clockings_site_id_started_at"))
        batch_op.drop_index(batch_op.f("ix_clockings_service_order_id"))
        batch_op.drop_index(
            "ix_clockings_running_order",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_clockings_job_id"))

    op.drop_table("clockings")
    with op.batch_alter_table("reworks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reworks_service_order_id"))

    op.drop_table("reworks")
    with op.batch_alter_table("quotation_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quotation_lines_quotation_job_id"))
        batch_op.drop_index(batch_op.f("ix_quotation_lines_line_id"))

    op.drop_table("quotation_lines")
    with op.batch_alter_table("quality_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_photos_quality_check_item_id"))

    op.drop_table("quality_photos")
    with op.batch_alter_table("deferred_work", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deferred_work_vehicle_id"))
        batch_op.drop_index(batch_op.f("ix_deferred_work_site_id_due_on"))

    op.drop_table("deferred_work")
    with op.batch_alter_table("damage_sightings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_damage_sightings_damage_id"))
        batch_op.drop_index(batch_op.f("ix_damage_sightings_checkin_id"))

    op.drop_table("damage_sightings")
    with op.batch_alter_table("vehicle_papers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vehicle_papers_checkin_id"))

    op.drop_table("vehicle_papers")
    with op.batch_alter_table("stock_movements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_movements_stock_id_id"))
        batch_op.drop_index(batch_op.f("ix_stock_movements_service_order_id"))
        batch_op.drop_index(batch_op.f("ix_stock_movements_requisition_line_id"))

    op.drop_table("stock_movements")
    with op.batch_alter_table("station_skips", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_station_skips_checkin_id"))

    op.drop_table("station_skips")
    op.drop_table("reservations")
    with op.batch_alter_table("quotation_jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quotation_jobs_job_id"))

    op.drop_table("quotation_jobs")
    with op.batch_alter_table("quality_check_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_check_items_quality_check_id_position"))

    op.drop_table("quality_check_items")
    with op.batch_alter_table("interviews", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interviews_checkin_id"))

    op.drop_table("interviews")
    op.drop_table("delivery_ticks")
    with op.batch_alter_table("damages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_damages_vehicle_id"))
        batch_op.drop_index(batch_op.f("ix_damages_checkin_id"))

    op.drop_table("damages")
    with op.batch_alter_table("custody_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_custody_moves_checkin_id"))

    op.drop_table("custody_moves")
    with op.batch_alter_table("checkin_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkin_photos_checkin_id"))

    op.drop_table("checkin_photos")
    with op.batch_alter_table("belongings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_belongings_checkin_id"))

    op.drop_table("belongings")
    with op.batch_alter_table("requisition_lines", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_requisition_lines_waiting",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_requisition_lines_service_order_id"))
        batch_op.drop_index(
            "ix_requisition_lines_open",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.drop_table("requisition_lines")
    with op.batch_alter_table("quotations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_quotations_waiting",
            sqlite_where=sa.text(
                "answered_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL AND expired_at IS NULL"
            ),
            postgresql_where=sa.text(
                "answered_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL AND expired_at IS NULL"
            ),
        )
        batch_op.drop_index(
            "ix_quotations_due",
            sqlite_where=sa.text(
                "answered_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL AND expired_at IS NULL"
            ),
            postgresql_where=sa.text(
                "answered_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL AND expired_at IS NULL"
            ),
        )

    op.drop_table("quotations")
    with op.batch_alter_table("quality_checks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_checks_site_id_stage_checked_at"))

    op.drop_table("quality_checks")
    with op.batch_alter_table("line_warranties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_line_warranties_service_order_id"))

    op.drop_table("line_warranties")
    with op.batch_alter_table("job_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_photos_service_order_id"))
        batch_op.drop_index(batch_op.f("ix_job_photos_report_id"))
        batch_op.drop_index(batch_op.f("ix_job_photos_job_id"))

    op.drop_table("job_photos")
    with op.batch_alter_table("invoice_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_lines_invoice_id"))

    op.drop_table("invoice_lines")
    with op.batch_alter_table("inspection_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_photos_attachment_id"))

    op.drop_table("inspection_photos")
    with op.batch_alter_table("inspection_clips", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_clips_inspection_item_id"))

    op.drop_table("inspection_clips")
    op.drop_table("deliveries")
    op.drop_table("comeback_notices")
    with op.batch_alter_table("checkins", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_checkins_key_tag",
            sqlite_where=sa.text("key_tag <> '' AND key_returned_at IS NULL"),
            postgresql_where=sa.text("key_tag <> '' AND key_returned_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_checkins_vehicle_id"))

    op.drop_table("checkins")
    with op.batch_alter_table("work_guarantees", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_guarantees_vehicle_id_until_on"))
        batch_op.drop_index(batch_op.f("ix_work_guarantees_service_order_id"))

    op.drop_table("work_guarantees")
    with op.batch_alter_table("tool_values", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tool_values_report_id"))

    op.drop_table("tool_values")
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signatures_service_order_id"))

    op.drop_table("signatures")
    with op.batch_alter_table("revenue_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revenue_entries_site_id_month"))
        batch_op.drop_index(batch_op.f("ix_revenue_entries_service_order_id"))

    op.drop_table("revenue_entries")
    with op.batch_alter_table("requisitions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requisitions_service_order_id"))

    op.drop_table("requisitions")
    with op.batch_alter_table("progress_checks", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_progress_checks_asked",
            sqlite_where=sa.text("asked_at IS NOT NULL"),
            postgresql_where=sa.text("asked_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_progress_checks_service_order_id"))

    op.drop_table("progress_checks")
    with op.batch_alter_table("problem_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_problem_reports_service_order_id"))

    op.drop_table("problem_reports")
    op.drop_table("photo_marks")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_invoice_id"))

    op.drop_table("payments")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_service_order_id"))
        batch_op.drop_index(
            "ix_messages_due",
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )

    op.drop_table("messages")
    with op.batch_alter_table("lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lines_service_order_id"))
        batch_op.drop_index(batch_op.f("ix_lines_job_id"))

    op.drop_table("lines")
    with op.batch_alter_table("knowledge_cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_cases_entry_id"))

    op.drop_table("knowledge_cases")
    with op.batch_alter_table("job_specs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_specs_service_order_id"))
        batch_op.drop_index(batch_op.f("ix_job_specs_job_id"))

    op.drop_table("job_specs")
    with op.batch_alter_table("job_clips", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_clips_service_order_id"))
        batch_op.drop_index(batch_op.f("ix_job_clips_job_id"))

    op.drop_table("job_clips")
    op.drop_table("invoice_taxes")
    with op.batch_alter_table("inspection_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_items_job_id"))

    op.drop_table("inspection_items")
    op.drop_table("inspection_flags")
    with op.batch_alter_table("fault_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fault_codes_code"))

    op.drop_table("fault_codes")
    op.drop_table("fault_checks")
    with op.batch_alter_table("comebacks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comebacks_site_id_decided_at"))
        batch_op.drop_index(batch_op.f("ix_comebacks_first_order_id"))

    op.drop_table("comebacks")
    op.drop_table("car_comparisons")
    with op.batch_alter_table("campaign_vehicles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_vehicles_vin"))

    op.drop_table("campaign_vehicles")
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_bookings_site",
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_bookings_service_order_id"))
        batch_op.drop_index(
            "ix_bookings_person",
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_bookings_bay",
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )

    op.drop_table("bookings")
    with op.batch_alter_table("belongings_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_belongings_requests_service_order_id"))

    op.drop_table("belongings_requests")
    op.drop_table("warranty_watches")
    op.drop_table("tool_reports")
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tasks_open_subject",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_tasks_service_order_id"))
        batch_op.drop_index(
            "ix_tasks_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.drop_table("tasks")
    with op.batch_alter_table("specialist_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_specialist_calls_site_id_called_at"))
        batch_op.drop_index(batch_op.f("ix_specialist_calls_service_order_id"))

    op.drop_table("specialist_calls")
    op.drop_table("short_visits")
    op.drop_table("safety_acknowledgements")
    op.drop_table("preparation_items")
    with op.batch_alter_table("order_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_events_service_order_id_at"))

    op.drop_table("order_events")
    with op.batch_alter_table("odometer_readings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_odometer_readings_vehicle_id"))

    op.drop_table("odometer_readings")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_service_order_id"))

    op.drop_table("links")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_technician_id"))
        batch_op.drop_index(batch_op.f("ix_jobs_service_order_id"))

    op.drop_table("jobs")
    with op.batch_alter_table("issue_slips", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issue_slips_service_order_id"))

    op.drop_table("issue_slips")
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoices_site_id_issued_at"))
        batch_op.drop_index(batch_op.f("ix_invoices_service_order_id"))

    op.drop_table("invoices")
    op.drop_table("inspections")
    op.drop_table("high_voltage_exceptions")
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_service_order_id_kind"))

    op.drop_table("documents")
    with op.batch_alter_table("customer_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_calls_site_id_at"))
        batch_op.drop_index(batch_op.f("ix_customer_calls_service_order_id"))

    op.drop_table("customer_calls")
    with op.batch_alter_table("checkin_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkin_entries_service_order_id_outcome"))

    op.drop_table("checkin_entries")
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachments_sha256"))
        batch_op.drop_index(batch_op.f("ix_attachments_service_order_id"))

    op.drop_table("attachments")
    with op.batch_alter_table("appointments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointments_site_id_starts_at"))

    op.drop_table("appointments")
    with op.batch_alter_table("vehicle_warnings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vehicle_warnings_vehicle_id"))

    op.drop_table("vehicle_warnings")
    op.drop_table("technician_certificates")
    op.drop_table("shift_days")
    op.drop_table("shift_changes")
    with op.batch_alter_table("service_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_orders_vehicle_id_opened_at"))
        batch_op.drop_index(batch_op.f("ix_service_orders_technician_id"))
        batch_op.drop_index(batch_op.f("ix_service_orders_site_id_opened_at"))
        batch_op.drop_index(batch_op.f("ix_service_orders_site_id_closed_at"))
        batch_op.drop_index(batch_op.f("ix_service_orders_customer_id_opened_at"))
        batch_op.drop_index(
            "ix_service_orders_board",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.drop_table("service_orders")
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_receipts_purchase_order_id"))

    op.drop_table("receipts")
    with op.batch_alter_table("purchase_order_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_purchase_order_lines_article_id"))

    op.drop_table("purchase_order_lines")
    with op.batch_alter_table("ownerships", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ownerships_vehicle_id"))
        batch_op.drop_index(batch_op.f("ix_ownerships_customer_id"))

    op.drop_table("ownerships")
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absences_technician_id_ends_at"))

    op.drop_table("absences")
    with op.batch_alter_table("vehicles", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_vehicles_vin", sqlite_where=sa.text("vin <> ''"), postgresql_where=sa.text("vin <> ''")
        )
        batch_op.drop_index(batch_op.f("ix_vehicles_plate_normalised"))
        batch_op.drop_index(batch_op.f("ix_vehicles_owner_id"))
        batch_op.drop_index(batch_op.f("ix_vehicles_next_service_on"))

    op.drop_table("vehicles")
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_user_sessions_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("user_sessions")
    op.drop_table("technicians")
    with op.batch_alter_table("stock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_article_id"))

    op.drop_table("stock")
    with op.batch_alter_table("purchase_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_purchase_orders_site_id_ordered_at"))
        batch_op.drop_index(
            "ix_purchase_orders_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.drop_table("purchase_orders")
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posts_site_id"))

    op.drop_table("posts")
    op.drop_table("knowledge_passages")
    with op.batch_alter_table("knowledge_labels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_labels_kind_value"))

    op.drop_table("knowledge_labels")
    with op.batch_alter_table("bay_closures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bay_closures_bay_id_ends_at"))

    op.drop_table("bay_closures")
    op.drop_table("warehouses")
    op.drop_table("teams")
    op.drop_table("tax_rates")
    with op.batch_alter_table("tablets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tablets_site_id_revoked_at"))

    op.drop_table("tablets")
    op.drop_table("site_changes")
    op.drop_table("pins")
    with op.batch_alter_table("past_guarantee_terms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_past_guarantee_terms_site_id_until_at"))

    op.drop_table("past_guarantee_terms")
    op.drop_table("opening_hours")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_memberships_site_id_role"))

    op.drop_table("memberships")
    with op.batch_alter_table("labour_rates", schema=None) as batch_op:
        batch_op.drop_index("uq_labour_rates_pay_type")
        batch_op.drop_index(
            "uq_labour_rates_for_all",
            sqlite_where=sa.text("pay_type IS NULL"),
            postgresql_where=sa.text("pay_type IS NULL"),
        )

    op.drop_table("labour_rates")
    with op.batch_alter_table("knowledge_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_entries_withdrawn_at_added_at"))
        batch_op.drop_index(batch_op.f("ix_knowledge_entries_sha256"))

    op.drop_table("knowledge_entries")
    op.drop_table("inspection_template_items")
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customers_search"))
        batch_op.drop_index(batch_op.f("ix_customers_phone_normalised"))
        batch_op.drop_index(batch_op.f("ix_customers_email"))

    op.drop_table("customers")
    op.drop_table("counters")
    op.drop_table("closed_days")
    with op.batch_alter_table("canned_job_specs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_canned_job_specs_canned_job_id"))

    op.drop_table("canned_job_specs")
    with op.batch_alter_table("canned_job_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_canned_job_lines_canned_job_id"))

    op.drop_table("canned_job_lines")
    op.drop_table("bays")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_subject_type_subject_id"))

    op.drop_table("audit_entries")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_attendances_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_attendances_site_id_started_at"))

    op.drop_table("attendances")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_supplier_id"))
        batch_op.drop_index(batch_op.f("ix_articles_search"))
        batch_op.drop_index(batch_op.f("ix_articles_barcode"))

    op.drop_table("articles")
    op.drop_table("users")
    op.drop_table("suppliers")
    op.drop_table("submissions")
    op.drop_table("sites")
    with op.batch_alter_table("sign_in_tries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_tries_email_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_tries_address_at"))

    op.drop_table("sign_in_tries")
    op.drop_table("repair_rules")
    op.drop_table("reminders")
    op.drop_table("labour_times")
    with op.batch_alter_table("inspection_templates", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_inspection_templates_in_use",
            sqlite_where=sa.text("retired_at IS NULL AND published_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND published_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_inspection_templates_draft",
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )

    op.drop_table("inspection_templates")
    op.drop_table("canned_jobs")
    op.drop_table("campaigns")
    op.drop_table("audit_head")
