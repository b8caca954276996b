"""What was drawn last, by its tag: whoever asks for the same thing gets the same drawing."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock


class Drawn:
    """The ``size`` newest drawings of this process. A tag has to say everything that a drawing depends on."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def get(self, tag: str, draw: Callable[[], str]) -> str:
        """The drawing of ``tag``, made now where there is none. Two at once may both draw it: nobody waits."""
        with self._lock:
            if tag in self._kept:
                self._kept.move_to_end(tag)
                return self._kept[tag]
        made = draw()
        with self._lock:
            self._kept[tag] = made
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made
