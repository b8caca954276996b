"""Copy the files that browsers and documents need from the installed packages into ``aftersales/static``.

Only what is served is copied, each with its licence. ``bin/setup`` runs it after ``npm ci``.
"""

import hashlib
import importlib.util
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NODE = ROOT / "node_modules"
VENDOR = ROOT / "aftersales" / "static" / "vendor"
FONTS = ROOT / "aftersales" / "static" / "fonts"

BROWSER_FILES = {
    "htmx.org/dist/htmx.min.js": VENDOR / "htmx.min.js",
    "htmx.org/LICENSE": VENDOR / "htmx.LICENSE.txt",
    "idb/build/index.js": VENDOR / "idb.js",
    "idb/LICENSE": VENDOR / "idb.LICENSE.txt",
    "signature_pad/dist/signature_pad.min.js": VENDOR / "signature_pad.min.js",
    "signature_pad/LICENSE": VENDOR / "signature_pad.LICENSE.txt",
    "@zxing/library/umd/index.min.js": VENDOR / "zxing.min.js",
    "@zxing/library/LICENSE": VENDOR / "zxing.LICENSE.txt",
    "@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf": FONTS / "NotoSans-Regular.ttf",
    "@expo-google-fonts/noto-sans/600SemiBold/NotoSans_600SemiBold.ttf": FONTS / "NotoSans-SemiBold.ttf",
    "@expo-google-fonts/noto-sans/LICENSE_FONT": FONTS / "NotoSans.LICENSE.txt",
}

# The package is a stranger's wrapper; the digest is that of the file in Debian's fonts-wqy-microhei.
CJK_PACKAGE = "paperang_p2_fonts_cjk"
CJK_FILE = "fonts/wqy-microhei.ttc"
CJK_DIGEST = "2420e8078af796b19a3f6ef13de527a1a91c1e7171eea115926c614ced1009b3"
CJK_LICENCE = """\
WenQuanYi Micro Hei 0.2.0-beta
Copyright 2008-2009 The WenQuanYi Project Board of Trustees, Qianqian Fang, mozbug
Based on the Google Droid fonts, copyright 2006-2008 Google Corporation, Steve Matteson, Ascender Corp.
Licensed under the Apache License 2.0 or, at your choice, the GNU GPL 3 or later with the font exception.
"""


def copy(source: Path, target: Path) -> None:
    """Copy, unless the target has the same bytes already: an untouched file keeps its time stamp."""
    if target.exists() and target.read_bytes() == source.read_bytes():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def copy_cjk_font() -> None:
    package = importlib.util.find_spec(CJK_PACKAGE)
    if package is None or package.origin is None:
        sys.exit(
            f"The package {CJK_PACKAGE} with the Chinese document font is not installed; run bin/setup again."
        )
    source = Path(package.origin).parent / CJK_FILE
    if hashlib.sha256(source.read_bytes()).hexdigest() != CJK_DIGEST:
        sys.exit(f"{source.name} is not the font that we know; it was not taken.")
    copy(source, FONTS / source.name)
    (FONTS / "wqy-microhei.LICENSE.txt").write_text(CJK_LICENCE, encoding="utf-8")


def main() -> None:
    for name, target in BROWSER_FILES.items():
        if not (NODE / name).exists():
            sys.exit(f"node_modules/{name} is missing; run bin/setup again.")
        copy(NODE / name, target)
    copy_cjk_font()


if __name__ == "__main__":
    main()
