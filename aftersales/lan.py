"""A secure address on the workshop's own network: our addresses, a certificate authority of our own, its certificates.

Browsers keep work without Wi-Fi and open the camera only at a secure address, and a LAN has no public name that a public
authority could sign. So the first ``bin/run --lan`` makes an authority that can speak for private addresses and this
machine's names only; tablets trust it once. Its key never leaves the data folder.
"""

import base64
import fcntl
import ipaddress
import os
import plistlib
import re
import socket
import struct
import sys
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes, PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from aftersales.config import SettingsError

LEAF_DAYS = 397
"""The longest life that Apple's devices accept of a certificate."""
RENEW_DAYS = 30
AUTHORITY_DAYS = 3650
_SKEW = timedelta(days=1)
"""Tablets' clocks may be behind ours."""
_PRIVATE = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip
_SIOCGIFADDR = 0x8915
_NOT_OURS = re.compile(r"lo|docker|br-|veth|virbr|tun|tap|wg|cni|flannel")
"""Interfaces that no tablet reaches us by: loopback, containers, tunnels."""


def private_addresses() -> list[str]:
    """This machine's own IPv4 addresses on local networks, in the order of its interfaces; none where it has none."""
    if sys.platform != "linux":
        found = [str(row[4][0]) for row in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    else:
        found = [
            address
            for _, name in socket.if_nameindex()
            if not _NOT_OURS.match(name) and (address := _address_of(name))
        ]
    return [one for one in dict.fromkeys(found) if is_private(one) and not one.startswith("127.")]


def _address_of(interface: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
        except OSError:  # the interface has no IPv4 address now
            return ""
    return socket.inet_ntoa(answer[20:24])


def is_private(address: str) -> bool:
    """Whether the address is one that our authority may speak for."""
    ip = ipaddress.ip_address(address)
    return any(ip in ipaddress.ip_network(net) for net in _PRIVATE if (":" in net) == (ip.version == 6))


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate (with its chain) and its private key, as files."""

    certificate: Path
    key: Path


class Authority:
    """The certificate authority of this data folder."""

    def __init__(self, folder: Path, *, host_name: str, now: datetime) -> None:
        """Read the authority, or make it: at the first start, and when the old one has no year left."""
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._pair = Pair(folder / "ca.crt", folder / "ca.key")
        if not self._pair.certificate.exists() or not self._pair.key.exists():
            self._make(host_name, now)
        self.certificate, self._key = read_pair(self._pair)
        if self.certificate.not_valid_after_utc - now < timedelta(days=LEAF_DAYS):
            self._make(host_name, now)
            self.certificate, self._key = read_pair(self._pair)

    def _make(self, host_name: str, now: datetime) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Aftersales"),
                x509.NameAttribute(NameOID.COMMON_NAME, f"Aftersales on {host_name}"[:64]),
            ]
        )
        public = key.public_key()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _SKEW)
            .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.NameConstraints(
                    [
                        *(x509.IPAddress(ipaddress.ip_network(net)) for net in _PRIVATE),
                        *(x509.DNSName(one) for one in dict.fromkeys(("localhost", "local", host_name))),
                    ],
                    None,
                ),
                critical=True,
            )
            .sign(key, hashes.SHA256())
        )
        write_pair(self._pair, [certificate], key)

    @property
    def der(self) -> bytes:
        """The certificate without any key: what tablets are given to trust."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def certificate_for(self, addresses: Iterable[str], *, host_name: str, now: datetime) -> Pair:
        """The certificate of these addresses and our names. Made anew when they changed, 30 days before its end, or
        when the authority is a new one; else the one there is."""
        names = self._names(addresses, host_name)
        pair = Pair(self.folder / "server.crt", self.folder / "server.key")
        if not self._still_serves(pair, names, now):
            self._issue(pair, names, now)
        return pair

    def _names(self, addresses: Iterable[str], host_name: str) -> list[x509.GeneralName]:
        """All that tablets may call us: the authority may not speak for other names."""
        wanted = dict.fromkeys(("localhost", f"{host_name.split('.')[0]}.local", host_name))
        ips = dict.fromkeys(("127.0.0.1", "::1", *(one for one in addresses if is_private(one))))
        return [
            *(x509.IPAddress(ipaddress.ip_address(ip)) for ip in ips),
            *(x509.DNSName(name) for name in wanted if self._may_name(name)),
        ]

    def _may_name(self, name: str) -> bool:
        allowed = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        return any(
            isinstance(one, x509.DNSName) and (name == one.value or name.endswith(f".{one.value}"))
            for one in allowed.permitted_subtrees or ()
        )

    def _still_serves(self, pair: Pair, names: Sequence[x509.GeneralName], now: datetime) -> bool:
        if not pair.certificate.exists() or not pair.key.exists():
            return False
        try:
            certificate, _ = read_pair(pair)
            certificate.verify_directly_issued_by(self.certificate)
        except (SettingsError, ValueError, TypeError, InvalidSignature):  # another authority's, or cut short
            return False
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return set(named) == set(names) and certificate.not_valid_after_utc - now > timedelta(days=RENEW_DAYS)

    def _issue(self, pair: Pair, names: Sequence[x509.GeneralName], now: datetime) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key()
        end = min(now - _SKEW + timedelta(days=LEAF_DAYS), self.certificate.not_valid_after_utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Aftersales")]))
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _SKEW)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),  # type: ignore[arg-type]
                critical=False,
            )
            .sign(self._signing_key, hashes.SHA256())
        )
        write_pair(pair, [certificate, self.certificate], key)

    @property
    def _signing_key(self) -> CertificateIssuerPrivateKeyTypes:
        assert isinstance(self._key, ec.EllipticCurvePrivateKey)
        return self._key


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def write_pair(pair: Pair, chain: Sequence[x509.Certificate], key: ec.EllipticCurvePrivateKey) -> None:
    """Write key and certificates, each whole or not at all; nobody else on the machine can read the key."""
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)
    for path, content in ((pair.key, secret), (pair.certificate, public)):
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with open(new, "xb", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(content)
        new.replace(path)


def read_pair(pair: Pair) -> tuple[x509.Certificate, PrivateKeyTypes]:
    """The certificate and its key. Raises :class:`SettingsError` with a sentence that names the file."""
    try:
        certificate = x509.load_pem_x509_certificate(_content(pair.certificate))
    except ValueError as error:
        raise SettingsError(f"{pair.certificate} is no certificate in PEM form.") from error
    try:
        key = serialization.load_pem_private_key(_content(pair.key), password=None)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{pair.key} is no private key in PEM form without a password.") from error
    if _spki(certificate.public_key()) != _spki(key.public_key()):
        raise SettingsError(f"The key {pair.key} does not belong to the certificate {pair.certificate}.")
    return certificate, key


def check_pair(pair: Pair, now: datetime) -> x509.Certificate:
    """A certificate given by settings, when it can be used now. Raises :class:`SettingsError` with a sentence."""
    certificate, _ = read_pair(pair)
    if certificate.not_valid_after_utc <= now:
        raise SettingsError(
            f"The certificate {pair.certificate} ended on {certificate.not_valid_after_utc:%Y-%m-%d}; put the new one there."
        )
    if certificate.not_valid_before_utc > now:
        raise SettingsError(
            f"The certificate {pair.certificate} begins only on {certificate.not_valid_before_utc:%Y-%m-%d}."
        )
    return certificate


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}).") from error


