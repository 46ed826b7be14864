"""The catalog's tables, and nothing else. A row that is there is live."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

tables = sa.MetaData()


def _period() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("period_start", sa.Date),
        sa.Column("period_end", sa.Date),
        sa.Column("period_label", sa.Text),
        sa.Column("period_kind", sa.Text),
    )


def _of(parent: str) -> sa.ForeignKey:
    """A row goes with its parent, so that retiring a report is one delete."""
    return sa.ForeignKey(parent, ondelete="CASCADE")


meta = sa.Table("meta", tables, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text))
reports = sa.Table(
    "reports",  # each with the one revision that is live
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("collection", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False, index=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("mtime_ns", sa.Integer, nullable=False),
    sa.Column("pipeline", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("published", sa.Date),
    sa.Column("published_source", sa.Text),
    *_period(),  # the one it covers
    sa.Column("notes", sa.Text, nullable=False, server_default="[]"),  # JSON: what of it could not be read
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("passages", sa.Integer, nullable=False),
    sa.Column("statements", sa.Integer, nullable=False),
    sa.Column("figures", sa.Integer, nullable=False),
    sa.UniqueConstraint("collection", "path"),
)
pages = sa.Table(
    "pages",
    tables,
    sa.Column("report", sa.Text, _of("reports.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("width", sa.Float, nullable=False),
    sa.Column("height", sa.Float, nullable=False),
    sa.Column("blocks", sa.LargeBinary, nullable=False),  # JSON, zlib
    sa.Column("boxes", sa.LargeBinary, nullable=False),  # JSON, zlib
    sa.Column("published", sa.Date),  # its own, of a message in a mailbox
    sa.Column("published_source", sa.Text),
)
passages = sa.Table(
    "passages",
    tables,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("report", sa.Text, _of("reports.id"), nullable=False, index=True),
    sa.Column("page", sa.Integer, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("heading", sa.Text, nullable=False),
    sa.Column("embedding", sa.LargeBinary, nullable=False, index=True),  # embeddings.hash
)
statements = sa.Table(
    "statements",  # their text is cut out of their passage's
    tables,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("passage", sa.Integer, _of("passages.key"), nullable=False, index=True),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("heading", sa.Text, nullable=False),
    sa.Column("caption", sa.Text, nullable=False),
    sa.Column("cells", sa.Text, nullable=False),  # JSON, or nothing
    sa.Column("total", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("said", sa.Text, nullable=False),
    *_period(),
)
figures = sa.Table(
    "figures",
    tables,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("passage", sa.Integer, _of("passages.key"), nullable=False, index=True),
    sa.Column("statement", sa.Integer, nullable=False),  # its ordinal on the page
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("number_start", sa.Integer, nullable=False),
    sa.Column("number_end", sa.Integer, nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("qualifier", sa.Text, nullable=False),
    sa.Column("counts", sa.Text, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    *_period(),
)
sa.Index("figures_by_period", figures.c.period_start, figures.c.period_end)
embeddings = sa.Table(
    "embeddings",
    tables,
    # The hash leads the key: were it the model, SQLite would read all of a model's rows to join them.
    sa.Column("hash", sa.LargeBinary, primary_key=True),  # of the text and its spans
    sa.Column("model", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32
    sa.Column("parts", sa.LargeBinary, nullable=False),  # float16, one vector a statement
)
unread = sa.Table(
    "unread",  # files of the ingested roots that could not be read
    tables,
    sa.Column("collection", sa.Text, primary_key=True),
    sa.Column("root", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("mtime_ns", sa.Integer, nullable=False),
    sa.Column("pipeline", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
corrections = sa.Table(
    "corrections",  # what a person said of a report; kept when the report is read again
    tables,
    sa.Column("report", sa.Text, primary_key=True),
    sa.Column("title", sa.Text),
    sa.Column("published", sa.Date),
    *_period(),  # the one it covers
)
jobs = sa.Table(
    "jobs",  # revisions that are, or may be, in the derived indexes and are not live
    tables,
    sa.Column("revision", sa.Text, primary_key=True),  # report@revision
    sa.Column("collection", sa.Text, nullable=False),
    sa.Column("doing", sa.Text, nullable=False),
)
