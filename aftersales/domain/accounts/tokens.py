"""What the database holds of a session's or tablet's token."""

import hashlib


def token_digest(token: str) -> str:
    """The token's digest: whoever reads the table cannot sign in with it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
