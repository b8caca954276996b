"""How passwords and PINs are hashed: one size, agreed once."""

from argon2 import PasswordHasher

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's 19 MiB profile of argon2id."""