def _spki(key: object) -> bytes:
    encoded: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def read_authority(folder: Path) -> x509.Certificate | None:
    """The authority's certificate alone, None where none was made: what the web pages may know of it."""
    path = folder / "ca.crt"
    return x509.load_pem_x509_certificate(path.read_bytes()) if path.exists() else None


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 as devices show it, in pairs of signs, so that two people can compare it."""
    return certificate.fingerprint(hashes.SHA256()).hex(" ").upper()


def apple_profile(certificate: x509.Certificate) -> bytes:
    """A configuration profile with the authority: what an iPad installs. The same certificate gives the same bytes."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    mark = base64.b16encode(der[-16:]).decode()

    def identifier(part: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{part}:{mark}")).upper()

    return plistlib.dumps(
        {
            "PayloadContent": [
                {
                    "PayloadCertificateFileName": "aftersales-ca.crt",
                    "PayloadContent": der,
                    "PayloadDisplayName": name,
                    "PayloadIdentifier": "app.aftersales.lan.root",
                    "PayloadType": "com.apple.security.root",
                    "PayloadUUID": identifier("root"),
                    "PayloadVersion": 1,
                }
            ],
            "PayloadDisplayName": name,
            "PayloadIdentifier": "app.aftersales.lan",
            "PayloadType": "Configuration",
            "PayloadUUID": identifier("profile"),
            "PayloadVersion": 1,
        }
    )
