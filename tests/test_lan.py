"""The certificate authority of a workshop's own network, and the plain page that leads tablets to trust it."""

import plistlib
import stat
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from flask import Flask

from aftersales import lan, lan_guide, serve
from aftersales.config import SettingsError
from aftersales.lan import Authority, Pair

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOST = "workshop"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tls", host_name=HOST, now=NOW)


def leaf(authority: Authority, *addresses: str, now: datetime = NOW, host: str = HOST) -> x509.Certificate:
    return lan.read_pair(authority.certificate_for(addresses, host_name=host, now=now))[0]


def names(certificate: x509.Certificate) -> set[str]:
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(one.value) for one in named}


def is_trusted(
    authority: Authority, certificate: x509.Certificate, name: x509.DNSName | x509.IPAddress
) -> bool:
    """Whether a browser that trusts the authority would take the certificate for this name today."""
    verifier = PolicyBuilder().store(Store([authority.certificate])).time(NOW).build_server_verifier(name)
    try:
        verifier.verify(certificate, [])
    except VerificationError:
        return False
    return True


def test_the_authority_is_made_once_and_nobody_else_can_read_its_key(tmp_path: Path) -> None:
    first = Authority(tmp_path / "tls", host_name=HOST, now=NOW)
    again = Authority(tmp_path / "tls", host_name="renamed", now=NOW + timedelta(days=300))
    assert first.der == again.der
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700
    for file in (tmp_path / "tls").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_certificate_is_one_that_tablets_take(authority: Authority) -> None:
    """Apple: SHA-256, at most 398 days, serverAuth, the names as alternative names, a CA that is none itself."""
    certificate = leaf(authority, "192.168.1.20", "10.0.0.7")
    assert isinstance(certificate.signature_hash_algorithm, hashes.SHA256)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=397)
    assert certificate.not_valid_before_utc < NOW  # a tablet's clock may be behind
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert names(certificate) == {
        "192.168.1.20", "10.0.0.7", "127.0.0.1", "::1", "localhost", "workshop", "workshop.local",
    }  # fmt: skip
    for ip in ("192.168.1.20", "127.0.0.1"):
        assert is_trusted(authority, certificate, x509.IPAddress(ip_address(ip)))
    assert is_trusted(authority, certificate, x509.DNSName("workshop.local"))
    assert not is_trusted(authority, certificate, x509.IPAddress(ip_address("192.168.1.21")))


def test_the_authority_cannot_speak_for_the_rest_of_the_world(authority: Authority) -> None:
    """Whoever steals its key can deceive nobody about a bank: browsers check the constraints."""
    key = ec.generate_private_key(ec.SECP256R1())
    for name in (x509.DNSName("bank.example"), x509.IPAddress(ip_address("93.184.216.34"))):
        forged = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bank")]))
            .issuer_name(authority.certificate.subject)
            .public_key(key.public_key())
            .serial_number(7)
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=90))
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority._signing_key.public_key()),  # type: ignore[arg-type]
                critical=False,
            )
            .sign(authority._signing_key, hashes.SHA256())
        )
        assert not is_trusted(authority, forged, name)
    assert "93.184.216.34" not in names(leaf(authority, "93.184.216.34"))


def test_it_is_renewed_when_addresses_change_and_before_its_end(authority: Authority) -> None:
    first = leaf(authority, "192.168.1.20")
    assert leaf(authority, "192.168.1.20", now=NOW + timedelta(days=300)) == first
    moved = leaf(authority, "192.168.1.77")
    assert moved != first and "192.168.1.77" in names(moved)
    end = moved.not_valid_after_utc
    assert leaf(authority, "192.168.1.77", now=end - timedelta(days=31)) == moved
    renewed = leaf(authority, "192.168.1.77", now=end - timedelta(days=30))
    assert renewed.not_valid_after_utc > end


def test_another_host_name_is_named_only_as_far_as_the_authority_may(authority: Authority) -> None:
    """A name that it may not speak for would make the whole certificate worthless."""
    certificate = leaf(authority, "192.168.1.20", host="renamed")
    assert {"renamed.local", "localhost"} <= names(certificate) and "renamed" not in names(certificate)
    assert is_trusted(authority, certificate, x509.IPAddress(ip_address("192.168.1.20")))


