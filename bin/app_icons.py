"""Draw the icons of the home screen from their SVGs: ``python bin/app_icons.py``

Home screens take PNG only. Run it when ``favicon.svg`` or ``icon-maskable.svg`` changes, and commit what it draws.
"""

from pathlib import Path

import typst

STATIC = Path(__file__).resolve().parents[1] / "aftersales" / "static"
# Name, drawing, edge in pixels. Apple rounds the corners itself, so that its icon has to fill the square.
ICONS = (
    ("icon-192.png", "favicon.svg", 192),
    ("icon-512.png", "favicon.svg", 512),
    ("icon-maskable-512.png", "icon-maskable.svg", 512),
    ("apple-touch-icon.png", "icon-maskable.svg", 180),
)
PAGE = '#set page(width: {n}pt, height: {n}pt, margin: 0pt, fill: none)\n#image("/{svg}", width: {n}pt, height: {n}pt)'


def main() -> None:
    for name, svg, edge in ICONS:
        source = PAGE.format(n=edge, svg=svg).encode()
        (STATIC / name).write_bytes(typst.compile(source, root=str(STATIC), format="png", ppi=72))


if __name__ == "__main__":
    main()
