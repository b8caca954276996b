"""Full text search below the one function :func:`aftersales.domain.knowledge.queries.matching`.

SQLite has FTS5 with trigrams over ``knowledge_passages.search``, kept in step by triggers; PostgreSQL a trigram index on
the same column. Both answer "contains" for words of three letters and more, in any script. The initial migration repeats
these statements (``python -m tests.schema`` writes them there).
"""

from sqlalchemy import DDL, column, table

SQLITE = (
    "CREATE VIRTUAL TABLE knowledge_fts USING fts5"
    "(search, content='knowledge_passages', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER knowledge_passages_insert AFTER INSERT ON knowledge_passages BEGIN"
    " INSERT INTO knowledge_fts(rowid, search) VALUES (new.id, new.search); END",
    "CREATE TRIGGER knowledge_passages_delete AFTER DELETE ON knowledge_passages BEGIN"
    " INSERT INTO knowledge_fts(knowledge_fts, rowid, search) VALUES ('delete', old.id, old.search); END",
    "CREATE TRIGGER knowledge_passages_update AFTER UPDATE ON knowledge_passages BEGIN"
    " INSERT INTO knowledge_fts(knowledge_fts, rowid, search) VALUES ('delete', old.id, old.search);"
    " INSERT INTO knowledge_fts(rowid, search) VALUES (new.id, new.search); END",
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX ix_knowledge_passages_search ON knowledge_passages USING gin (search gin_trgm_ops)",
)

AFTER_CREATE = [
    DDL(text).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
    for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL))
    for text in statements
]

FTS = table("knowledge_fts", column("rowid"), column("search"))
TRIGRAM = 3
"""Letters that the index needs; shorter words are looked for by going through what is left."""