def test_what_another_authority_or_a_cut_write_left_is_made_anew(
    authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other", host_name=HOST, now=NOW)
    pair = other.certificate_for(["192.168.1.20"], host_name=HOST, now=NOW)
    for name in ("server.crt", "server.key"):
        (authority.folder / name).write_bytes((pair.certificate.parent / name).read_bytes())
    assert is_trusted(authority, leaf(authority, "192.168.1.20"), x509.IPAddress(ip_address("192.168.1.20")))
    (authority.folder / "server.crt").write_bytes(b"-----BEGIN CERT")
    assert is_trusted(authority, leaf(authority, "192.168.1.20"), x509.IPAddress(ip_address("192.168.1.20")))


def test_the_profile_for_ipads_holds_the_certificate_and_no_key(authority: Authority) -> None:
    profile = plistlib.loads(lan.apple_profile(authority.certificate))
    (root,) = profile["PayloadContent"]
    assert (root["PayloadType"], root["PayloadContent"]) == ("com.apple.security.root", authority.der)
    assert lan.apple_profile(authority.certificate) == lan.apple_profile(authority.certificate)


# --- a certificate of one's own ---


def own_pair(folder: Path, *, since: datetime, until: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "service.example")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(since).not_valid_after(until).sign(key, hashes.SHA256())
    )  # fmt: skip
    pair = Pair(folder / "own.crt", folder / "own.key")
    lan.write_pair(pair, [certificate], key)
    return pair


def test_a_certificate_of_ones_own_is_looked_at_before_the_start(tmp_path: Path) -> None:
    day = timedelta(days=1)
    pair = own_pair(tmp_path, since=NOW - day, until=NOW + day)
    lan.check_pair(pair, NOW)
    (tmp_path / "other").mkdir()
    other = own_pair(tmp_path / "other", since=NOW - day, until=NOW + day)
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"x"),
        )
    )
    for wrong, now, words in (
        (Pair(tmp_path / "none.crt", pair.key), NOW, "none.crt cannot be read"),
        (Pair(pair.certificate, other.key), NOW, "does not belong"),
        (Pair(pair.key, pair.key), NOW, "no certificate in PEM form"),
        (Pair(pair.certificate, locked), NOW, "no private key in PEM form"),
        (pair, NOW + 2 * day, "ended on 2026-11-23"),
        (pair, NOW - 2 * day, "begins only on 2026-11-21"),
    ):
        with pytest.raises(SettingsError, match=words):
            lan.check_pair(wrong, now)


# --- the plain port ---


def test_the_plain_port_serves_the_guide_the_public_certificate_and_nothing_else(
    app: Flask, authority: Authority
) -> None:
    guide = lan_guide.draw(app, authority.certificate)
    listener = serve.listen("127.0.0.1", 0)
    stop = lan_guide.serve([listener], guide)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with urllib.request.urlopen(f"{address}/") as answer:
            page = answer.read().decode()
            assert "script" not in answer.headers["Content-Security-Policy"]
        assert lan.fingerprint(authority.certificate) in page
        assert "<script" not in page and 'src="' not in page and "/static/" not in page
        with urllib.request.urlopen(f"{address}{lan_guide.CERTIFICATE}") as answer:
            assert answer.read() == authority.der
        with urllib.request.urlopen(f"{address}{lan_guide.PROFILE}") as answer:
            assert answer.headers["Content-Type"] == "application/x-apple-aspen-config"
        for path in ("/tls/ca.key", "/sign-in", "/static/app.css", "/../../etc/passwd", "/healthz"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{address}{path}")
            assert refused.value.code == 404
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/", data=b"x=1")
        assert refused.value.code == 501
    finally:
        stop()
        listener.close()


def test_the_addresses_found_are_private_ones() -> None:
    assert all(lan.is_private(one) and not one.startswith("127.") for one in lan.private_addresses())
    assert [lan.is_private(one) for one in ("192.168.1.2", "172.31.0.1", "8.8.8.8", "172.32.0.1", "fe80::1")] == [
        True, True, False, False, True,
    ]  # fmt: skip
