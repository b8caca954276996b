"""The store in an S3-compatible object store; see ``storage`` for what it promises."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from aftersales.gateways.storage import NotStored, StorageFailure, StorageFull, checked
from aftersales.gateways.wording import N_

_MISSING = {"NoSuchKey", "404", "NotFound"}
_FULL = {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507"}


class S3Storage:
    """A bucket. ``prefix`` is put before every key, so that several installations can share one bucket."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self.client = client
        self.bucket = bucket
        self.prefix = prefix

    @classmethod
    def from_url(cls, media_url: str) -> "S3Storage":
        """``s3://[key:secret@]bucket[/prefix]?endpoint=…&region=…``; without a key the usual AWS settings hold."""
        parts = urlsplit(media_url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        client = boto3.client(
            "s3",
            endpoint_url=options.get("endpoint"),
            region_name=options.get("region"),
            aws_access_key_id=unquote(parts.username) if parts.username else None,
            aws_secret_access_key=unquote(parts.password) if parts.password else None,
            config=Config(
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
                s3={"addressing_style": "path"} if "endpoint" in options else {},
            ),
        )
        # The bucket stands behind the last "@"; ``hostname`` would lower its case.
        bucket = parts.netloc.rpartition("@")[2]
        prefix = parts.path.strip("/")
        return cls(client, bucket, f"{prefix}/" if prefix else "")

    def put(self, key: str, data: bytes, media_type: str) -> None:
        with self._told(key):
            self.client.put_object(
                Bucket=self.bucket, Key=self.prefix + checked(key), Body=data, ContentType=media_type
            )

    def open(self, key: str) -> BinaryIO:
        with self._told(key):
            answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + checked(key))
            return cast(BinaryIO, answer["Body"])

    def read(self, key: str) -> bytes:
        with self._told(key), self.open(key) as body:
            return body.read()

    def delete(self, key: str) -> None:
        with self._told(key):
            self.client.delete_object(Bucket=self.bucket, Key=self.prefix + checked(key))

    def exists(self, key: str) -> bool:
        try:
            with self._told(key):
                self.client.head_object(Bucket=self.bucket, Key=self.prefix + checked(key))
        except NotStored:
            return False
        return True

    def iter_keys(self, prefix: str = "") -> Iterator[str]:
        with self._told(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix + prefix
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    yield found["Key"].removeprefix(self.prefix)

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        """Turn the provider's failures into ours."""
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _MISSING:
                raise NotStored(key) from error
            if code in _FULL:
                raise StorageFull from error
            raise StorageFailure(
                "refused",
                N_(
                    "The object store refuses (%(why)s). Ask the administrator to check AFTERSALES_MEDIA_URL."
                ),
                why=code,
            ) from error
        except BotoCoreError as error:
            raise StorageFailure(
                "unreachable", N_("The object store does not answer. Try again in a minute.")
            ) from error
